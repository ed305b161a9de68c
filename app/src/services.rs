//! The use cases: driving ports implemented over driven ones.

pub mod access;
pub mod answering;
pub mod feed;
pub mod readiness;
