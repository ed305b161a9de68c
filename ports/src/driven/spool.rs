//! Buffers of events until the log has them: on the log's own server, or on this machine.
use std::sync::Arc;

use async_trait::async_trait;
use frontdesk_domain::Timestamp;

use crate::{LoggedEvent, StoreError};

/// Some of the waiting events, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventBatch {
    /// The batch's number, for [`EventBuffer::forget`].
    pub number: u64,
    /// Its events.
    pub events: Vec<LoggedEvent>,
}

/// Stores events in order of arrival until the log has them.
#[async_trait]
pub trait EventBuffer: Send + Sync {
    /// Stores events. `Ok` means that they survive the process and a power failure. Shared, because the caller may
    /// have to store them in another buffer.
    async fn store(&self, events: Arc<Vec<LoggedEvent>>) -> Result<(), StoreError>;

    /// The oldest waiting events, if there are any. The same batch is returned until it is removed, even after a crash.
    async fn oldest(&self) -> Result<Option<EventBatch>, StoreError>;

    /// Removes a batch, because the log has it.
    async fn forget(&self, number: u64) -> Result<(), StoreError>;

    /// The number of waiting events, as far as this process knows: those of other running instances may be missing.
    fn waiting(&self) -> u64;
}

/// Events that this machine had stored but that were missing or damaged at the start, because a file was truncated,
/// changed or removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpoolLoss {
    /// The minimum number of events.
    pub events: u64,
    /// The earliest time that they can be from, if known.
    pub since: Option<Timestamp>,
}

impl SpoolLoss {
    /// The sum of two losses.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let since = self.since.into_iter().chain(other.since).min();
        Self { events: self.events + other.events, since }
    }
}

/// A buffer on this machine: the primary one, or the fallback while the database is unavailable.
#[async_trait]
pub trait Spool: EventBuffer {
    /// Sets aside events that the log refuses permanently, for inspection; they no longer wait.
    async fn set_aside(&self, events: Vec<LoggedEvent>, why: &str) -> Result<(), StoreError>;

    /// What was lost before this program started.
    fn loss(&self) -> Option<SpoolLoss>;

    /// Checks whether events can be stored now, without storing any.
    async fn ping(&self) -> Result<(), StoreError>;
}
