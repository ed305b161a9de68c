//! Every driven port in memory: a real adapter, held to the same conformance as the others. For tests, and for an
//! embedder's first steps. Forgets everything when dropped.

mod access_store;
mod call_log;
mod clock;
mod recordings;

pub use access_store::MemoryAccess;
pub use call_log::MemoryLog;
pub use clock::{ManualClock, SeededIds};
pub use recordings::MemoryRecordings;
