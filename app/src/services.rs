//! The use cases: driving ports implemented over driven ones.

pub mod access;
pub mod accounts;
pub mod answering;
pub mod examining;
pub mod feed;
pub mod flow_in_force;
pub mod forgetting;
pub mod keeping;
pub mod kept_figures;
pub mod looking_after;
pub mod notifying;
pub mod readiness;
pub mod recent;
pub mod reception;
pub mod reconcile;
pub mod resolving;
mod second_factor;
pub mod standings;
pub mod upkeep;
pub mod working;
