//! The job queue and the outbox.
use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use frontdesk_domain::{CallId, Effect, Timestamp};
use frontdesk_ports::{
    Attempt, Change, Delivery, DeliveryReport, DeliveryStatus, Job, JobCounts, JobQueue, LONGEST_WAIT, Lane,
    LeasedJob, Outbox, RecipientSince, StoreError,
};

use crate::MemoryLog;

pub(crate) struct QueuedJob {
    pub(crate) job: Job,
    queued_at: Timestamp,
    /// When the job is due or its lease ends; `None` once it is done or has failed.
    due: Option<Timestamp>,
    leased: bool,
    failed: bool,
    attempts: u32,
    last_error: Option<String>,
    /// What the delivery reported.
    report: String,
}

impl QueuedJob {
    fn new(job: Job, now: Timestamp, due: Timestamp) -> Self {
        let (due, leased, failed, attempts, last_error) = (Some(due), false, false, 0, None);
        Self { job, queued_at: now, due, leased, failed, attempts, last_error, report: String::new() }
    }
}

/// Jobs by their keys.
pub(crate) type Jobs = BTreeMap<String, QueuedJob>;

/// Queues an effect that the facts require: due at once, even if an earlier attempt failed.
pub(crate) fn queue_effect(jobs: &mut Jobs, effect: Effect, now: Timestamp) {
    let new = QueuedJob::new(Job::Effect(effect), now, now);
    let queued = jobs.entry(new.job.key()).or_insert(new);
    if queued.due.is_none() {
        (queued.queued_at, queued.due) = (now, Some(now));
    } else if !queued.leased {
        queued.due = queued.due.map(|due| due.min(now));
    }
}

#[async_trait]
impl JobQueue for MemoryLog {
    async fn take(
        &self,
        lanes: &[Lane],
        now: Timestamp,
        lease: Duration,
        limit: u16,
    ) -> Result<Vec<LeasedJob>, StoreError> {
        let mut state = self.state();
        let due = |queued: &&mut QueuedJob| {
            lanes.contains(&queued.job.lane())
                && queued.due.is_some_and(|due| due <= now || due > now + LONGEST_WAIT)
        };
        let taken = state.jobs.values_mut().filter(due).take(usize::from(limit)).map(|queued| {
            queued.attempts += 1;
            (queued.leased, queued.due) = (true, Some(now + lease));
            LeasedJob { job: queued.job.clone(), attempt: queued.attempts, queued_at: queued.queued_at }
        });
        Ok(taken.collect())
    }

    async fn finish(&self, leased: &LeasedJob, attempt: &Attempt) -> Result<bool, StoreError> {
        let mut state = self.state();
        let queued = state.jobs.get_mut(&leased.job.key());
        let Some(queued) = queued.filter(|queued| queued.leased && queued.attempts == leased.attempt) else {
            return Ok(false);
        };
        queued.leased = false;
        (queued.due, queued.failed, queued.last_error) = match attempt {
            Attempt::Done(report) => {
                queued.report.clone_from(report);
                (None, false, None)
            }
            Attempt::Withdrawn => {
                state.jobs.remove(&leased.job.key());
                return Ok(true);
            }
            Attempt::Retry(due, why) => (Some(*due), false, Some(why.clone())),
            Attempt::Failed(why) => (None, true, Some(why.clone())),
        };
        Ok(true)
    }

    async fn counts(&self, lanes: &[Lane]) -> Result<JobCounts, StoreError> {
        let state = self.state();
        let count = |fits: fn(&QueuedJob) -> bool| {
            let in_lanes = state.jobs.values().filter(|queued| lanes.contains(&queued.job.lane()));
            in_lanes.filter(|queued| fits(queued)).count() as u64
        };
        Ok(JobCounts { open: count(|queued| queued.due.is_some()), failed: count(|queued| queued.failed) })
    }

    async fn next_due(&self, lanes: &[Lane]) -> Result<Option<Timestamp>, StoreError> {
        let state = self.state();
        let in_lanes = state.jobs.values().filter(|queued| lanes.contains(&queued.job.lane()));
        Ok(in_lanes.filter_map(|queued| queued.due).min())
    }
}

#[async_trait]
impl Outbox for MemoryLog {
    async fn looked_at(&self) -> Result<Option<Change>, StoreError> {
        Ok(self.state().looked_at)
    }

    async fn recipients(
        &self,
        names: &[String],
        now: RecipientSince,
    ) -> Result<BTreeMap<String, RecipientSince>, StoreError> {
        let mut state = self.state();
        let since =
            names.iter().map(|name| (name.clone(), *state.recipients.entry(name.clone()).or_insert(now)));
        Ok(since.collect())
    }

    async fn queue(
        &self,
        deliveries: &[(Delivery, Timestamp)],
        up_to: Change,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut state = self.state();
        for (delivery, due) in deliveries {
            if state.calls.contains_key(&delivery.call) {
                let new = QueuedJob::new(Job::Delivery(delivery.clone()), now, *due);
                state.jobs.entry(delivery.key()).or_insert(new);
            }
        }
        state.looked_at = state.looked_at.max(Some(up_to));
        Ok(())
    }

    async fn delivered(&self, calls: &[CallId]) -> Result<Vec<(Delivery, String)>, StoreError> {
        let state = self.state();
        let made = state.jobs.values().filter(|queued| queued.due.is_none() && !queued.failed);
        let about = made.filter_map(|queued| match &queued.job {
            Job::Delivery(delivery) if calls.contains(&delivery.call) => {
                Some((delivery.clone(), queued.report.clone()))
            }
            _ => None,
        });
        Ok(about.collect())
    }

    async fn deliveries(
        &self,
        status: Option<DeliveryStatus>,
        limit: u16,
    ) -> Result<Vec<DeliveryReport>, StoreError> {
        let state = self.state();
        let mut reports: Vec<DeliveryReport> = state.jobs.values().filter_map(report).collect();
        reports.sort_by_key(|report| std::cmp::Reverse((report.queued_at, report.delivery.key())));
        reports.retain(|report| status.is_none_or(|status| report.status == status));
        reports.truncate(usize::from(limit));
        Ok(reports)
    }

    async fn redeliver(
        &self,
        since: Timestamp,
        only_failed: bool,
        recipient: Option<&str>,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut redelivered = 0;
        for queued in self.state().jobs.values_mut() {
            let Job::Delivery(delivery) = &queued.job else { continue };
            let meant = recipient.is_none_or(|recipient| {
                let rest = delivery.recipient.strip_prefix(recipient);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            });
            let finished = queued.due.is_none() && (queued.failed || !only_failed);
            if meant && finished && queued.queued_at >= since {
                *queued = QueuedJob::new(queued.job.clone(), now, now);
                redelivered += 1;
            }
        }
        Ok(redelivered)
    }
}

fn report(queued: &QueuedJob) -> Option<DeliveryReport> {
    let Job::Delivery(delivery) = &queued.job else { return None };
    Some(DeliveryReport {
        delivery: delivery.clone(),
        queued_at: queued.queued_at,
        attempts: queued.attempts,
        status: match (queued.due, queued.failed) {
            (Some(_), _) => DeliveryStatus::Waiting,
            (None, true) => DeliveryStatus::Failed,
            (None, false) => DeliveryStatus::Delivered,
        },
        last_error: queued.last_error.clone(),
    })
}
