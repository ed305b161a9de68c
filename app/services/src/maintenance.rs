//! What is done from time to time: a sign of life, the comparison with the carrier's records, retention.
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use frontdesk_domain::Timestamp;
use frontdesk_domain::call::CallState;
use frontdesk_ports::{
    CallLog, CallQuery, Clock, JobCounts, JobQueue, Lane, OperationsLog, Outage, OutageCause, StoreError,
    Watermark,
};

use parking_lot::Mutex;

use super::reconciliation::Reconciliation;
use super::retention::{DataClass, Retention};

/// Between two rounds.
const ROUND: Duration = Duration::from_secs(60);
/// After a gap this long between signs of life, the program counts as not running in between.
const SILENCE: Duration = Duration::from_secs(150);
/// Between two comparisons.
const RECONCILE_EVERY: Duration = Duration::from_secs(300);
/// What a comparison looks at again: callbacks may still have been on their way.
const OVERLAP: Duration = Duration::from_secs(900);
/// A call without an end is asked about after this.
const UNFINISHED: Duration = Duration::from_secs(600);
/// For so long after a call has ended, comparisons ask for the report of its end that is missing. The daily comparison asks for the
/// last time.
const UNREPORTED: Duration = Duration::from_secs(3600);
/// Among how many of the latest calls such a call is looked for; one that began before them waits for the daily comparison.
const LATEST_CALLS: u16 = 1000;
/// Between two comparisons of the last days, …
const FAR_EVERY: Duration = Duration::from_secs(86_400);
/// … as a number of seconds.
const FAR: Duration = Duration::from_secs(3 * 86_400);
/// Reconciliation looks no further back than this by itself.
const FARTHEST: Duration = Duration::from_secs(30 * 86_400);
/// How recent the latest call must be for our clock to be believed when data is deleted.
const CONFIRMED_WITHIN: Duration = Duration::from_secs(2 * 86_400);
/// How many of the latest calls may confirm our clock.
const RECENT_CALLS: u16 = 50;
/// Between two comparisons with the records of our own line.
const LINE_EVERY: Duration = Duration::from_secs(3600);
/// Between two purges. A clock that jumped by more is not believed.
const PURGE_EVERY: Duration = Duration::from_secs(86_400);

/// How long each kind of data is stored; `None` means forever.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RetentionPolicy {
    /// Calls.
    pub calls: Option<Duration>,
    /// Messages' audio.
    pub audio: Option<Duration>,
    /// Messages' transcripts.
    pub transcripts: Option<Duration>,
    /// The carrier's own words.
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

    /// After what time something of a call is deleted at the earliest.
    fn of_calls(self) -> Option<Duration> {
        [self.calls, self.audio, self.transcripts, self.raw].into_iter().flatten().min()
    }
}

