//! The services of the application that every call needs: the call flow, the stores and the clock.
#[cfg(test)]
pub(crate) mod testing;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use frontdesk_domain::session::Output;
use frontdesk_domain::{Instruction, LegId, Notice, RecordingId, Timestamp};
use frontdesk_ports::{
    AnswerCalls, AudioName, CarrierCallback, CarrierError, Clock, FetchedAudio, Ids, RawParameters,
    RecordingStore, SoundMeter, StepRequest,
};
use futures_util::stream;

use crate::journal::Journal;
use crate::parties::CallParties;
use crate::prompts::Prompts;
use crate::recording;

/// How long storing a message may take: the caller waits meanwhile. After that it is fetched later, as from any carrier.
const STORE_TIMEOUT: Duration = Duration::from_secs(3);
/// Attempts to store a report, and the pause between them.
const REPORT_TRIES: u32 = 10;
const REPORT_PAUSE: Duration = Duration::from_millis(500);

/// The services of the application that a line needs.
#[derive(Clone)]
pub struct Services {
    /// Answers calls and stores reports.
    pub answering: Arc<dyn AnswerCalls>,
    /// The prompts.
    pub prompts: Arc<Prompts>,
    /// Where messages are stored.
    pub recordings: Arc<dyn RecordingStore>,
    /// Measures messages.
    pub meter: Arc<dyn SoundMeter>,
    /// The system clock.
    pub clock: Arc<dyn Clock>,
    /// Random numbers for ids and audio streams.
    pub ids: Arc<dyn Ids>,
}

/// The name of the carrier in leg ids.
pub const NAME: &str = "sip";

impl Services {
    pub(crate) fn new_call(&self) -> LegId {
        LegId::new(NAME, &hex::encode(&self.ids.random()[..16])).expect("hexadecimal digits are a valid id")
    }

    pub(crate) fn new_recording(&self) -> RecordingId {
        hex::encode(&self.ids.random()[..16]).parse().expect("hexadecimal digits are a valid id")
    }

    /// Requests the next instructions from the call flow. `reported_at` is the time of this step by the call's own clock.
    pub(crate) async fn ask(
        &self,
        call: &LegId,
        parties: &CallParties,
        question: Output,
        reported_at: Option<Timestamp>,
    ) -> Vec<Instruction> {
        let Output::Ask { leg, at, signal, caller_gone, .. } = question else { return Vec::new() };
        let request = StepRequest {
            leg,
            from: parties.from.clone(),
            from_name: parties.from_name.clone(),
            to: parties.to.clone(),
            diverted_from: parties.diverted_from.clone(),
            attestation: parties.attestation(),
            caller_gone,
            reported_at,
            raw: parties.raw.clone(),
            ..StepRequest::new(call.clone(), at, signal)
        };
        self.answering.answer(request).await
    }

    /// Stores a report. No carrier would send it again, so failed attempts are retried for a while. `false` if it is lost.
    pub(crate) async fn report(&self, call: &LegId, notice: Notice, reported_at: Option<Timestamp>) -> bool {
        for _ in 0..REPORT_TRIES {
            let callback = CarrierCallback {
                call: call.clone(),
                notice: notice.clone(),
                reported_at,
                raw: RawParameters::default(),
            };
            match self.answering.ingest(callback).await {
                Ok(()) => return true,
                Err(error) => tracing::warn!(call.id = %call, "a report could not be stored: {error}"),
            }
            tokio::time::sleep(REPORT_PAUSE).await;
        }
        tracing::error!(call.id = %call, "a report of a call is lost");
        false
    }

    /// Stores a message where every instance can read it, and returns the notices to report. A message that cannot be stored
    /// now is fetched later. Its file stays until the call is over, so that a crash in between loses nothing.
    pub(crate) async fn store(
        &self,
        journal: &Journal,
        call: &LegId,
        recording: &RecordingId,
    ) -> Vec<Notice> {
        let path = recording::path(journal.folder(), recording);
        let stored = tokio::time::timeout(STORE_TIMEOUT, async {
            let bytes = Bytes::from(tokio::fs::read(&path).await.map_err(|error| error.to_string())?);
            let audio = self.recordings.put(&AudioName::new(call, recording), fetched(bytes.clone())).await;
            Ok::<_, String>((bytes, audio.map_err(|error| error.to_string())?))
        });
        let (bytes, audio) = match stored.await.unwrap_or_else(|_| Err("the store is slow".to_owned())) {
            Ok(stored) => stored,
            Err(why) => {
                tracing::warn!(call.id = %call, "a message will be stored later: {why}");
                return Vec::new();
            }
        };
        let (meter, media_type) = (self.meter.clone(), audio.media_type.clone());
        let mut notices = vec![Notice::Stored { recording: recording.clone(), audio }];
        let measured = tokio::task::spawn_blocking(move || meter.measure(&bytes, &media_type)).await;
        if let Ok(Some(sound)) = measured {
            notices.push(Notice::Measured { recording: recording.clone(), sound });
        }
        notices
    }
}

/// Presents a message as fetched audio.
pub(crate) fn fetched(bytes: Bytes) -> FetchedAudio {
    FetchedAudio {
        media_type: "audio/wav".to_owned(),
        length: Some(bytes.len() as u64),
        audio: Box::pin(stream::once(async move { Ok::<_, CarrierError>(bytes) })),
    }
}
