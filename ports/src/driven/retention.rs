//! Retention: for good, and so that late news does not bring it back.
use async_trait::async_trait;
use frontdesk_domain::{CallId, Timestamp};

use crate::{CallRecord, StoreError};

/// A share of all rows, oldest first: what an unattended deletion may delete at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Of a hundred rows.
    pub percent: u64,
    /// This many rows, if that is more.
    pub few: u64,
}

impl Share {
    /// How many rows it is.
    pub fn of(self, all: u64) -> u64 {
        (all * self.percent / 100).max(self.few)
    }
}

/// Deletes calls and what belongs to them.
#[async_trait]
pub trait RetentionStore: Send + Sync {
    /// How many calls there are, and how many of them began before `before`.
    async fn count_before(&self, before: Timestamp) -> Result<(u64, u64), StoreError>;

    /// Some calls that began before `before`, oldest first, after that one.
    async fn calls_before(
        &self,
        before: Timestamp,
        after: Option<CallId>,
        limit: u16,
    ) -> Result<Vec<CallRecord>, StoreError>;

    /// Some calls that this number made or was rung for, also beside others.
    async fn calls_of_number(&self, number: &str, limit: u16) -> Result<Vec<CallRecord>, StoreError>;

    /// Deletes calls with their events and queued work. Later reports about them are ignored.
    async fn delete_calls(&self, calls: &[CallRecord]) -> Result<(), StoreError>;

    /// Deletes the carrier's own words of events that happened before `before`, at most that share of all; returns of how
    /// many.
    async fn delete_raw_before(&self, before: Timestamp, most: Option<Share>) -> Result<u64, StoreError>;

    /// Deletes the events before `before` that contain transcripts; returns their number. The log must already say of
    /// these calls that their transcript is deleted.
    async fn delete_transcripts_before(&self, before: Timestamp) -> Result<u64, StoreError>;

    /// Removes a number from what people have written beside calls: its contact and saved views that search for it
    /// are deleted, and in notes and the audit log it is replaced. Returns in how many places it was.
    async fn erase_mentions(&self, number: &str) -> Result<u64, StoreError>;

    /// Makes deleted content unreadable on disk, as far as the store can. Fails while something prevents it.
    async fn scrub(&self) -> Result<(), StoreError>;
}
