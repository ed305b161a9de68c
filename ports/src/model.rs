//! The types that ports use.

pub mod access;
pub(crate) mod diagnostics;
pub(crate) mod raw;
pub mod work;
