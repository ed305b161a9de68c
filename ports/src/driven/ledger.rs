//! What the service remembers of itself: when it could not keep what happened, and how far it has looked since.

use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;
use frontdesk_domain::Timestamp;

use crate::{Examination, StoreError};

/// Why something may be missing from the log for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutageCause {
    /// The program did not run.
    NotRunning,
    /// The log could not take events; they were spooled and came in later.
    LogAway,
    /// Events could not be kept at all.
    EventsLost,
    /// The carrier has calls that never reached us, though we ran.
    Unreached,
}

/// A word that names no cause.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no cause of an outage")]
pub struct UnknownCause(String);

impl OutageCause {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::NotRunning, Self::LogAway, Self::EventsLost, Self::Unreached];

    /// The cause's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotRunning => "not_running",
            Self::LogAway => "log_away",
            Self::EventsLost => "events_lost",
            Self::Unreached => "unreached",
        }
    }
}

impl fmt::Display for OutageCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for OutageCause {
    type Err = UnknownCause;
    fn from_str(text: &str) -> Result<Self, UnknownCause> {
        Self::ALL.into_iter().find(|cause| cause.word() == text).ok_or_else(|| UnknownCause(text.to_owned()))
    }
}

/// A span of time in which something went wrong, and what became of it. Cause and beginning name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outage {
    /// Why.
    pub cause: OutageCause,
    /// From then …
    pub began_at: Timestamp,
    /// … to then.
    pub ended_at: Timestamp,
    /// Calls that took place meanwhile, as far as known.
    pub calls: u32,
    /// Calls of that time that were added from the carrier's records afterwards.
    pub added: u32,
    /// Calls of that time that were completed from the carrier's records afterwards.
    pub repaired: u32,
    /// Messages of that time that were found at the carrier afterwards.
    pub messages: u32,
}

/// Up to when something has been done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Watermark {
    /// The program ran.
    Alive,
    /// The log agrees with the carrier's records.
    Reconciled,
    /// The log agrees with the carrier's records of the last days.
    ReconciledFar,
    /// What was to be forgotten is forgotten.
    Purged,
}

impl Watermark {
    /// The watermark's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Alive => "alive",
            Self::Reconciled => "reconciled",
            Self::ReconciledFar => "reconciled_far",
            Self::Purged => "purged",
        }
    }
}

/// Keeps outages and watermarks.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Notes an outage, or replaces what is noted of it.
    async fn note_outage(&self, outage: &Outage) -> Result<(), StoreError>;

    /// The latest outages, newest first.
    async fn outages(&self, limit: u16) -> Result<Vec<Outage>, StoreError>;

    /// Sets a watermark.
    async fn mark(&self, mark: Watermark, at: Timestamp) -> Result<(), StoreError>;

    /// Keeps an examination in place of the one before.
    async fn keep_examination(&self, examination: &Examination) -> Result<(), StoreError>;

    /// The last examination, if there was one.
    async fn examination(&self) -> Result<Option<Examination>, StoreError>;

    /// Where a watermark stands, if it was ever set.
    async fn marked(&self, mark: Watermark) -> Result<Option<Timestamp>, StoreError>;
}
