//! Writes to the call log: one writer commits the events of many requests in one transaction.

pub(crate) mod batch_insert;
pub(crate) mod call_cache;
pub(crate) mod commit;
mod rederive;
pub(crate) mod writer;
