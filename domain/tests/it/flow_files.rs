//! Flow files: the worked examples are valid, and phones, digits and texts are read from them.
use frontdesk_domain::flow::{CarrierLimits, Findings, FlowSettings};
use frontdesk_domain::keys::DialDigits;
use frontdesk_domain::{CallFlow, Context, Dialogue, Instruction, PhoneAddress, Signal, advance, read_flow};

pub const PLUMBER: &str = include_str!("../../examples/flows/plumber.toml");
pub const PRACTICE: &str = include_str!("../../examples/flows/practice.toml");
pub const SHOP: &str = include_str!("../../examples/flows/shop.toml");

/// Reads a flow for a carrier with limits, as most have.
pub fn read(text: &str) -> Result<CallFlow, Findings> {
    let limits = CarrierLimits {
        phones_at_once: 10,
        different_ring_times: false,
        extensions: false,
        sip_addresses: false,
        digits: true,
        text: 4096,
        text_with_voice: 3000,
        transcribed_seconds: 120,
    };
    read_flow(text, &FlowSettings { table: "flow", limits, ..FlowSettings::default() })
}

#[test]
fn the_worked_examples_are_sound() {
    for (name, text) in [("plumber", PLUMBER), ("practice", PRACTICE), ("shop", SHOP)] {
        assert!(read(text).is_ok(), "{name}: {}", read(text).unwrap_err());
    }
}

/// Calls in progress carry the version in their URLs, so it must not change between releases.
#[test]
fn the_versions_of_the_worked_examples_stay_the_same() {
    let versions =
        [PLUMBER, PRACTICE, SHOP].map(|text| read(text).expect("a valid example").version().to_string());
    assert_eq!(versions, ["45fb2a17", "4d4594f9", "ec09fd02"]);
}

#[test]
fn the_fallback_rings_the_forward_of_the_lowest_key() {
    let rung = |text: &str| {
        let flow = read(text).expect("a valid example");
        flow.plain_route().forward.map(|forward| forward.destinations[0].phone.to_string())
    };
    assert_eq!(rung(SHOP).as_deref(), Some("+447700900101"), "sales, not the workshop");
}

/// A flow that rings these phones.
fn ringing(to: &str) -> String {
    format!(
        "[flow]\ncompany = \"Example\"\nstart = \"forward team\"\n[flow.forwards.team]\nto = {to}\n[flow.mailboxes.main]\n"
    )
}

#[test]
fn extensions_and_addresses_are_rung_where_the_carrier_can() {
    let text = ringing(r#"["101", { number = "sip:ann@192.0.2.20" }, "+33611223344"]"#);
    let flow =
        read_flow(&text, &FlowSettings { table: "flow", ..FlowSettings::default() }).expect("no limits");
    let phones: Vec<_> = flow.phones().map(PhoneAddress::as_str).collect();
    assert_eq!(phones, ["101", "sip:ann@192.0.2.20", "+33611223344"]);
    assert_eq!(flow.numbers().count(), 1);
    let refused = read(&text).unwrap_err().to_string();
    for phone in ["101", "sip:ann@192.0.2.20"] {
        assert!(refused.contains(&format!("{phone} cannot be rung by the carrier")), "{refused}");
    }
    let any = |to: &str| read_flow(&ringing(to), &FlowSettings { table: "flow", ..FlowSettings::default() });
    let costly = any(r#""sip:+33899123456@trunk.example""#).unwrap_err().to_string();
    assert!(costly.contains("premium-rate"), "also for a number behind a trunk: {costly}");
    let twice = any(r#"["101", "101"]"#).unwrap_err().to_string();
    assert!(twice.contains("101 is listed twice"), "{twice}");
    assert!(any(r#""0611223344""#).unwrap_err().to_string().contains("+ and the country code"));
}

#[test]
fn digits_are_dialled_once_a_phone_is_picked_up() {
    // Two people who share one company number.
    let text = ringing(
        r#"[{ number = "+33611223344", digits = "ww101#" }, { number = "+33611223344", digits = "ww102#" }]"#,
    );
    let flow = read(&text).expect("a valid flow");
    let cx = Context::new("test:c1".parse().unwrap(), "2026-11-28T09:00:00Z".parse().unwrap())
        .with_parties("+33123456789", "+15556667777");
    let turn = advance(&flow, &Dialogue::Start, &Signal::Arrived, &cx);
    let Some(Instruction::Dial { targets, .. }) = turn.instructions.first() else { panic!("{turn:?}") };
    assert_eq!(targets[0].digits.as_ref().map(DialDigits::as_str), Some("ww101#"));
    let twice = read(&text.replace("102", "101")).unwrap_err().to_string();
    assert!(twice.contains("+33611223344 is listed twice"), "{twice}");
    for bad in ["", "ww", "1 2", "A1", "123456789012345678901234567890123"] {
        let error = read(&ringing(&format!(r#"{{ number = "+33611223344", digits = "{bad}" }}"#)))
            .unwrap_err()
            .to_string();
        assert!(error.contains("digits are 1 to 32"), "{bad}: {error}");
    }
    let limits = CarrierLimits { digits: false, ..CarrierLimits::default() };
    let refused =
        read_flow(&text, &FlowSettings { table: "flow", limits, ..FlowSettings::default() }).unwrap_err();
    assert!(refused.to_string().contains("cannot dial ww101#"), "{refused}");
}

/// A carrier renders these before the first call.
#[test]
fn every_text_that_is_read_out_is_listed_with_its_language() {
    let flow = read(PRACTICE).expect("a valid example");
    let texts = flow.texts();
    let has = |in_language: &str, text: &str| {
        texts.iter().any(|(language, listed)| language.as_str() == in_language && *listed == text)
    };
    assert!(has("fr-FR", "Cabinet Martin. Pour le français, tapez 1."), "a part of a prompt: {texts:?}");
    assert!(has("en-GB", "For English, press 2."), "another part: {texts:?}");
    assert!(has("en-GB", "We are putting you through."), "a prompt in each language: {texts:?}");
    assert!(!has("fr-FR", "We are putting you through."));
    let shop = read(SHOP).expect("a valid example");
    assert!(
        shop.texts().iter().any(|(_, text)| text.contains("{caller}")),
        "for callees: {:?}",
        shop.texts()
    );
}
