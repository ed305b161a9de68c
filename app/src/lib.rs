//! The composition root of frontdesk.
//!
//! `cli` reads arguments, `config` reads settings, `wiring` builds every adapter and passes it to the use cases in
//! `frontdesk-services`; `frontdesk-server` serves the routes, and `cli/lifecycle` runs the background tasks. Tests build the
//! application in the same way.

pub mod backup;
pub mod carrier;
pub mod cli;
pub mod config;
pub mod environment;
pub mod http_client;
pub mod pid;
pub mod service_manager;
pub mod system;
pub mod telemetry;
pub mod traces;
pub mod wiring;
