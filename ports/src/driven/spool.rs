//! Buffers of events until the log has them: on the log's own server, or on this machine.
use std::sync::Arc;

use async_trait::async_trait;
use frontdesk_domain::Timestamp;

use crate::{LoggedEvent, StoreError};

/// Some of the events that wait, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventBatch {
    /// The batch's name, for [`EventBuffer::forget`].
    pub number: u64,
    /// Its events.
    pub events: Vec<LoggedEvent>,
}

/// Keeps events, in the order they came, until the log has them.
#[async_trait]
pub trait EventBuffer: Send + Sync {
    /// Stores events. `Ok` means that they survive the process and a power failure. Shared, because the caller may
    /// have to store them in another buffer.
    async fn store(&self, events: Arc<Vec<LoggedEvent>>) -> Result<(), StoreError>;

    /// The oldest events that wait, if any do. The same batch is returned again until it is forgotten, also after a crash.
    async fn oldest(&self) -> Result<Option<EventBatch>, StoreError>;

    /// Removes a batch, because the log has it.
    async fn forget(&self, number: u64) -> Result<(), StoreError>;

    /// The number of events that wait and were stored by this program, in this run or an earlier one.
    fn waiting(&self) -> u64;
}

/// Events that this machine had stored and that its disk no longer had at the start, because something else cut, changed
/// or removed a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpoolLoss {
    /// How many, at least.
    pub events: u64,
    /// From when they are at the earliest, if that is known.
    pub since: Option<Timestamp>,
}

impl SpoolLoss {
    /// Two losses together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let since = self.since.into_iter().chain(other.since).min();
        Self { events: self.events + other.events, since }
    }
}

/// A buffer on this machine, which stands by while the database is unavailable.
#[async_trait]
pub trait Spool: EventBuffer {
    /// Sets events aside for inspection that the log refuses permanently; they are no longer pending.
    async fn set_aside(&self, events: Vec<LoggedEvent>, why: &str) -> Result<(), StoreError>;

    /// What was lost before this program started.
    fn loss(&self) -> Option<SpoolLoss>;

    /// Whether events can be stored now, tried by storing none.
    async fn ping(&self) -> Result<(), StoreError>;
}
