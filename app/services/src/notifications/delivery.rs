//! Delivers what is due, and retries after a failure until it succeeds or fails permanently.
use std::time::Duration;

use frontdesk_domain::call::NotificationKind;
use frontdesk_ports::{Attempt, CallRecord, Delivery, DeliveryError, Job, Lane, LeasedJob, StoreError};
use futures_util::future::join_all;

use super::selection::{last_report, reported_state, wants, work_version};
use super::{NotificationTarget, Notifications, STORE_PAUSE};
use crate::backoff::Backoff;

/// The maximum number of concurrent deliveries.
const MAX_CONCURRENT: u16 = 8;
/// How long a delivery may take.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(100);
/// How long this instance holds a job: longer than a delivery may take.
const LEASE: Duration = Duration::from_secs(120);
/// Pauses after a failed delivery, and how long it is retried.
const BACKOFF: Backoff = Backoff { first: Duration::from_secs(5), max: Duration::from_secs(3600) };
pub(super) const GIVE_UP: Duration = Duration::from_secs(3 * 86_400);
/// The minimum number of attempts, so that a clock that jumps ahead does not end the retries.
pub(super) const MIN_ATTEMPTS: u32 = 20;
/// How often recording a delivery's result is retried while the store is unavailable.
const RECORD_RETRIES: u32 = 3;

impl Notifications {
    /// Delivers what is due now to every recipient. Returns the number of attempts.
    pub async fn deliver_due(&self) -> Result<usize, StoreError> {
        self.deliver(&self.lanes()).await
    }

    /// Delivers what is due now to some recipients. Returns the number of attempts. Each result is recorded as it arrives.
    pub(super) async fn deliver(&self, lanes: &[Lane]) -> Result<usize, StoreError> {
        let due = self.queue.take(lanes, self.clock.now(), LEASE, MAX_CONCURRENT).await?;
        let deliveries = due.iter().filter_map(|leased| match &leased.job {
            Job::Delivery(delivery) => Some(self.deliver_one(leased, delivery)),
            Job::Effect(_) => None,
        });
        // If one result cannot be recorded, the others still must be: otherwise they would be delivered again.
        let recorded = join_all(deliveries).await;
        recorded.into_iter().collect::<Result<(), _>>()?;
        Ok(due.len())
    }

    /// Delivers a notification, and records the result.
    async fn deliver_one(&self, leased: &LeasedJob, delivery: &Delivery) -> Result<(), StoreError> {
        let attempt = self.attempt(leased, delivery).await;
        let target = self.recipients.get(&delivery.recipient);
        let (call, to) = (delivery.call, target.map_or("", |target| target.rule_name.as_str()));
        match &attempt {
            Attempt::Done(_) => tracing::info!(call.id = %call, to, "{} was delivered", delivery.kind),
            Attempt::Retry(_, why) => {
                tracing::warn!(call.id = %call, to, "the notification will be sent again: {why}");
            }
            Attempt::Withdrawn => tracing::debug!(call.id = %call, to, "{} is not needed", delivery.kind),
            Attempt::Failed(why) => {
                metrics::counter!("frontdesk_notifications_failed_total").increment(1);
                tracing::error!(call.id = %call, to, "the notification failed and will not be sent again: {why}");
            }
        }
        if !self.record(leased, &attempt).await? {
            tracing::info!(call.id = %call, to, "another instance has taken the notification over");
        }
        Ok(())
    }

    async fn record(&self, leased: &LeasedJob, attempt: &Attempt) -> Result<bool, StoreError> {
        let mut noted = self.queue.finish(leased, attempt).await;
        for _ in 0..RECORD_RETRIES {
            if noted.is_ok() {
                break;
            }
            tokio::time::sleep(STORE_PAUSE).await;
            noted = self.queue.finish(leased, attempt).await;
        }
        noted
    }

    async fn attempt(&self, leased: &LeasedJob, delivery: &Delivery) -> Attempt {
        let Delivery { call, recipient, .. } = delivery;
        let Some(target) = self.recipients.get(recipient) else {
            return Attempt::Failed(format!("the notification rule {recipient} no longer exists"));
        };
        let record = match self.log.find(*call).await {
            Ok(Some(record)) => record,
            Ok(None) => return Attempt::Failed("the call has been deleted".into()),
            Err(error) => return self.later(leased, &error.to_string()),
        };
        match self.is_needed(delivery, target, &record).await {
            Ok(true) => {}
            Ok(false) => return Attempt::Withdrawn,
            Err(error) => return self.later(leased, &error.to_string()),
        }
        let notification = match self.compose(leased, delivery, target, &record).await {
            Ok(notification) => notification,
            Err(error) => return self.later(leased, &error.to_string()),
        };
        match tokio::time::timeout(DELIVERY_TIMEOUT, target.messenger.deliver(&notification)).await {
            Ok(Ok(())) => Attempt::Done(reported_state(&record.call)),
            Ok(Err(DeliveryError::Refused(why))) => Attempt::Failed(why),
            Ok(Err(DeliveryError::Later(why))) => self.later(leased, &why),
            Err(_) => self.later(leased, "the delivery timed out"),
        }
    }

    /// Whether a delivery is still needed: the call may have changed in the meantime.
    async fn is_needed(
        &self,
        delivery: &Delivery,
        target: &NotificationTarget,
        record: &CallRecord,
    ) -> Result<bool, StoreError> {
        let Delivery { kind, recipient, .. } = delivery;
        if *kind == NotificationKind::Updated {
            let delivered = self.outbox.delivered(&[record.id]).await?;
            let last = last_report(&delivered, record.id, recipient);
            return Ok(last.is_some_and(|(_, reported)| reported != reported_state(&record.call)));
        }
        if *kind == NotificationKind::WorkChanged {
            // A later change has a notification of its own, with the later state.
            return Ok(work_version(record) == delivery.revision);
        }
        Ok(record.call.kinds().contains(kind) && wants(target, *kind, record, &self.flow.current()))
    }

    fn later(&self, leased: &LeasedJob, why: &str) -> Attempt {
        let now = self.clock.now();
        if now >= leased.queued_at + GIVE_UP && leased.attempt >= MIN_ATTEMPTS {
            return Attempt::Failed(format!("{why}; given up after three days"));
        }
        Attempt::Retry(now + BACKOFF.pause(leased.attempt, self.ids.random()[30]), why.to_owned())
    }
}
