//! The types that ports use.

pub mod access;
pub(crate) mod account;
pub(crate) mod contact;
pub(crate) mod diagnostics;
pub(crate) mod public_url;
pub(crate) mod raw;
pub(crate) mod search;
pub mod work;
