//! Flows as they are written: the worked examples are sound, and each broken one is refused at its line.

use frontdesk_domain::{CallFlow, Findings, FlowSettings, read_flow};

pub const PLUMBER: &str = include_str!("../../examples/flows/plumber.toml");
pub const PRACTICE: &str = include_str!("../../examples/flows/practice.toml");
pub const SHOP: &str = include_str!("../../examples/flows/shop.toml");

pub fn read(text: &str) -> Result<CallFlow, Findings> {
    read_flow(text, &FlowSettings { table: "flow", ..FlowSettings::default() })
}

#[test]
fn the_worked_examples_are_sound() {
    for (name, text) in [("plumber", PLUMBER), ("practice", PRACTICE), ("shop", SHOP)] {
        assert!(read(text).is_ok(), "{name}: {}", read(text).unwrap_err());
    }
}
