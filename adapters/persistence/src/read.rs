//! Queries of the call log.

#[cfg(test)]
mod plans;
pub(crate) mod query;
pub(crate) mod stats;
pub(crate) mod text_index;
pub(crate) mod text_search;
