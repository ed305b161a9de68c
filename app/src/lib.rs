//! Use cases and the composition root of frontdesk.
//!
//! `cli` reads arguments, `config` reads settings, `wiring` makes every adapter and hands it to the `services` behind
//! the driving ports; `server` serves the routes, `worker` does what is due after answering. Tests start what `main`
//! starts.

pub mod backup;
pub mod carrier;
pub mod cli;
pub mod config;
pub mod environment;
pub mod http_client;
pub mod pid;
mod request_id;
pub mod server;
pub mod service_manager;
pub mod system;
pub mod telemetry;
pub mod traces;
pub mod wiring;
