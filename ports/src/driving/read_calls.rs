//! Reading the log.
use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use frontdesk_domain::call::{StoredAudio, Traffic};
use frontdesk_domain::{CallId, LegId, Outcome, RecordingId, Timestamp};

use crate::{CallPage, CallQuery, CallRecord, Change, Figures, LoggedEvent, StoreError, Tally};

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

/// Why there is no audio to play.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VoicemailError {
    /// There is no such call, or it has no message.
    #[error("there is no voicemail")]
    None,
    /// It is on its way.
    #[error("the voicemail has not been downloaded from the carrier yet")]
    Pending,
    /// It cannot be had.
    #[error("the voicemail could not be downloaded from the carrier")]
    Failed,
    /// It was here, and has been deleted.
    #[error("the voicemail has been deleted")]
    Deleted,
    /// The bytes asked for lie outside it; it has that many.
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

/// The calls that came by a carrier.
#[derive(Debug, Clone, PartialEq)]
pub struct CarrierCount {
    /// The carrier, as in [`LegId::carrier`].
    pub name: String,
    /// How many calls, also those not ended.
    pub calls: u64,
    /// The share of ended calls, without rejected and failed ones, that were answered; `None` if there are no such calls.
    pub answer_rate: Option<f64>,
}

/// Figures over a span of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct CallStats {
    /// All calls, also those not ended.
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
    /// The figures that follow from counts.
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
            // They are in the order of time, and a year has a hundred thousand.
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

    /// One call with its story.
    async fn call(&self, id: CallId) -> Result<Option<CallWithEvents>, StoreError>;

    /// What the carrier was answered at the steps of a call, by the events of their requests; of recent calls of this
    /// instance only.
    fn responses(&self, leg: &LegId) -> BTreeMap<String, Arc<str>>;

    /// A message's audio: the bytes from `start` to `end` (inclusive), the last `suffix` bytes with only an end, or all.
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

    /// The traffic through the flow since then, counted over at most this many of the newest calls.
    async fn traffic(&self, since: Timestamp, most: u16) -> Result<Traffic, StoreError>;

    /// How many calls fit a query; looks at the newest `most` of them.
    async fn tally(&self, query: &CallQuery, most: u32) -> Result<Tally, StoreError>;

    /// The last change there was.
    async fn latest_change(&self) -> Result<Change, StoreError>;

    /// Calls changed after that change, oldest change first.
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
