//! Every driven port in memory: a real adapter, held to the same conformance as the others. For tests, and for an
//! embedder's first steps. Forgets everything when dropped.

mod access_store;
mod call_log;
mod clock;
mod ledger;
mod outbox;
mod recordings;
mod retention;
mod spool;
mod standing_store;
mod work_store;

pub use access_store::MemoryAccess;
pub use call_log::MemoryLog;
pub use clock::{ManualClock, SeededIds};
pub use ledger::MemoryLedger;
pub use outbox::MemoryOutbox;
pub use recordings::MemoryRecordings;
pub use spool::MemorySpool;
pub use standing_store::MemoryStanding;
