//! Reading the log.

use async_trait::async_trait;
use bytes::Bytes;
use frontdesk_domain::{CallId, Outcome, StoredAudio, Timestamp};

use crate::{CallPage, CallQuery, CallRecord, Change, LoggedEvent, StoreError};

/// A call with its story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallWithEvents {
    /// The call.
    pub record: CallRecord,
    /// Its events, in the order of its story.
    pub events: Vec<LoggedEvent>,
}

/// A message's audio, or the part of it that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoicemailAudio {
    /// The whole of it.
    pub audio: StoredAudio,
    /// The bytes asked for.
    pub bytes: Bytes,
    /// Where they begin.
    pub start: u64,
}

/// Why there is no audio to hear.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VoicemailError {
    /// There is no such call, or it has no message.
    #[error("there is no message")]
    None,
    /// It is on its way.
    #[error("the message is still on its way from the carrier")]
    Pending,
    /// It cannot be had.
    #[error("the message could not be had from the carrier")]
    Failed,
    /// It was here, and has been deleted.
    #[error("the message has been deleted")]
    Deleted,
    /// The bytes asked for lie outside it; it has that many.
    #[error("the range lies outside the message of {0} bytes")]
    Range(u64),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Calls that began within one hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HourCount {
    /// The full hour.
    pub hour: Timestamp,
    /// How many.
    pub calls: u64,
}

/// Figures over a span of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct CallStats {
    /// All calls, also those not ended.
    pub calls: u64,
    /// Ended calls by outcome; every outcome is listed.
    pub outcomes: Vec<(Outcome, u64)>,
    /// Answered of all ended calls but rejected and failed ones; none without such calls.
    pub answer_rate: Option<f64>,
    /// Median seconds from the start to being put through.
    pub median_seconds_to_answer: Option<f64>,
    /// Nine in ten were put through within so many seconds.
    pub p90_seconds_to_answer: Option<f64>,
    /// Calls by full hour, hours without calls left out.
    pub per_hour: Vec<HourCount>,
}

/// Reads the log.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ReadCalls: Send + Sync {
    /// A page of calls, newest first.
    async fn list(&self, query: &CallQuery) -> Result<CallPage, StoreError>;

    /// One call with its story.
    async fn call(&self, id: CallId) -> Result<Option<CallWithEvents>, StoreError>;

    /// A message's audio: the bytes from `start` to `end` (inclusive), the last `suffix` bytes with only an end, or all.
    async fn voicemail(
        &self,
        id: CallId,
        range: Option<(Option<u64>, Option<u64>)>,
    ) -> Result<VoicemailAudio, VoicemailError>;

    /// Figures over calls that started at `since` or later and before `until`.
    async fn stats(
        &self,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> Result<CallStats, StoreError>;

    /// The last change there was.
    async fn latest_change(&self) -> Result<Change, StoreError>;

    /// Calls changed after that change, oldest change first.
    async fn changed_since(&self, after: Change, limit: u16) -> Result<Vec<CallRecord>, StoreError>;

    /// Returns once something may have changed after `after`.
    async fn wait_for_change(&self, after: Change);
}
