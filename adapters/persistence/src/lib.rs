//! The call log, the effect queue and the people on SQLite or PostgreSQL, by sea-orm.
//!
//! One writer commits everything that waits in one transaction (`writer`, `commit`); readers have connections of their
//! own. Rows become domain values again at the bottom of each file, and whatever cannot be is `Corrupt`, by name.

mod access_store;
mod call_figures;
mod call_log;
mod commit;
mod connect;
mod effect_queue;
mod entity;
mod error;
mod filters;
mod inbox;
mod known;
mod ledger;
mod notices;
mod outbox;
mod retention;
mod rows;
mod server_clock;
mod shapes;
mod standing_store;
mod text_index;
mod texts;
mod work_store;
mod writer;

pub use access_store::SqlAccess;
pub use call_log::SqlLog;
pub use connect::{ConnectError, Database};
pub use inbox::SqlInbox;
pub use ledger::SqlLedger;
pub use server_clock::{Comparing, ServerClock};
pub use standing_store::SqlStanding;
