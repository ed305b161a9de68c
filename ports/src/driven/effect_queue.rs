//! Work that is due. The queue is filled by [`CallLog::append`](crate::CallLog::append).
use std::time::Duration;

use async_trait::async_trait;
use frontdesk_domain::{Effect, Timestamp, WorkLane};

use crate::StoreError;

/// An effect that is ours to do until the lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeasedEffect {
    /// The work.
    pub effect: Effect,
    /// The number of this attempt, from 1. It is also the fence: a worker with a lower number is refused.
    pub attempt: u32,
    /// When the work was first queued.
    pub queued_at: Timestamp,
}

/// How work stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EffectCounts {
    /// To be done, or being done.
    pub open: u64,
    /// Given up.
    pub failed: u64,
}

/// Hands out effects, each to one worker at a time, until they are done or given up.
#[async_trait]
pub trait EffectQueue: Send + Sync {
    /// Takes at most `limit` effects of a lane that are due at `now` or whose lease has expired.
    async fn take(
        &self,
        lane: WorkLane,
        now: Timestamp,
        lease: Duration,
        limit: u16,
    ) -> Result<Vec<LeasedEffect>, StoreError>;

    /// The work is done. `false` if the lease was lost in the meantime.
    async fn finish(&self, leased: &LeasedEffect) -> Result<bool, StoreError>;

    /// It did not work: again at `due`. `false` if the lease was lost in the meantime.
    async fn retry(&self, leased: &LeasedEffect, due: Timestamp, why: &str) -> Result<bool, StoreError>;

    /// It will not work: keep it as failed. `false` if the lease was lost in the meantime.
    async fn fail(&self, leased: &LeasedEffect, why: &str) -> Result<bool, StoreError>;

    /// How much work waits or is being done, and how much was given up.
    async fn counts(&self) -> Result<EffectCounts, StoreError>;

    /// When the next effect of a lane is due or its lease ends, if there is any.
    async fn next_due(&self, lane: WorkLane) -> Result<Option<Timestamp>, StoreError>;
}
