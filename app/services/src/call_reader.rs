//! Reading the log: pages, calls, audio, figures.
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use frontdesk_domain::call::{Traffic, VoicemailStatus};
use frontdesk_domain::{CallId, Facts, LegId, RecordingId, Timestamp};
use frontdesk_ports::{
    AudioName, CallFigures, CallLog, CallPage, CallQuery, CallRecord, CallWithEvents, Change, Figures,
    LoggedEvent, ReadCalls, RecordingStore, StoreError, Tally, VoicemailAudio, VoicemailError,
};

use super::call_handler::recent_responses::RecentResponses;
use super::event_intake::EventIntake;

/// The number of calls read at once when many are counted.
const PAGE: u16 = 200;

/// Events in the order in which they happened, with all times in the carrier's clock.
fn in_one_clock(events: Vec<LoggedEvent>) -> Vec<LoggedEvent> {
    let facts = Facts::of(events.iter().map(|logged| &logged.event));
    let corrected = facts.in_one_clock();
    let mut by_identity: BTreeMap<String, LoggedEvent> =
        events.into_iter().map(|logged| (logged.event.identity(), logged)).collect();
    let in_order = corrected.story().into_iter().filter_map(|(identity, event)| {
        let logged = by_identity.remove(identity)?;
        Some(LoggedEvent { event: event.clone(), ..logged })
    });
    in_order.collect()
}

/// Reads from a log and a recording store.
pub struct CallReader {
    /// The calls.
    pub log: Arc<dyn CallLog>,
    /// Counts of calls.
    pub counts: Arc<dyn CallFigures>,
    /// The audio of voicemails.
    pub recordings: Arc<dyn RecordingStore>,
    /// Recent responses to the carrier.
    pub responses: Arc<RecentResponses>,
    /// Reads wait until it has drained the events that were stored before.
    pub intake: Arc<EventIntake>,
}

#[async_trait]
impl ReadCalls for CallReader {
    async fn list(&self, query: &CallQuery) -> Result<CallPage, StoreError> {
        self.intake.caught_up().await;
        self.log.list(query).await
    }

    async fn call(&self, id: CallId) -> Result<Option<CallWithEvents>, StoreError> {
        self.intake.caught_up().await;
        let Some(record) = self.log.find(id).await? else { return Ok(None) };
        let events = in_one_clock(self.log.events(id).await?);
        Ok(Some(CallWithEvents { record, events }))
    }

    fn responses(&self, leg: &LegId) -> BTreeMap<String, Arc<str>> {
        self.responses.of(leg)
    }

    async fn voicemail(
        &self,
        id: CallId,
        recording: Option<RecordingId>,
        range: Option<(Option<u64>, Option<u64>)>,
    ) -> Result<VoicemailAudio, VoicemailError> {
        let record = self.log.find(id).await?.ok_or(VoicemailError::None)?;
        let message = match recording {
            None => record.call.voicemail,
            Some(wanted) => record.call.voicemails.into_iter().find(|message| message.recording == wanted),
        };
        let message = message.ok_or(VoicemailError::None)?;
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
            None => Err(StoreError::Corrupt("the audio of a stored voicemail is missing".into()).into()),
        }
    }

    async fn figures(
        &self,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> Result<Figures, StoreError> {
        self.intake.caught_up().await;
        self.counts.figures(since, until).await
    }

    async fn traffic(&self, since: Timestamp, most: u16) -> Result<Traffic, StoreError> {
        self.intake.caught_up().await;
        let mut traffic = Traffic::default();
        let mut query = CallQuery { since: Some(since), ..CallQuery::newest(most.min(PAGE)) };
        loop {
            let page = self.log.list(&query).await?;
            for record in &page.calls {
                let events = self.log.events(record.id).await?;
                traffic.add(&Facts::of(events.iter().map(|logged| &logged.event)));
                if traffic.calls >= u32::from(most) {
                    return Ok(traffic);
                }
            }
            match page.next {
                Some(before) => query.before = Some(before),
                None => return Ok(traffic),
            }
        }
    }

    async fn tally(&self, query: &CallQuery, most: u32) -> Result<Tally, StoreError> {
        self.counts.tally(query, most).await
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

/// The requested byte range, cut to `length`; `None` if no byte of it exists.
fn within(range: Option<(Option<u64>, Option<u64>)>, length: u64) -> Option<Range<u64>> {
    let range = match range {
        None => return Some(0..length),
        Some((Some(first), last)) => first..last.map_or(length, |last| last.saturating_add(1).min(length)),
        Some((None, suffix)) => length.saturating_sub(suffix.unwrap_or(0))..length,
    };
    (range.start < range.end).then_some(range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_clamped_to_the_length() {
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
}
