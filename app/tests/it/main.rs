//! Whole calls through the complete application: the real routes, the real client, a database in a file, the
//! simulated carrier over loopback HTTP. The clock only advances when a call or a test advances it.
#![allow(clippy::unwrap_used, reason = "a test reports by panicking")]

mod accounts;
mod api;
mod attacks;
mod backup;
mod both_carriers;
mod callbacks;
mod calls;
mod carrier_faults;
mod commands;
mod contacts;
mod disk;
mod doctor;
mod fake_twilio;
mod fault_proxy;
mod faults;
mod federated_sign_in;
mod flows;
mod harness;
mod line_truth;
mod metrics;
mod overrides;
mod path_prefix;
mod people;
mod random_calls;
mod second_factor;
mod settings;
mod setup;
mod slow_clients;
mod work;
mod writable_api;
