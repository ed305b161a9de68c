//! Voicemail jobs, which run after a call was answered: they fetch recordings, delete the carrier's copies, and
//! transcribe, with retries.

mod transcripts;
use std::sync::Arc;
use std::time::Duration;

use frontdesk_domain::call::{CopyFate, Sound, StoredAudio, VoicemailStatus};
use frontdesk_domain::{Call, CallEvent, Effect, EventKind, Facts, LegId, RecordingId, Timestamp, Voicemail};
use frontdesk_ports::{
    Attempt, AudioName, CallLog, CallQuery, CallRecord, Carrier, CarrierError, Change, Clock, Ids, Job,
    JobQueue, Lane, LeasedJob, PutError, RecordingStore, SoundMeter, StoreError, Transcriber,
};
use futures_util::future::join_all;
use tracing::Instrument;

use crate::backoff::Backoff;
use crate::tracing_context;

/// Longer than a fetch or a transcription can take, so that a job is never run twice at once. The jobs of an instance
/// that is gone wait this long for another.
const FETCH_LEASE: Duration = Duration::from_secs(105);
const TRANSCRIPT_LEASE: Duration = Duration::from_secs(330);
/// The maximum number of concurrent fetches.
const MAX_CONCURRENT: u16 = 4;
/// Pauses after failures.
const BACKOFF: Backoff = Backoff { first: Duration::from_secs(2), max: Duration::from_secs(15 * 60) };
/// How long after a call the carrier may take to file a recording.
const FILING_TIME: Duration = Duration::from_secs(300);
/// How long a job is retried.
const RETRY_PERIOD: Duration = Duration::from_secs(7 * 86_400);
/// The minimum number of attempts, so that a clock that jumps ahead does not end the retries.
const MIN_ATTEMPTS: u32 = 20;
/// Pause after a round, as a multiple of its duration: storing a voicemail syncs the disk several times, and callers
/// take precedence. On a busy machine a round takes longer, and so does the pause …
const PAUSE_FACTOR: u32 = 9;
/// … up to this: four messages a second are still more than any office gets.
const MAX_PAUSE: Duration = Duration::from_secs(1);
/// The longest sleep without a change of the log.
const IDLE_PAUSE: Duration = Duration::from_secs(60);

/// What one round did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkOutcome {
    /// Nothing was due; the next job is due at this time, if there is one.
    Idle(Option<Timestamp>),
    /// The number of jobs that were run.
    Worked(usize),
}

/// Runs the effects of one lane.
pub struct VoicemailWorker {
    /// The lane of effects to run.
    pub lane: Lane,
    /// The queue of effects.
    pub queue: Arc<dyn JobQueue>,
    /// The call log, which results are appended to.
    pub log: Arc<dyn CallLog>,
    /// The carrier that recordings are fetched from.
    pub carrier: Arc<dyn Carrier>,
    /// The recordings store.
    pub recordings: Arc<dyn RecordingStore>,
    /// Measures the audio of voicemails.
    pub meter: Arc<dyn SoundMeter>,
    /// Transcribes voicemails, if that is done on this machine.
    pub transcriber: Option<Arc<dyn Transcriber>>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Random jitter for retries.
    pub ids: Arc<dyn Ids>,
    /// Whether the carrier's copy of a message is deleted once ours is verified.
    pub delete_at_carrier: bool,
    /// Whether a call came through our own line, where the file of a recording is deleted once the recording is stored.
    pub is_own_line: fn(&LegId) -> bool,
}

/// Why a job did not succeed.
enum Failure {
    /// To be retried, not before this time has passed.
    Again(String, Option<Duration>),
    /// Our own store failed: the job is retried when the lease ends.
    Store(StoreError),
}

impl VoicemailWorker {
    /// Works until the task is aborted.
    pub async fn run(&self) {
        loop {
            let seen = self.log.latest_change().await.unwrap_or(Change(0));
            let begun = tokio::time::Instant::now();
            match self.run_once().await {
                Ok(WorkOutcome::Worked(_)) => {
                    tokio::time::sleep((begun.elapsed() * PAUSE_FACTOR).min(MAX_PAUSE)).await;
                }
                Ok(WorkOutcome::Idle(due)) => {
                    let now = self.clock.now();
                    // A job that has become due in the meantime is due now.
                    let until =
                        |due: Timestamp| Duration::try_from(due.duration_since(now)).unwrap_or_default();
                    let pause = due.map_or(IDLE_PAUSE, until).min(IDLE_PAUSE);
                    // Woken early by any change of the log: new effects come with changes.
                    let _ = tokio::time::timeout(pause, self.log.wait_for_change(seen)).await;
                }
                Err(error) => {
                    tracing::warn!("voicemail jobs are delayed by a store error: {error}");
                    tokio::time::sleep(BACKOFF.first).await;
                }
            }
        }
    }

