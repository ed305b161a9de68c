//! Every driven store in memory: real adapters that pass the same conformance tests as the others. For tests, and for an
//! embedder's first steps. The data is lost when a store is dropped.

mod access_store;
mod call_log;
mod clock;
mod contact_store;
mod daily_figures;
mod done_links;
mod jobs;
mod operations_log;
mod override_store;
mod prompts;
mod recordings;
mod retention;
mod spool;
mod work_store;

pub use access_store::MemoryAccess;
pub use call_log::MemoryLog;
pub use clock::{ManualClock, SeededIds};
pub use contact_store::MemoryContacts;
pub use operations_log::MemoryOperationsLog;
pub use override_store::MemoryOverrides;
pub use prompts::MemoryPrompts;
pub use recordings::MemoryRecordings;
pub use spool::MemorySpool;
