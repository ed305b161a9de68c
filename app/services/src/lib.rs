//! The use cases of frontdesk: driving ports implemented over driven ones. This crate knows the domain and the ports, and
//! no technology: adapters are created in the binary and passed in.

pub mod accounts;
pub mod auth;
mod backoff;
pub mod call_handler;
pub mod call_reader;
pub mod contacts;
pub mod diagnostics;
pub mod event_intake;
pub mod flow_versions;
pub mod follow_up;
pub mod maintenance;
pub mod notifications;
pub mod operations;
pub mod overrides;
pub mod readiness;
pub mod reconciliation;
pub mod restrictions;
pub mod retention;
pub mod stats_cache;
pub mod tracing_context;
pub mod voicemail_jobs;
