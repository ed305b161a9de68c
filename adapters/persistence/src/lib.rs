//! The call log, the job queue and the users in SQLite or PostgreSQL, using SeaORM.
//!
//! One writer commits all pending events in one transaction (`writer`, `commit`); readers have connections of their
//! own. `mapping` converts calls and events to rows and back, the other files convert their own rows; a row that cannot
//! be converted is reported as `Corrupt`, with its table and id.

mod access_store;
mod call_log;
mod carry_over;
mod connect;
mod contact_store;
mod done_links;
mod entity;
mod erasure;
mod error;
mod inbox;
mod jobs;
mod like;
mod listen_notify;
mod mapping;
mod no_delay;
mod operations_log;
mod outbox;
mod override_store;
mod pooler_check;
mod postgres_address;
mod postgres_servers;
mod read;
mod replica;
mod retention;
mod server_clock;
mod transaction;
mod work_store;
mod write;

pub use access_store::SqlAccess;
pub use call_log::SqlLog;
pub use carry_over::CarriedOver;
pub use connect::{Database, refuse_transaction_pooler};
pub use contact_store::SqlContacts;
pub use error::ConnectError;
pub use inbox::SqlInbox;
pub use operations_log::SqlOperationsLog;
pub use override_store::SqlOverrides;
pub use postgres_address::{check_address, check_standby_address};
pub use replica::PagesFromStandby;
pub use server_clock::{Comparing, ServerClock};
