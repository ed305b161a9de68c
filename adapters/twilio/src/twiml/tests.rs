//! Tests of whole TwiML documents.
use frontdesk_domain::call::DialOutcome;
use frontdesk_domain::dialogue::DialResult;
use frontdesk_domain::{BuiltinFlow, CallFlow, Context, LegId, Signal, advance, builtin_flow};
use frontdesk_ports::PublicUrl;
use proptest::prelude::*;

use super::*;

fn flow() -> CallFlow {
    builtin_flow(&BuiltinFlow { forward_to: vec!["+33611223344".parse().unwrap()], ..BuiltinFlow::default() })
        .unwrap()
}

fn written(at: &str, signal: &Signal, party: Party) -> String {
    let call = LegId::new("twilio", "CA00000000000000000000000000000001").unwrap();
    let cx = Context::new(call.clone(), "2026-11-22T09:00:00Z".parse().unwrap())
        .with_parties("+33123456789", "+15556667777");
    let turn = advance(&flow(), &Dialogue::read(at), signal, &cx);
    let public = PublicUrl::parse("https://desk.example/phone").unwrap();
    let document = document(&turn.instructions, &Urls::new(&public, &call), party);
    // The version changes whenever a text of the built-in flow does.
    let version = format!("~e.{}", flow().version());
    document.replace(&version, "").replace("><", ">\n<")
}

#[test]
fn menu() {
    insta::assert_snapshot!(written("start", &Signal::Arrived, Party::Caller));
}

#[test]
fn forward() {
    insta::assert_snapshot!(written("menu.main.0.0.1", &Signal::Keyed("1".parse().unwrap()), Party::Caller));
}

#[test]
fn digits_are_sent_once_the_phone_is_picked_up() {
    let mut draft = flow().draft().clone();
    let forward = draft.forwards.values_mut().next().unwrap();
    forward.destinations[0].digits = Some("ww101#".parse().unwrap());
    let flow = draft.check(&crate::LIMITS).unwrap();
    let call = LegId::new("twilio", "CA00000000000000000000000000000001").unwrap();
    let cx = Context::new(call.clone(), "2026-11-22T09:00:00Z".parse().unwrap())
        .with_parties("+33123456789", "+15556667777");
    let keyed = Signal::Keyed("1".parse().unwrap());
    let turn = advance(&flow, &Dialogue::read("menu.main.0.0.1"), &keyed, &cx);
    let public = PublicUrl::parse("https://desk.example/phone").unwrap();
    let document = document(&turn.instructions, &Urls::new(&public, &call), Party::Caller);
    assert!(document.contains("sendDigits=\"ww101#\""), "{document}");
}

#[test]
fn screening() {
    insta::assert_snapshot!(written("screening.team.0.2.0.number", &Signal::CalleeAnswered, Party::Callee));
}

#[test]
fn accepted_is_an_empty_document_and_declined_hangs_up() {
    let keyed = |key: &str| {
        written("screening.team.0.2.1.number", &Signal::Keyed(key.parse().unwrap()), Party::Callee)
    };
    assert!(keyed("1").ends_with("<Response>\n</Response>"), "{}", keyed("1"));
    assert!(keyed("2").ends_with("<Response>\n<Hangup/>\n</Response>"), "{}", keyed("2"));
}

#[test]
fn mailbox() {
    let busy = DialResult { outcome: DialOutcome::Busy, leg: None, bridged: None, seconds: None };
    insta::assert_snapshot!(written("forward.team.0.2", &Signal::DialEnded(busy), Party::Caller));
}

proptest! {
    #[test]
    fn any_prompt_is_well_formed_and_reads_back(text in any::<String>()) {
        let public = PublicUrl::parse("https://desk.example").unwrap();
        let call = LegId::new("twilio", "CA1").unwrap();
        let say = [Instruction::Say(Speech::text(text.clone(), "en-GB".parse().unwrap()))];
        let document = document(&say, &Urls::new(&public, &call), Party::Caller);
        let mut reader = quick_xml::Reader::from_str(&document);
        reader.config_mut().check_end_names = true;
        let mut spoken = String::new();
        loop {
            match reader.read_event().expect("well-formed") {
                Event::Eof => break,
                Event::Text(part) => spoken.push_str(&part.xml_content(quick_xml::XmlVersion::Explicit1_0)),
                Event::GeneralRef(name) => spoken.push_str(match &*name {
                    "lt" => "<", "gt" => ">", "amp" => "&", "apos" => "'", "quot" => "\"", other => panic!("{other}"),
                }),
                Event::Start(tag) | Event::Empty(tag) => {
                    let name = tag.name();
                    prop_assert!(matches!(name.as_ref(), "Response" | "Say"), "{:?}", name);
                }
                Event::End(_) | Event::Decl(_) => {}
                other => prop_assert!(false, "{:?}", other),
            }
        }
        let expected = xml_text(&text).replace("\r\n", "\n").replace('\r', "\n");
        prop_assert_eq!(spoken.replace("\r\n", "\n").replace('\r', "\n"), expected);
    }
}

#[test]
fn the_static_fallback_rings_everybody_and_takes_a_message() {
    let public = PublicUrl::parse("https://desk.example/phone").unwrap();
    let forward_to = ["+33611223344", "+33611223355"].map(|number| number.parse().unwrap()).to_vec();
    let flow = builtin_flow(&BuiltinFlow { forward_to, ..BuiltinFlow::default() }).unwrap();
    insta::assert_snapshot!(fallback::write_fallback(&flow, "voicemail.xml"));
    insta::assert_snapshot!(
        "the_second_document_takes_a_message",
        fallback::write_fallback_voicemail(&flow, Some(&public), Some("https://other.example/end"))
    );
}