    /// Runs the jobs that are due now.
    pub async fn run_once(&self) -> Result<WorkOutcome, StoreError> {
        let lanes = std::slice::from_ref(&self.lane);
        let (at_once, lease) = match self.lane {
            Lane::Transcripts => (1, TRANSCRIPT_LEASE),
            Lane::Carrier | Lane::Recipient(_) => (MAX_CONCURRENT, FETCH_LEASE),
        };
        let due = self.queue.take(lanes, self.clock.now(), lease, at_once).await?;
        if due.is_empty() {
            return Ok(WorkOutcome::Idle(self.queue.next_due(lanes).await?));
        }
        join_all(due.iter().filter_map(|leased| {
            let Job::Effect(effect) = &leased.job else { return None };
            let (key, attempt) = (effect.key(), leased.attempt);
            let span = tracing::info_span!(target: tracing_context::TARGET, "job", otel.kind = "consumer", effect = key, attempt);
            tracing_context::join_call(&span, effect.call());
            Some(self.work(leased, effect).instrument(span))
        }))
        .await;
        Ok(WorkOutcome::Worked(due.len()))
    }

    async fn work(&self, leased: &LeasedJob, effect: &Effect) {
        let call = effect.call();
        let done = match effect {
            Effect::FetchRecording { call, recording } => self.fetch(call, recording).await,
            Effect::Transcribe { call, recording } => self.transcribe(call, recording).await,
            Effect::DeleteCarrierCopy { call, recording } => self.delete_copy(call, recording).await,
        };
        tracing_context::end(&tracing::Span::current(), done.is_ok());
        let attempt = match done {
            Ok(()) => Ok(Attempt::Done(String::new())),
            Err(Failure::Store(error)) => Err(error),
            Err(Failure::Again(why, after)) => self.again(leased, effect, why, after).await,
        };
        let finished = match attempt {
            Ok(attempt) => self.queue.finish(leased, &attempt).await,
            Err(error) => Err(error),
        };
        match finished {
            Ok(true) => {}
            Ok(false) => tracing::info!(call.id = %call, "another worker has taken over the job"),
            Err(error) => tracing::warn!(call.id = %call, "the job is delayed by a store error: {error}"),
        }
    }

    async fn fetch(&self, call: &LegId, recording: &RecordingId) -> Result<(), Failure> {
        if !self.is_wanted(call, recording).await.map_err(Failure::Store)? {
            return Ok(());
        }
        let fetched = self.carrier.fetch_recording(call, recording).await.map_err(again)?;
        let audio = self.recordings.put(&AudioName::new(call, recording), fetched).await;
        let audio = audio.map_err(|error| match error {
            PutError::Source(error) => again(error),
            PutError::Store(error) => Failure::Again(error.to_string(), None),
        })?;
        let sound = self.measure(call, recording, &audio).await.map_err(Failure::Store)?;
        let mut news = vec![EventKind::Voicemail { recording: recording.clone(), audio }];
        news.extend(sound.map(|sound| EventKind::VoicemailMeasured { recording: recording.clone(), sound }));
        if self.delete_at_carrier {
            news.push(EventKind::CarrierCopy { recording: recording.clone(), fate: CopyFate::Unwanted });
        }
        self.log(call, news).await.map_err(Failure::Store)?;
        tracing::info!(call.id = %call, "voicemail stored");
        if (self.is_own_line)(call)
            && let Err(why) = self.carrier.delete_recording(call, recording).await
        {
            tracing::warn!(call.id = %call, "the line's file of a stored voicemail could not be deleted: {why}");
        }
        Ok(())
    }

    /// The measurements of a voicemail's audio, if it can be decoded.
    async fn measure(
        &self,
        call: &LegId,
        recording: &RecordingId,
        audio: &StoredAudio,
    ) -> Result<Option<Sound>, StoreError> {
        let Some(bytes) = self.recordings.read(&AudioName::new(call, recording), 0..audio.bytes).await?
        else {
            return Ok(None);
        };
        let (meter, media_type) = (self.meter.clone(), audio.media_type.clone());
        let measured = tokio::task::spawn_blocking(move || meter.measure(&bytes, &media_type)).await;
        Ok(measured.unwrap_or_else(|error| {
            tracing::error!(call.id = %call, "the audio of a voicemail could not be measured: {error}");
            None
        }))
    }

