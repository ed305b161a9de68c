//! Reading the call log.
use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use frontdesk_domain::call::{StoredAudio, Traffic};
use frontdesk_domain::{CallId, LegId, Outcome, RecordingId, Timestamp};

use crate::{CallPage, CallQuery, CallRecord, Change, Figures, LoggedEvent, StoreError, Tally};

/// A call with its events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallWithEvents {
    /// The call.
    pub record: CallRecord,
    /// Its events, in the order of its timeline.
    pub events: Vec<LoggedEvent>,
}

/// A voicemail's audio, or the requested part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoicemailAudio {
    /// Size, hash and media type of the whole audio.
    pub audio: StoredAudio,
    /// The requested bytes.
    pub bytes: Bytes,
    /// The offset of the first of them.
    pub start: u64,
}

/// Why there is no audio to play.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VoicemailError {
    /// There is no such call, or it has no message.
    #[error("there is no voicemail")]
    None,
    /// It has not been downloaded yet.
    #[error("the voicemail has not been downloaded from the carrier yet")]
    Pending,
    /// Its download failed permanently.
    #[error("the voicemail could not be downloaded from the carrier")]
    Failed,
    /// It was stored here, and has been deleted.
    #[error("the voicemail has been deleted")]
    Deleted,
    /// The requested range lies outside the audio, which has this many bytes.
    #[error("the range lies outside the voicemail of {0} bytes")]
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

/// The calls that came through a carrier.
#[derive(Debug, Clone, PartialEq)]
pub struct CarrierCount {
    /// The carrier, as in [`LegId::carrier`].
    pub name: String,
    /// The number of calls, including those in progress.
    pub calls: u64,
    /// The share of ended calls, without rejected and failed ones, that were answered; `None` if there are no such calls.
    pub answer_rate: Option<f64>,
}

/// Call statistics over a period.
#[derive(Debug, Clone, PartialEq)]
pub struct CallStats {
    /// The number of calls, including those in progress.
    pub calls: u64,
    /// Ended calls by outcome; every outcome is listed.
    pub outcomes: Vec<(Outcome, u64)>,
    /// The share of ended calls, without rejected and failed ones, that were answered; `None` if there are no such calls.
    pub answer_rate: Option<f64>,
    /// Median seconds from the start to being put through.
    pub median_seconds_to_answer: Option<f64>,
    /// Nine in ten were put through within this many seconds.
    pub p90_seconds_to_answer: Option<f64>,
    /// Calls by full hour, hours without calls left out.
    pub per_hour: Vec<HourCount>,
    /// Calls by carrier.
    pub carriers: Vec<CarrierCount>,
}

impl CallStats {
    /// The statistics that follow from the counts.
    pub fn of(figures: &Figures) -> Self {
        let mut outcomes: BTreeMap<Outcome, u64> = BTreeMap::new();
        let mut per_hour: Vec<HourCount> = Vec::new();
        for count in &figures.quarters {
            let (quarter, calls) = (count.began_at(), u64::from(count.calls));
            if let Some(outcome) = count.outcome {
                *outcomes.entry(outcome).or_default() += calls;
            }
            let hour = quarter.as_millisecond().div_euclid(HOUR_MS) * HOUR_MS;
            let hour = Timestamp::from_millisecond(hour).unwrap_or(quarter);
            // Compares with the last hour only: the counts are in chronological order, and a year has 100,000.
            match per_hour.last_mut() {
                Some(last) if last.hour == hour => last.calls += calls,
                _ => per_hour.push(HourCount { hour, calls }),
            }
        }
        let of = |outcome: Outcome| outcomes.get(&outcome).copied().unwrap_or(0);
        Self {
            calls: per_hour.iter().map(|hour| hour.calls).sum(),
            outcomes: Outcome::VARIANTS.iter().map(|&outcome| (outcome, of(outcome))).collect(),
            answer_rate: answer_rate(of),
            median_seconds_to_answer: quantile(&figures.waits, 50),
            p90_seconds_to_answer: quantile(&figures.waits, 90),
            per_hour,
            carriers: carriers(figures),
        }
    }
}

