//! When the log is compared with the records of a carrier, and from when on.
use std::time::Duration;

use frontdesk_domain::Timestamp;
use frontdesk_domain::call::CallState;
use frontdesk_ports::{CallQuery, StoreError, Watermark};
use parking_lot::Mutex;

use super::{Maintenance, ROUND};
use crate::reconciliation::Reconciliation;

/// Between two comparisons.
const RECONCILE_EVERY: Duration = Duration::from_secs(300);
/// What a comparison looks at again: callbacks may still have been on their way.
const OVERLAP: Duration = Duration::from_secs(900);
/// A call without an end is asked about after this.
const UNFINISHED: Duration = Duration::from_secs(600);
/// For so long after a call has ended, comparisons ask for the report of its end that is missing. The daily comparison asks for the
/// last time.
pub(super) const UNREPORTED: Duration = Duration::from_secs(3600);
/// Among how many of the latest calls such a call is looked for; one that began before them waits for the daily comparison.
const LATEST_CALLS: u16 = 1000;
/// Between two comparisons of the last days, …
const FAR_EVERY: Duration = Duration::from_secs(86_400);
/// … as a number of seconds.
const FAR: Duration = Duration::from_secs(3 * 86_400);
/// Reconciliation looks no further back than this by itself.
const FARTHEST: Duration = Duration::from_secs(30 * 86_400);
/// Between two comparisons with the records of our own line.
const LINE_EVERY: Duration = Duration::from_secs(3600);

impl Maintenance {
    pub(super) async fn reconcile_if_due(&self, now: Timestamp) -> Result<(), StoreError> {
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
    pub(super) async fn oldest_unreported(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
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
}

/// Compares the log with the records of our own line, which an outage of the hosted carrier does not delay.
pub struct LineReconciliation {
    /// The comparison.
    pub reconciliation: Reconciliation,
    /// When it was last done.
    pub done_at: Mutex<Option<Timestamp>>,
}

impl LineReconciliation {
    pub(super) async fn run_if_due(&self, now: Timestamp) {
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
