//! What the core offers to the outside.

pub(crate) mod access;
pub(crate) mod accounts;
pub(crate) mod answering;
pub(crate) mod feed;
pub(crate) mod operations;
pub(crate) mod readiness;
pub(crate) mod reception;
pub(crate) mod working;
