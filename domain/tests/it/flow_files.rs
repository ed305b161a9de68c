//! Flows as they are written: the worked examples are sound, and each broken one is refused at its line.
use frontdesk_domain::{CallFlow, CarrierLimits, Findings, FlowSettings, read_flow};

pub const PLUMBER: &str = include_str!("../../examples/flows/plumber.toml");
pub const PRACTICE: &str = include_str!("../../examples/flows/practice.toml");
pub const SHOP: &str = include_str!("../../examples/flows/shop.toml");

/// Reads a flow for a carrier with limits, as most have.
pub fn read(text: &str) -> Result<CallFlow, Findings> {
    let limits = CarrierLimits {
        phones_at_once: 10,
        different_ring_times: false,
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
fn the_fallback_rings_whoever_the_lowest_keys_ring() {
    let rung = |text: &str| {
        let flow = read(text).expect("a valid example");
        flow.plain_route().forward.map(|forward| forward.destinations[0].number.to_string())
    };
    assert_eq!(rung(SHOP).as_deref(), Some("+447700900101"), "sales, and not the workshop");
}
