//! Retention: deletes data permanently, so that late events do not bring it back.
use async_trait::async_trait;
use frontdesk_domain::{CallId, Timestamp};

use crate::{CallRecord, StoreError};

/// A share of all rows, oldest first: what an unattended deletion may delete at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// The percentage of all rows.
    pub percent: u64,
    /// The minimum number of rows, if the percentage is less.
    pub few: u64,
}

impl Share {
    /// The number of rows, out of `all` rows.
    pub fn of(self, all: u64) -> u64 {
        (all * self.percent / 100).max(self.few)
    }
}

/// Deletes calls and what belongs to them.
#[async_trait]
pub trait RetentionStore: Send + Sync {
    /// How many calls there are, and how many of them began before `before`.
    async fn count_before(&self, before: Timestamp) -> Result<(u64, u64), StoreError>;

    /// At most `limit` calls that began before `before`, oldest first, starting after the call `after`.
    async fn calls_before(
        &self,
        before: Timestamp,
        after: Option<CallId>,
        limit: u16,
    ) -> Result<Vec<CallRecord>, StoreError>;

    /// At most `limit` calls that this number made or was rung for, alone or together with others.
    async fn calls_of_number(&self, number: &str, limit: u16) -> Result<Vec<CallRecord>, StoreError>;

    /// Deletes calls with their events and queued work. Later reports about them are ignored.
    async fn delete_calls(&self, calls: &[CallRecord]) -> Result<(), StoreError>;

    /// Deletes the raw parameters of events that happened before `before`, at most the share `most` of all. Returns the number
    /// of these events.
    async fn delete_raw_before(&self, before: Timestamp, most: Option<Share>) -> Result<u64, StoreError>;

    /// Deletes the events before `before` that contain transcripts; returns their number. The log must already have
    /// an event for each of them that says that the transcript is deleted.
    async fn delete_transcripts_before(&self, before: Timestamp) -> Result<u64, StoreError>;

    /// Removes a number from texts that people have written: its contact and the saved views that search for it are
    /// deleted, and in notes and the audit log it is replaced. Returns the number of these places.
    async fn erase_mentions(&self, number: &str) -> Result<u64, StoreError>;

    /// Makes deleted content unreadable on disk, as far as the store can. Fails while something prevents it.
    async fn scrub(&self) -> Result<(), StoreError>;
}