fn carriers(figures: &Figures) -> Vec<CarrierCount> {
    let mut found: BTreeMap<&str, BTreeMap<Option<Outcome>, u64>> = BTreeMap::new();
    for (name, outcome, calls) in &figures.carriers {
        *found.entry(name).or_default().entry(*outcome).or_default() += calls;
    }
    let of_carrier = |(name, counts): (&str, BTreeMap<Option<Outcome>, u64>)| CarrierCount {
        name: name.to_owned(),
        calls: counts.values().sum(),
        answer_rate: answer_rate(|outcome| counts.get(&Some(outcome)).copied().unwrap_or(0)),
    };
    found.into_iter().map(of_carrier).collect()
}

const HOUR_MS: i64 = 3_600_000;

/// The share of ended calls, without rejected and failed ones, that were answered; `None` if there are no such calls.
pub fn answer_rate(of: impl Fn(Outcome) -> u64) -> Option<f64> {
    let counted = [Outcome::Answered, Outcome::Voicemail, Outcome::Missed, Outcome::Abandoned];
    let counted: u64 = counted.into_iter().map(&of).sum();
    #[expect(clippy::cast_precision_loss, reason = "counts of calls are far below 2^52")]
    (counted > 0).then(|| of(Outcome::Answered) as f64 / counted as f64)
}

/// The smallest value, in seconds, that `percent` of the calls do not exceed (nearest rank).
fn quantile(waits: &[(u64, u64)], percent: u64) -> Option<f64> {
    let all: u64 = waits.iter().map(|(_, calls)| calls).sum();
    let rank = (all * percent).div_ceil(100);
    let mut seen = 0;
    let reached = waits.iter().find(|(_, calls)| {
        seen += calls;
        seen >= rank && seen > 0
    });
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a wait are far below 2^52")]
    reached.map(|(millis, _)| *millis as f64 / 1000.0)
}

/// Reads the log.
#[async_trait]
pub trait ReadCalls: Send + Sync {
    /// A page of calls, newest first.
    async fn list(&self, query: &CallQuery) -> Result<CallPage, StoreError>;

    /// One call with its events.
    async fn call(&self, id: CallId) -> Result<Option<CallWithEvents>, StoreError>;

    /// The responses to the carrier at the steps of a call, by the event that each request reported; only for recent calls
    /// of this instance.
    fn responses(&self, leg: &LegId) -> BTreeMap<String, Arc<str>>;

    /// A voicemail's audio: the bytes from first to last (inclusive), the last n bytes for `(None, Some(n))`, or all.
    async fn voicemail(
        &self,
        id: CallId,
        recording: Option<RecordingId>,
        range: Option<(Option<u64>, Option<u64>)>,
    ) -> Result<VoicemailAudio, VoicemailError>;

    /// Figures of calls that began at `since` or later and before `until`.
    async fn figures(
        &self,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> Result<Figures, StoreError>;

    /// The traffic through the flow since `since`, counted over the newest `most` calls at most.
    async fn traffic(&self, since: Timestamp, most: u16) -> Result<Traffic, StoreError>;

    /// The number of calls that fit a query; counts the newest `most` of them at most, or fewer where counting reads much of the log.
    async fn tally(&self, query: &CallQuery, most: u32) -> Result<Tally, StoreError>;

    /// The latest change.
    async fn latest_change(&self) -> Result<Change, StoreError>;

    /// Calls changed after `after`, oldest change first.
    async fn changed_since(&self, after: Change, limit: u16) -> Result<Vec<CallRecord>, StoreError>;

    /// Returns once something may have changed after `after`.
    async fn wait_for_change(&self, after: Change);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_occurred() {
        let waits: Vec<(u64, u64)> = (1..=10).map(|second| (second * 1000, 1)).collect();
        assert_eq!((quantile(&waits, 50), quantile(&waits, 90)), (Some(5.0), Some(9.0)));
        assert_eq!(quantile(&[(3000, 7)], 90), Some(3.0));
        assert_eq!(quantile(&[], 50), None);
    }
}
