//! The call log, the effect queue and the people on SQLite or PostgreSQL, by sea-orm.
//!
//! One writer commits everything that waits in one transaction (`writer`, `commit`); readers have connections of their
//! own. Rows become domain values again at the bottom of each file, and whatever cannot be is `Corrupt`, by name.

mod access_store;
mod connect;
mod entity;
mod error;
mod inbox;
mod jobs;
mod listen_notify;
mod mapping;
mod operations_log;
mod outbox;
mod override_store;
mod read;
mod retention;
mod server_clock;
mod transaction;
mod work_store;
mod write;

pub use access_store::SqlAccess;
pub use connect::{ConnectError, Database};
pub use inbox::SqlInbox;
pub use operations_log::SqlOperationsLog;
pub use override_store::SqlOverrides;
pub use read::call_log::SqlLog;
pub use server_clock::{Comparing, ServerClock};
