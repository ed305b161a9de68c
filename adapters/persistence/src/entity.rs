//! The tables, one a file, in plain column types. Times are milliseconds since 1970, UTC.

pub(crate) mod api_token;
pub(crate) mod call;
pub(crate) mod call_event;
pub(crate) mod change_counter;
pub(crate) mod effect;
pub(crate) mod session;
pub(crate) mod user;
