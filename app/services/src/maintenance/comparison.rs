//! When the log is compared with the records of a carrier, and how far back.
use std::time::Duration;

use frontdesk_domain::Timestamp;
use frontdesk_domain::call::CallState;
use frontdesk_ports::{CallQuery, StoreError, Watermark};
use parking_lot::Mutex;

use super::{Maintenance, ROUND_INTERVAL};
use crate::reconciliation::Reconciliation;

/// Interval between two comparisons.
const RECONCILE_INTERVAL: Duration = Duration::from_secs(300);
/// How far two comparisons overlap, because callbacks may have been delayed during the first one.
const OVERLAP: Duration = Duration::from_secs(900);
/// A call that began longer ago than this and has no end is included in the comparison.
const UNFINISHED_AFTER: Duration = Duration::from_secs(600);
/// How long after the end of a call comparisons look for the carrier's missing report of it. Later, only the daily comparison
/// does.
pub(super) const UNREPORTED_WINDOW: Duration = Duration::from_secs(3600);
/// How many of the latest calls are searched for such a call; an earlier one waits for the daily comparison.
const LATEST_CALLS: u16 = 1000;
/// Interval between two comparisons of the last days …
const DAILY_INTERVAL: Duration = Duration::from_secs(86_400);
/// … and how far back they go.
const DAILY_SPAN: Duration = Duration::from_secs(3 * 86_400);
/// How far back automatic comparisons go at most.
const MAX_LOOKBACK: Duration = Duration::from_secs(30 * 86_400);
/// Interval between two comparisons with the records of our own line.
const LINE_INTERVAL: Duration = Duration::from_secs(3600);

impl Maintenance {
    pub(super) async fn reconcile_if_due(&self, now: Timestamp) -> Result<(), StoreError> {
        let Some(reconciled) = self.operations_log.marked(Watermark::Reconciled).await? else {
            // The first start: frontdesk did not answer earlier calls.
            self.operations_log.mark(Watermark::ReconciledFar, now).await?;
            return self.operations_log.mark(Watermark::Reconciled, now).await;
        };
        if now < reconciled + RECONCILE_INTERVAL && now >= reconciled {
            return Ok(());
        }
        let far = self.operations_log.marked(Watermark::ReconciledFar).await?;
        // A time in the future was recorded with a wrong clock.
        let far_due = far.is_none_or(|far| now >= far + DAILY_INTERVAL || now < far);
        let mut since = reconciled.min(now) - OVERLAP;
        for began_at in [self.oldest_unfinished(now).await?, self.oldest_unreported(now).await?] {
            since = since.min(began_at.map_or(since, |began_at| began_at - ROUND_INTERVAL));
        }
        if far_due {
            since = since.min(now - DAILY_SPAN);
        }
        if compare(&self.reconciliation, since.max(now - MAX_LOOKBACK)).await && far_due {
            self.operations_log.mark(Watermark::ReconciledFar, now).await?;
        }
        Ok(())
    }

    /// The start of the oldest call that should have ended by now.
    async fn oldest_unfinished(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let mut oldest = None;
        for state in [CallState::Ringing, CallState::InProgress] {
            let query = CallQuery {
                state: Some(state),
                until: Some(now - UNFINISHED_AFTER),
                ..CallQuery::newest(1000)
            };
            let calls = self.log.list(&query).await?.calls;
            let begun = calls.iter().filter_map(|record| record.call.started_at).min();
            oldest = [oldest, begun].into_iter().flatten().min();
        }
        Ok(oldest)
    }

    /// The start of the oldest call that ended recently without the carrier's report of its end. A long call may have begun
    /// before the span that a comparison covers.
    pub(super) async fn oldest_unreported(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let query = CallQuery {
            state: Some(CallState::Ended),
            since: Some(now - (self.reconciliation.longest_call)() - UNREPORTED_WINDOW),
            ..CallQuery::newest(LATEST_CALLS)
        };
        let calls = self.log.list(&query).await?.calls.into_iter();
        let unreported = calls.filter(|record| {
            (self.reconciliation.is_own)(&record.leg)
                && record.call.provider_status.is_none()
                && record.call.ended_at.is_some_and(|ended| now - UNREPORTED_WINDOW <= ended)
        });
        Ok(unreported.filter_map(|record| record.call.started_at).min())
    }
}

/// Compares the log with the records of our own line, which an outage of the hosted carrier does not delay.
pub struct LineReconciliation {
    /// The comparison.
    pub reconciliation: Reconciliation,
    /// When it last succeeded.
    pub done_at: Mutex<Option<Timestamp>>,
}

impl LineReconciliation {
    pub(super) async fn run_if_due(&self, now: Timestamp) {
        let is_due = self.done_at.lock().is_none_or(|done| now >= done + LINE_INTERVAL || now < done);
        if is_due && compare(&self.reconciliation, now - DAILY_SPAN).await {
            *self.done_at.lock() = Some(now);
        }
    }
}

/// Compares calls that began at `since` or later. Returns whether that succeeded.
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
