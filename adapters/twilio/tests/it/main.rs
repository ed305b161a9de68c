//! Tests of the adapter's public interface: signed requests to its routes, and its client against a mock server.
#![allow(clippy::unwrap_used, reason = "a test reports by panicking")]

mod client;
mod webhooks;
