//! The queue of jobs: work that is done later, by one worker at a time. [`CallLog::append`](crate::CallLog::append) queues
//! effects, [`Outbox::queue`](crate::Outbox::queue) queues deliveries.
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use frontdesk_domain::{Effect, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Delivery, StoreError};

/// Longer than any pause or lease. A job that is due later than this was queued while the clock was ahead, and counts as due.
pub const LONGEST_WAIT: Duration = Duration::from_secs(2 * 3600);

/// A job of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Job {
    /// Work that a call's events cause.
    Effect(Effect),
    /// A notification to deliver.
    Delivery(Delivery),
}

impl Job {
    /// What makes the job unique: the same job is never queued twice.
    pub fn key(&self) -> String {
        match self {
            Self::Effect(effect) => effect.key(),
            Self::Delivery(delivery) => delivery.key(),
        }
    }

    /// The lane it waits in.
    pub fn lane(&self) -> Lane {
        match self {
            Self::Effect(Effect::Transcribe { .. }) => Lane::Transcripts,
            Self::Effect(Effect::FetchRecording { .. } | Effect::DeleteCarrierCopy { .. }) => Lane::Carrier,
            Self::Delivery(delivery) => Lane::Recipient(delivery.recipient.clone()),
        }
    }
}

/// Jobs that wait for the same thing. A lane that is slow does not hold up the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lane {
    /// Requests to the carrier.
    Carrier,
    /// Transcriptions.
    Transcripts,
    /// Notifications to the recipient of that name.
    Recipient(String),
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Carrier => f.write_str("carrier"),
            Self::Transcripts => f.write_str("transcripts"),
            Self::Recipient(name) => write!(f, "recipient:{name}"),
        }
    }
}

/// A job that a worker holds until the lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeasedJob {
    /// The job.
    pub job: Job,
    /// The number of this attempt, from 1. It is also the fencing token: a worker with a lower number is refused.
    pub attempt: u32,
    /// When the job was first queued, or queued again by a command.
    pub queued_at: Timestamp,
}

/// The result of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// The job is done. What a delivery reported is stored with it, so that a later change is recognised.
    Done(String),
    /// The job is no longer needed and is removed from the queue; it can be queued again.
    Withdrawn,
    /// The attempt failed, and the job is due again at that time.
    Retry(Timestamp, String),
    /// The job failed permanently and is stored as failed.
    Failed(String),
}

/// The number of jobs by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JobCounts {
    /// Waiting or running.
    pub open: u64,
    /// Failed permanently.
    pub failed: u64,
}

/// Hands out jobs, each to one worker at a time, until they are done or have failed.
#[async_trait]
pub trait JobQueue: Send + Sync {
    /// Takes at most `limit` jobs of these lanes that are due at `now` or have an expired lease. Jobs that are due more
    /// than [`LONGEST_WAIT`] later are taken, too.
    async fn take(
        &self,
        lanes: &[Lane],
        now: Timestamp,
        lease: Duration,
        limit: u16,
    ) -> Result<Vec<LeasedJob>, StoreError>;

    /// Records the result of an attempt. `false` if the lease was lost in the meantime.
    async fn finish(&self, leased: &LeasedJob, attempt: &Attempt) -> Result<bool, StoreError>;

    /// The number of jobs in these lanes.
    async fn counts(&self, lanes: &[Lane]) -> Result<JobCounts, StoreError>;

    /// When the next job of these lanes is due or its lease ends, if there is any.
    async fn next_due(&self, lanes: &[Lane]) -> Result<Option<Timestamp>, StoreError>;
}
