//! The adapter from outside: signed requests into its routes, its client against a scripted peer.
#![allow(clippy::unwrap_used, reason = "a test reports by panicking")]

mod client;
mod webhooks;
