//! The operations log: outages, watermarks of periodic work, and the last diagnostic report.
use async_trait::async_trait;
use frontdesk_domain::Timestamp;
use frontdesk_domain::named;
use strum::{IntoStaticStr, VariantArray};

use crate::{DiagnosticReport, StoreError};

/// Why the log may be incomplete for a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum OutageCause {
    /// The program did not run.
    NotRunning,
    /// The database could not store events; they were spooled and added to the log later.
    DatabaseUnavailable,
    /// Events could not be stored at all.
    EventsLost,
    /// Spooled events were damaged on disk before they reached the log.
    SpoolDamaged,
    /// The carrier has calls that never reached us, although the program was running.
    Unreached,
}

named!(OutageCause);

/// A span of time in which something went wrong, and what was recovered. Identified by its cause and beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outage {
    /// Why.
    pub cause: OutageCause,
    /// When it began …
    pub began_at: Timestamp,
    /// … and when it ended.
    pub ended_at: Timestamp,
    /// Calls that took place during that time, as far as known.
    pub calls: u32,
    /// Calls of that time that were added from the carrier's records afterwards.
    pub added: u32,
    /// Calls of that time that were completed from the carrier's records afterwards.
    pub repaired: u32,
    /// Messages of that time that were found at the carrier afterwards.
    pub messages: u32,
}

/// Periodic work with its progress stored as a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Watermark {
    /// The program ran.
    Alive,
    /// The log agrees with the carrier's records.
    Reconciled,
    /// The log agrees with the carrier's records of the last days.
    ReconciledFar,
    /// Expired data was deleted.
    Purged,
    /// The deletion of the data that had expired was announced.
    RetentionAnnounced,
}

named!(Watermark);

/// Stores outages, watermarks and the last diagnostic report.
#[async_trait]
pub trait OperationsLog: Send + Sync {
    /// Stores an outage, replacing an earlier version of it.
    async fn note_outage(&self, outage: &Outage) -> Result<(), StoreError>;

    /// The latest outages, newest first.
    async fn outages(&self, limit: u16) -> Result<Vec<Outage>, StoreError>;

    /// Sets a watermark.
    async fn mark(&self, mark: Watermark, at: Timestamp) -> Result<(), StoreError>;

    /// Stores a diagnostic report in place of the one before.
    async fn store_diagnostic_report(&self, diagnostic_report: &DiagnosticReport) -> Result<(), StoreError>;

    /// The last diagnostic report, if there is one.
    async fn diagnostic_report(&self) -> Result<Option<DiagnosticReport>, StoreError>;

    /// The time of a watermark, if it was ever set.
    async fn marked(&self, mark: Watermark) -> Result<Option<Timestamp>, StoreError>;
}
