//! Periodic work: the heartbeat, the comparison with the carrier's records, and retention.

mod comparison;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use frontdesk_domain::Timestamp;
use frontdesk_ports::{
    CallLog, CallQuery, Clock, JobCounts, JobQueue, Lane, OperationsLog, Outage, OutageCause, StoreError,
    Watermark,
};

use super::reconciliation::Reconciliation;
use super::retention::{DataClass, Retention};

pub use comparison::LineReconciliation;

/// Interval between two rounds.
const ROUND_INTERVAL: Duration = Duration::from_secs(60);
/// After a gap this long between heartbeats, the program counts as not having run in between.
const MAX_HEARTBEAT_GAP: Duration = Duration::from_secs(150);
/// How close to our time the end of a recent call must be to confirm our clock before data is deleted.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(2 * 86_400);
/// How many of the latest calls are examined to confirm our clock.
const RECENT_CALLS: u16 = 50;
/// Interval between two purges. After a clock jump of more than this, the purge is skipped.
const PURGE_INTERVAL: Duration = Duration::from_secs(86_400);

/// How long each kind of data is stored; `None` means forever.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RetentionPolicy {
    /// Calls.
    pub calls: Option<Duration>,
    /// The audio of voicemails.
    pub audio: Option<Duration>,
    /// The transcripts of voicemails.
    pub transcripts: Option<Duration>,
    /// The raw parameters of the carrier's requests.
    pub raw: Option<Duration>,
    /// The audit log.
    pub audit: Option<Duration>,
}

impl RetentionPolicy {
    fn set(self) -> impl Iterator<Item = (DataClass, Duration)> {
        let times = [
            (DataClass::Audit, self.audit),
            (DataClass::Raw, self.raw),
            (DataClass::Transcripts, self.transcripts),
            (DataClass::Audio, self.audio),
            (DataClass::Calls, self.calls),
        ];
        times.into_iter().filter_map(|(class, time)| Some((class, time?)))
    }

    /// The shortest retention period of anything that belongs to a call.
    fn of_calls(self) -> Option<Duration> {
        [self.calls, self.audio, self.transcripts, self.raw].into_iter().flatten().min()
    }
}

/// Runs the periodic work.
pub struct Maintenance {
    /// The calls.
    pub log: Arc<dyn CallLog>,
    /// The queue of jobs; its counts are exported as metrics.
    pub queue: Arc<dyn JobQueue>,
    /// Stores outages and watermarks.
    pub operations_log: Arc<dyn OperationsLog>,
    /// Compares the log with the records of the hosted carrier.
    pub reconciliation: Reconciliation,
    /// Compares the log with the records of our own line, if there is one.
    pub line: Option<LineReconciliation>,
    /// Deletes expired data.
    pub retention: Arc<Retention>,
    /// How long each kind of data is stored.
    pub policy: RetentionPolicy,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

impl Maintenance {
    /// Runs forever.
    pub async fn run(&self) {
        loop {
            if let Err(error) = self.round().await {
                tracing::warn!("maintenance is delayed: {error}");
            }
            tokio::time::sleep(ROUND_INTERVAL).await;
        }
    }

    /// One round.
    pub async fn round(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let before = self.operations_log.marked(Watermark::Alive).await?;
        self.record_downtime(before, now).await?;
        self.operations_log.mark(Watermark::Alive, now).await?;
        let JobCounts { open, failed } = self.queue.counts(&[Lane::Carrier, Lane::Transcripts]).await?;
        for (state, count) in [("open", open), ("failed", failed)] {
            metrics::gauge!("frontdesk_effects", "state" => state)
                .set(u32::try_from(count).unwrap_or(u32::MAX));
        }
        self.reconcile_if_due(now).await?;
        if let Some(line) = &self.line {
            line.run_if_due(now).await;
        }
        self.purge_if_due(before, now).await
    }

    async fn record_downtime(&self, before: Option<Timestamp>, now: Timestamp) -> Result<(), StoreError> {
        let Some(began_at) = before.filter(|before| now > *before + MAX_HEARTBEAT_GAP) else { return Ok(()) };
        tracing::warn!("the program did not run from {began_at:.0} to {now:.0}");
        let cause = OutageCause::NotRunning;
        let silence = Outage { cause, began_at, ended_at: now, calls: 0, added: 0, repaired: 0, messages: 0 };
        self.operations_log.note_outage(&silence).await
    }

    /// Deletes expired data once a day, if the clock is confirmed, and only what was announced the day before.
    async fn purge_if_due(&self, before: Option<Timestamp>, now: Timestamp) -> Result<(), StoreError> {
        let purged = self.operations_log.marked(Watermark::Purged).await?;
        if self.policy == RetentionPolicy::default()
            || purged.is_some_and(|purged| now < purged + PURGE_INTERVAL && now >= purged)
        {
            return Ok(());
        }
        if before.is_some_and(|before| now < before || now > before + PURGE_INTERVAL) {
            tracing::warn!("the clock has jumped by more than a day; retention is skipped this round");
            return Ok(());
        }
        if !self.is_time_confirmed(now).await? {
            if let Some(older_than) = self.policy.of_calls() {
                self.retention.hold_back(now - older_than).await?;
            }
            return Ok(());
        }
        self.retention.held_back.store(0, Ordering::Relaxed);
        let announced = self.operations_log.marked(Watermark::RetentionAnnounced).await?;
        for (class, older_than) in self.policy.set() {
            // An announcement in the future was recorded with a wrong clock.
            let Some(announced) = announced.filter(|announced| *announced <= now) else { continue };
            if let Err(error) = self.retention.purge_in_steps(class, announced - older_than).await {
                tracing::error!("retention: {error}");
            }
        }
        if let Some(older_than) = self.policy.of_calls() {
            self.retention.announce(now - older_than).await?;
        }
        self.operations_log.mark(Watermark::RetentionAnnounced, now).await?;
        self.operations_log.mark(Watermark::Purged, now).await
    }

    /// Whether the end of a recent call, which has the carrier's time, confirms our clock. If not, nothing is deleted.
    async fn is_time_confirmed(&self, now: Timestamp) -> Result<bool, StoreError> {
        let latest = self.log.list(&CallQuery::newest(RECENT_CALLS)).await?.calls;
        let ends = latest.iter().filter(|record| record.call.provider_status.is_some());
        let confirms = |at: Timestamp| now - CLOCK_TOLERANCE <= at && at <= now + CLOCK_TOLERANCE;
        Ok(ends.filter_map(|record| record.call.ended_at).any(confirms))
    }
}

#[cfg(test)]
mod tests;