/// Does what is due from time to time.
pub struct Maintenance {
    /// The calls.
    pub log: Arc<dyn CallLog>,
    /// The work after answering.
    pub queue: Arc<dyn JobQueue>,
    /// Where it stands how far things are done.
    pub operations_log: Arc<dyn OperationsLog>,
    /// Compares with the hosted carrier.
    pub reconciliation: Reconciliation,
    /// Compares with our own line, if there is one.
    pub line: Option<LineReconciliation>,
    /// Forgets.
    pub retention: Arc<Retention>,
    /// How long each kind of data is stored.
    pub policy: RetentionPolicy,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Maintenance {
    /// Goes on for ever.
    pub async fn run(&self) {
        loop {
            if let Err(error) = self.round().await {
                tracing::warn!("maintenance is delayed: {error}");
            }
            tokio::time::sleep(ROUND).await;
        }
    }

    /// One round.
    pub async fn round(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let before = self.operations_log.marked(Watermark::Alive).await?;
        self.note_silence(before, now).await?;
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

    async fn note_silence(&self, before: Option<Timestamp>, now: Timestamp) -> Result<(), StoreError> {
        let Some(began_at) = before.filter(|before| now > *before + SILENCE) else { return Ok(()) };
        tracing::warn!("we did not run from {began_at:.0} to {now:.0}");
        let cause = OutageCause::NotRunning;
        let silence = Outage { cause, began_at, ended_at: now, calls: 0, added: 0, repaired: 0, messages: 0 };
        self.operations_log.note_outage(&silence).await
    }

    async fn reconcile_if_due(&self, now: Timestamp) -> Result<(), StoreError> {
        let Some(reconciled) = self.operations_log.marked(Watermark::Reconciled).await? else {
            // The first start: earlier calls are not ours.
            self.operations_log.mark(Watermark::ReconciledFar, now).await?;
            return self.operations_log.mark(Watermark::Reconciled, now).await;
        };
        if now < reconciled + RECONCILE_EVERY && now >= reconciled {
            return Ok(());
        }
        let far = self.operations_log.marked(Watermark::ReconciledFar).await?;
        // A time in the future was noted by a wrong clock.
        let far_due = far.is_none_or(|far| now >= far + FAR_EVERY || now < far);
        let mut since = reconciled.min(now) - OVERLAP;
        for began_at in [self.oldest_unfinished(now).await?, self.oldest_unreported(now).await?] {
            since = since.min(began_at.map_or(since, |began_at| began_at - ROUND));
        }
        if far_due {
            since = since.min(now - FAR);
        }
        if compare(&self.reconciliation, since.max(now - FARTHEST)).await && far_due {
            self.operations_log.mark(Watermark::ReconciledFar, now).await?;
        }
        Ok(())
    }

    /// When the oldest call began that should have ended.
    async fn oldest_unfinished(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let mut oldest = None;
        for state in [CallState::Ringing, CallState::InProgress] {
            let query =
                CallQuery { state: Some(state), until: Some(now - UNFINISHED), ..CallQuery::newest(1000) };
            let calls = self.log.list(&query).await?.calls;
            let begun = calls.iter().filter_map(|record| record.call.started_at).min();
            oldest = [oldest, begun].into_iter().flatten().min();
        }
        Ok(oldest)
    }

    /// When the oldest of the calls began that have ended lately without a report of it from the carrier: a long one began before what
    /// a comparison looks at again.
    async fn oldest_unreported(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let query = CallQuery {
            state: Some(CallState::Ended),
            since: Some(now - (self.reconciliation.longest_call)() - UNREPORTED),
            ..CallQuery::newest(LATEST_CALLS)
        };
        let calls = self.log.list(&query).await?.calls.into_iter();
        let unreported = calls.filter(|record| {
            (self.reconciliation.is_own)(&record.leg)
                && record.call.provider_status.is_none()
                && record.call.ended_at.is_some_and(|ended| now - UNREPORTED <= ended)
        });
        Ok(unreported.filter_map(|record| record.call.started_at).min())
    }

    /// Deletes expired data once a day, if the clock can be believed, and only what was announced the day before.
    async fn purge_if_due(&self, before: Option<Timestamp>, now: Timestamp) -> Result<(), StoreError> {
        let purged = self.operations_log.marked(Watermark::Purged).await?;
        if self.policy == RetentionPolicy::default()
            || purged.is_some_and(|purged| now < purged + PURGE_EVERY && now >= purged)
        {
            return Ok(());
        }
        if before.is_some_and(|before| now < before || now > before + PURGE_EVERY) {
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
            // Announced in the future: by a wrong clock.
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

    /// Whether a recent call confirms our clock: its end is stamped by the carrier's. Without one, nothing is deleted.
    async fn is_time_confirmed(&self, now: Timestamp) -> Result<bool, StoreError> {
        let latest = self.log.list(&CallQuery::newest(RECENT_CALLS)).await?.calls;
        let ends = latest.iter().filter(|record| record.call.provider_status.is_some());
        let confirms = |at: Timestamp| now - CONFIRMED_WITHIN <= at && at <= now + CONFIRMED_WITHIN;
        Ok(ends.filter_map(|record| record.call.ended_at).any(confirms))
    }
}

/// Compares the log with the records of our own line, which an outage of the hosted carrier does not delay.
pub struct LineReconciliation {
    /// The comparison.
    pub reconciliation: Reconciliation,
    /// When it was last done.
    pub done_at: Mutex<Option<Timestamp>>,
}

impl LineReconciliation {
    async fn run_if_due(&self, now: Timestamp) {
        let is_due = self.done_at.lock().is_none_or(|done| now >= done + LINE_EVERY || now < done);
        if is_due && compare(&self.reconciliation, now - FAR).await {
            *self.done_at.lock() = Some(now);
        }
    }
}

/// Compares calls that began since then; whether that was done.
async fn compare(reconciliation: &Reconciliation, since: Timestamp) -> bool {
    match reconciliation.run(since).await {
        Ok(report) => {
            metrics::counter!("frontdesk_reconcile_repairs_total")
                .increment(u64::from(report.added + report.repaired + report.messages));
            if !report.found_nothing() {
                tracing::info!("the log was compared with the carrier's records: {report}");
            }
            true
        }
        Err(error) => {
            tracing::warn!("{error}");
            false
        }
    }
}

#[cfg(test)]
mod tests;
