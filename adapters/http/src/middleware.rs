//! Middleware and limits for requests and responses.

pub(crate) mod api_rates;
pub(crate) mod body_limit;
pub(crate) mod compression;
pub(crate) mod error_pages;
pub(crate) mod path_prefix;
pub(crate) mod security_headers;
pub(crate) mod visitor_limits;
