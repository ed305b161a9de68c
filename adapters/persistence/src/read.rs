//! Queries of the call log.

mod admitted;
pub(crate) mod daily_figures;
pub(crate) mod pages;
#[cfg(test)]
mod plan_tests;
pub(crate) mod query;
pub(crate) mod stats;
pub(crate) mod text_index;
pub(crate) mod text_search;