    /// Deletes the carrier's copy, but only if ours is stored or the voicemail was discarded. A discarded
    /// voicemail is deleted here as well.
    async fn delete_copy(&self, call: &LegId, recording: &RecordingId) -> Result<(), Failure> {
        let Some(facts) = self.facts(call).await.map_err(Failure::Store)? else { return Ok(()) };
        let held = |m: &Voicemail| m.recording == *recording && m.status == VoicemailStatus::Stored;
        let discarded = facts.is_discarded(recording);
        if discarded || Call::of(&facts).voicemails.iter().any(held) {
            let was_there = self.carrier.delete_recording(call, recording).await.map_err(again)?;
            // Later than that, the carrier has had enough time to file the recording.
            let is_recent = Call::of(&facts).ended_at.is_none_or(|at| self.clock.now() < at + FILING_TIME);
            if !was_there && is_recent && !facts.is_reported(recording) {
                return Err(Failure::Again("the carrier does not know the recording yet".into(), None));
            }
            if discarded {
                let name = AudioName::new(call, recording);
                self.recordings.delete(&name).await.map_err(Failure::Store)?;
            }
            let fate = CopyFate::Deleted;
            let gone = EventKind::CarrierCopy { recording: recording.clone(), fate };
            self.log(call, vec![gone]).await.map_err(Failure::Store)?;
        }
        Ok(())
    }

    /// Whether the voicemail is still wanted. Meanwhile the carrier may have reported that there is none, or the
    /// caller may have discarded it.
    async fn is_wanted(&self, call: &LegId, recording: &RecordingId) -> Result<bool, StoreError> {
        let effect = Effect::FetchRecording { call: call.clone(), recording: recording.clone() };
        Ok(self.facts(call).await?.is_some_and(|facts| facts.effects().contains(&effect)))
    }

    async fn facts(&self, call: &LegId) -> Result<Option<Facts>, StoreError> {
        let Some(record) = self.record(call).await? else { return Ok(None) };
        let events = self.log.events(record.id).await?;
        Ok(Some(Facts::of(events.iter().map(|logged| &logged.event))))
    }

    /// A voicemail of a call, as the log knows it.
    async fn voicemail(
        &self,
        call: &LegId,
        recording: &RecordingId,
    ) -> Result<Option<Voicemail>, StoreError> {
        let voicemails = self.record(call).await?.map(|record| record.call.voicemails).unwrap_or_default();
        Ok(voicemails.into_iter().find(|voicemail| voicemail.recording == *recording))
    }

    async fn record(&self, call: &LegId) -> Result<Option<CallRecord>, StoreError> {
        let query = CallQuery { provider_id: Some(call.id().to_owned()), ..CallQuery::newest(10) };
        let page = self.log.list(&query).await?;
        Ok(page.calls.into_iter().find(|record| record.leg == *call))
    }

    async fn log(&self, call: &LegId, news: Vec<EventKind>) -> Result<(), StoreError> {
        let at = self.clock.now();
        let event = |kind| CallEvent { call: call.clone(), at, kind, received_at: None }.into();
        self.log.append(news.into_iter().map(event).collect()).await
    }

    /// The result of a failed attempt: the job is retried, or fails permanently in the end.
    async fn again(
        &self,
        leased: &LeasedJob,
        effect: &Effect,
        why: String,
        after: Option<Duration>,
    ) -> Result<Attempt, StoreError> {
        let now = self.clock.now();
        let call = effect.call();
        if now < leased.queued_at + RETRY_PERIOD || leased.attempt < MIN_ATTEMPTS {
            tracing::warn!(call.id = %call, attempt = leased.attempt, "the job will be retried: {why}");
            let pause = BACKOFF.pause(leased.attempt, self.ids.random()[31]);
            let pause = pause.max(after.unwrap_or(Duration::ZERO).min(BACKOFF.max));
            return Ok(Attempt::Retry(now + pause, why));
        }
        tracing::error!(call.id = %call, "the job failed permanently after seven days: {why}");
        match effect.clone() {
            Effect::FetchRecording { recording, .. } => {
                let round = self.voicemail(call, &recording).await?.map_or(0, |message| message.round);
                let why = why.clone();
                self.log(call, vec![EventKind::VoicemailFailed { recording, why, round }]).await?;
            }
            Effect::Transcribe { recording, .. } => {
                self.log(call, vec![EventKind::Transcribed { recording, text: None }]).await?;
            }
            Effect::DeleteCarrierCopy { .. } => {}
        }
        metrics::counter!("frontdesk_effects_failed_total").increment(1);
        Ok(Attempt::Failed(why))
    }
}

fn again(error: CarrierError) -> Failure {
    let after = match &error {
        CarrierError::Unavailable { after, .. } => *after,
        CarrierError::NotYet | CarrierError::Unauthorized | CarrierError::Unusable(_) => None,
    };
    Failure::Again(error.to_string(), after)
}

#[cfg(test)]
mod tests;
