//! What the core offers to the outside.

pub(crate) mod accounts;
pub(crate) mod answer_calls;
pub(crate) mod auth;
pub(crate) mod contacts;
pub(crate) mod follow_up;
pub(crate) mod operations;
pub(crate) mod overrides;
pub(crate) mod read_calls;
pub(crate) mod readiness;
