//! Voicemail jobs, which follow after a call was answered: fetches recordings, deletes the carrier's copies, and
//! transcribes, with retries.

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
/// Fetches at once.
const MAX_CONCURRENT: u16 = 4;
/// Pauses after failures.
const BACKOFF: Backoff = Backoff { first: Duration::from_secs(2), max: Duration::from_secs(15 * 60) };
/// How long the carrier may take until it knows a recording that it has reported.
const KNOWN_AFTER: Duration = Duration::from_secs(300);
/// When a job is given up.
const GIVE_UP: Duration = Duration::from_secs(7 * 86_400);
/// How often it is tried at least: a clock that jumps ahead gives nothing up.
const MIN_ATTEMPTS: u32 = 20;
/// Pause after a round, as a multiple of its duration: storing a voicemail syncs the disk several times, and callers
/// take precedence. On a busy machine a round takes longer, and so does the pause …
const REST_FACTOR: u32 = 9;
/// … up to this: four messages a second are still more than any office gets.
const MAX_REST: Duration = Duration::from_secs(1);
/// How long to sleep when there is nothing to wait for but a change.
const IDLE_PAUSE: Duration = Duration::from_secs(60);

/// What one round did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkOutcome {
    /// Nothing was due; something will be at that time, if any.
    Idle(Option<Timestamp>),
    /// The number of jobs that were run.
    Worked(usize),
}

/// Takes effects of one lane and does them.
pub struct VoicemailWorker {
    /// The lane, of effects.
    pub lane: Lane,
    /// Where effects wait.
    pub queue: Arc<dyn JobQueue>,
    /// The call log, which results are appended to.
    pub log: Arc<dyn CallLog>,
    /// The carrier that recordings are fetched from.
    pub carrier: Arc<dyn Carrier>,
    /// The recordings store.
    pub recordings: Arc<dyn RecordingStore>,
    /// Listens to it.
    pub meter: Arc<dyn SoundMeter>,
    /// Writes it down, if that is done here.
    pub transcriber: Option<Arc<dyn Transcriber>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// For pauses that differ.
    pub ids: Arc<dyn Ids>,
    /// Whether the carrier's copy of a message is deleted once ours is verified.
    pub delete_at_carrier: bool,
    /// The calls of our own line: what it recorded is on this machine only until it is stored.
    pub is_own_line: fn(&LegId) -> bool,
}

/// Why a fetch did not work.
enum Failure {
    /// To be retried, not before this time has passed.
    Again(String, Option<Duration>),
    /// Our own store: the lease ends by itself.
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
                    tokio::time::sleep((begun.elapsed() * REST_FACTOR).min(MAX_REST)).await;
                }
                Ok(WorkOutcome::Idle(due)) => {
                    let now = self.clock.now();
                    // What has become due since is due now.
                    let until =
                        |due: Timestamp| Duration::try_from(due.duration_since(now)).unwrap_or_default();
                    let pause = due.map_or(IDLE_PAUSE, until).min(IDLE_PAUSE);
                    // Woken early by any change of the log: new effects come with changes.
                    let _ = tokio::time::timeout(pause, self.log.wait_for_change(seen)).await;
                }
                Err(error) => {
                    tracing::warn!("work waits for the store: {error}");
                    tokio::time::sleep(BACKOFF.first).await;
                }
            }
        }
    }

    /// Does what is due now.
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
            Ok(false) => tracing::info!(call.id = %call, "another worker has taken over a message"),
            Err(error) => tracing::warn!(call.id = %call, "a message waits for the store: {error}"),
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
        tracing::info!(call.id = %call, "a message is stored");
        if (self.is_own_line)(call)
            && let Err(why) = self.carrier.delete_recording(call, recording).await
        {
            tracing::warn!(call.id = %call, "the line's file of a stored message could not be deleted: {why}");
        }
        Ok(())
    }

    /// The measured audio of a voicemail, if it can be decoded.
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
            tracing::error!(call.id = %call, "a message could not be measured: {error}");
            None
        }))
    }

    /// Deletes the carrier's copy, but only if ours is stored or the voicemail was discarded; then ours is deleted as
    /// well.
    async fn delete_copy(&self, call: &LegId, recording: &RecordingId) -> Result<(), Failure> {
        let Some(facts) = self.facts(call).await.map_err(Failure::Store)? else { return Ok(()) };
        let held = |m: &Voicemail| m.recording == *recording && m.status == VoicemailStatus::Stored;
        let discarded = facts.is_discarded(recording);
        if discarded || Call::of(&facts).voicemails.iter().any(held) {
            let was_there = self.carrier.delete_recording(call, recording).await.map_err(again)?;
            // A while after the call the carrier has had time enough.
            let is_recent = Call::of(&facts).ended_at.is_none_or(|at| self.clock.now() < at + KNOWN_AFTER);
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

    /// The result of an attempt that did not work: the job is retried, or given up in the end.
    async fn again(
        &self,
        leased: &LeasedJob,
        effect: &Effect,
        why: String,
        after: Option<Duration>,
    ) -> Result<Attempt, StoreError> {
        let now = self.clock.now();
        let call = effect.call();
        if now < leased.queued_at + GIVE_UP || leased.attempt < MIN_ATTEMPTS {
            tracing::warn!(call.id = %call, attempt = leased.attempt, "the job will be retried: {why}");
            let pause = BACKOFF.pause(leased.attempt, self.ids.random()[31]);
            let pause = pause.max(after.unwrap_or(Duration::ZERO).min(BACKOFF.max));
            return Ok(Attempt::Retry(now + pause, why));
        }
        tracing::error!(call.id = %call, "work on a message is given up after seven days: {why}");
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
