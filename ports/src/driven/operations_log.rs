//! What the service remembers of itself: when it could not keep what happened, and how far it has looked since.
use async_trait::async_trait;
use frontdesk_domain::Timestamp;
use frontdesk_domain::named;
use strum::{IntoStaticStr, VariantArray};

use crate::{DiagnosticReport, StoreError};

/// Why something may be missing from the log for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum OutageCause {
    /// The program did not run.
    NotRunning,
    /// The log could not take events; they were spooled and came in later.
    DatabaseUnavailable,
    /// Events could not be stored at all.
    EventsLost,
    /// Events that waited on disk were damaged there before they came in.
    SpoolDamaged,
    /// The carrier has calls that never reached us, though we ran.
    Unreached,
}

named!(OutageCause);

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Watermark {
    /// The program ran.
    Alive,
    /// The log agrees with the carrier's records.
    Reconciled,
    /// The log agrees with the carrier's records of the last days.
    ReconciledFar,
    /// What was to be forgotten is forgotten.
    Purged,
    /// What was expired then has been announced as to be deleted.
    RetentionAnnounced,
}

named!(Watermark);

/// Keeps outages and watermarks.
#[async_trait]
pub trait OperationsLog: Send + Sync {
    /// Notes an outage, or replaces what is noted of it.
    async fn note_outage(&self, outage: &Outage) -> Result<(), StoreError>;

    /// The latest outages, newest first.
    async fn outages(&self, limit: u16) -> Result<Vec<Outage>, StoreError>;

    /// Sets a watermark.
    async fn mark(&self, mark: Watermark, at: Timestamp) -> Result<(), StoreError>;

    /// Stores a diagnostic report in place of the one before.
    async fn store_diagnostic_report(&self, diagnostic_report: &DiagnosticReport) -> Result<(), StoreError>;

    /// The last diagnostic report, if there is one.
    async fn diagnostic_report(&self) -> Result<Option<DiagnosticReport>, StoreError>;

    /// Where a watermark stands, if it was ever set.
    async fn marked(&self, mark: Watermark) -> Result<Option<Timestamp>, StoreError>;
}
