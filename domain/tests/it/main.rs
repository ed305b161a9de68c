//! Tests of the public interface: whole calls, and properties of all calls.
#![allow(clippy::unwrap_used, reason = "a test reports by panicking")]

mod broken_flows;
mod clocks;
mod desk;
mod flow_files;
mod groups;
mod proof;
mod properties;
mod recorded_readings;
mod recorded_rows;
mod recorded_steps;
mod recovery;
mod replays;
mod sessions;
mod stored;
mod timelines;
mod whole_calls;
