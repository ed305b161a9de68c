//! The domain seen from outside: whole calls, and what holds for all of them.
#![allow(clippy::unwrap_used, reason = "a test reports by panicking")]

mod desk;
mod properties;
mod recovery;
mod stored;
mod stories;
mod timelines;
