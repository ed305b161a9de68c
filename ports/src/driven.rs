//! What the core needs from the outside.

pub(crate) mod access_store;
pub(crate) mod call_log;
pub(crate) mod carrier;
pub(crate) mod clock;
pub(crate) mod effect_queue;
pub(crate) mod recording_store;
