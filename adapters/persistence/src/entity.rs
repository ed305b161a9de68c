//! The tables, one per file, in plain column types. Times are milliseconds since 1970, UTC.

pub(crate) mod api_token;
pub(crate) mod audit;
pub(crate) mod blocked_caller;
pub(crate) mod call;
pub(crate) mod call_event;
pub(crate) mod call_phone;
pub(crate) mod call_tag;
pub(crate) mod change_counter;
pub(crate) mod closure;
pub(crate) mod contact;
pub(crate) mod daily_figures;
pub(crate) mod diagnostic_report;
pub(crate) mod done_link;
pub(crate) mod figures_cursor;
pub(crate) mod job;
pub(crate) mod job_state;
pub(crate) mod outage;
pub(crate) mod outbox_cursor;
pub(crate) mod outbox_recipient;
pub(crate) mod saved_view;
pub(crate) mod second_factor;
pub(crate) mod session;
pub(crate) mod tombstone;
pub(crate) mod user;
pub(crate) mod watermark;
