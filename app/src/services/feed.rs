//! Reading the log: pages, calls, audio, figures.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use frontdesk_domain::{CallId, Outcome, Timestamp, VoicemailStatus};
use frontdesk_ports::{
    AudioName, CallLog, CallPage, CallQuery, CallRecord, CallStats, CallWithEvents, Change, HourCount,
    ReadCalls, RecordingStore, StoreError, VoicemailAudio, VoicemailError,
};
use jiff::{RoundMode, TimestampRound, Unit};

use super::keeping::Keeping;

/// Calls read at once when figures are made.
const CHUNK: u16 = 1000;

/// Reads from a log and a recording store.
pub struct Feed {
    /// The calls.
    pub log: Arc<dyn CallLog>,
    /// Their audio.
    pub recordings: Arc<dyn RecordingStore>,
    /// What is still on its way into the log is waited for.
    pub keeping: Arc<Keeping>,
}

#[async_trait]
impl ReadCalls for Feed {
    async fn list(&self, query: &CallQuery) -> Result<CallPage, StoreError> {
        self.keeping.settled().await;
        self.log.list(query).await
    }

    async fn call(&self, id: CallId) -> Result<Option<CallWithEvents>, StoreError> {
        self.keeping.settled().await;
        let Some(record) = self.log.find(id).await? else { return Ok(None) };
        let events = self.log.events(id).await?;
        Ok(Some(CallWithEvents { record, events }))
    }

    async fn voicemail(
        &self,
        id: CallId,
        range: Option<(Option<u64>, Option<u64>)>,
    ) -> Result<VoicemailAudio, VoicemailError> {
        let record = self.log.find(id).await?.ok_or(VoicemailError::None)?;
        let message = record.call.voicemail.ok_or(VoicemailError::None)?;
        let audio = match (message.status, message.audio) {
            (VoicemailStatus::Stored, Some(audio)) => audio,
            (VoicemailStatus::Failed, _) => return Err(VoicemailError::Failed),
            (VoicemailStatus::Deleted, _) => return Err(VoicemailError::Deleted),
            (VoicemailStatus::Pending | VoicemailStatus::Stored, _) => return Err(VoicemailError::Pending),
        };
        let wanted = within(range, audio.bytes).ok_or(VoicemailError::Range(audio.bytes))?;
        let (start, name) = (wanted.start, AudioName::new(&record.leg, &message.recording));
        match self.recordings.read(&name, wanted).await? {
            Some(bytes) => Ok(VoicemailAudio { audio, bytes, start }),
            None => Err(StoreError::Corrupt("the audio of a stored message is gone".into()).into()),
        }
    }

    async fn stats(
        &self,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> Result<CallStats, StoreError> {
        self.keeping.settled().await;
        let mut figures = Figures::default();
        let mut query = CallQuery { since, until, ..CallQuery::newest(CHUNK) };
        loop {
            let page = self.log.list(&query).await?;
            page.calls.iter().for_each(|record| figures.count(record));
            match page.next {
                Some(next) => query.before = Some(next),
                None => return Ok(figures.stats()),
            }
        }
    }

    async fn latest_change(&self) -> Result<Change, StoreError> {
        self.log.latest_change().await
    }

    async fn changed_since(&self, after: Change, limit: u16) -> Result<Vec<CallRecord>, StoreError> {
        self.log.changed_since(after, limit).await
    }

    async fn wait_for_change(&self, after: Change) {
        self.log.wait_for_change(after).await;
    }
}

/// The bytes asked for, cut to what there is; `None` if nothing of it is there.
fn within(range: Option<(Option<u64>, Option<u64>)>, length: u64) -> Option<Range<u64>> {
    let range = match range {
        None => return Some(0..length),
        Some((Some(first), last)) => first..last.map_or(length, |last| last.saturating_add(1).min(length)),
        Some((None, suffix)) => length.saturating_sub(suffix.unwrap_or(0))..length,
    };
    (range.start < range.end).then_some(range)
}

#[derive(Default)]
struct Figures {
    calls: u64,
    outcomes: BTreeMap<Outcome, u64>,
    seconds_to_answer: Vec<f64>,
    hours: BTreeMap<Timestamp, u64>,
}

impl Figures {
    fn count(&mut self, CallRecord { call, .. }: &CallRecord) {
        self.calls += 1;
        if let Some(verdict) = &call.verdict {
            *self.outcomes.entry(verdict.outcome).or_default() += 1;
        }
        if let (Some(started), Some(answered)) = (call.started_at, call.answered_at) {
            self.seconds_to_answer.push(answered.duration_since(started).as_secs_f64().max(0.0));
        }
        let hour = TimestampRound::new().smallest(Unit::Hour).mode(RoundMode::Floor);
        if let Some(hour) = call.started_at.and_then(|at| at.round(hour).ok()) {
            *self.hours.entry(hour).or_default() += 1;
        }
    }

    fn stats(mut self) -> CallStats {
        let of = |outcome: Outcome| self.outcomes.get(&outcome).copied().unwrap_or(0);
        let counted: u64 = self.outcomes.values().sum::<u64>() - of(Outcome::Rejected) - of(Outcome::Failed);
        #[expect(clippy::cast_precision_loss, reason = "counts of calls are far below 2^52")]
        let answer_rate = (counted > 0).then(|| of(Outcome::Answered) as f64 / counted as f64);
        self.seconds_to_answer.sort_by(f64::total_cmp);
        CallStats {
            calls: self.calls,
            outcomes: Outcome::ALL.iter().map(|&outcome| (outcome, of(outcome))).collect(),
            answer_rate,
            median_seconds_to_answer: quantile(&self.seconds_to_answer, 50),
            p90_seconds_to_answer: quantile(&self.seconds_to_answer, 90),
            per_hour: self.hours.into_iter().map(|(hour, calls)| HourCount { hour, calls }).collect(),
        }
    }
}

/// The smallest value that `percent` of the sorted values do not exceed (nearest rank).
fn quantile(sorted: &[f64], percent: usize) -> Option<f64> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_what_there_is() {
        assert_eq!(within(None, 10), Some(0..10));
        assert_eq!(within(Some((Some(2), Some(4))), 10), Some(2..5));
        assert_eq!(within(Some((Some(2), Some(u64::MAX))), 10), Some(2..10));
        assert_eq!(within(Some((Some(2), None)), 10), Some(2..10));
        assert_eq!(within(Some((None, Some(3))), 10), Some(7..10));
        assert_eq!(within(Some((None, Some(30))), 10), Some(0..10));
        for nothing in [(Some(10), None), (None, Some(0)), (Some(99), Some(100))] {
            assert_eq!(within(Some(nothing), 10), None, "{nothing:?}");
        }
    }

    #[test]
    fn quantiles_are_values_that_occurred() {
        let values: Vec<f64> = (1..=10).map(f64::from).collect();
        assert_eq!((quantile(&values, 50), quantile(&values, 90)), (Some(5.0), Some(9.0)));
        assert_eq!(quantile(&[3.0], 90), Some(3.0));
        assert_eq!(quantile(&[], 50), None);
    }
}
