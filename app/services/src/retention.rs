//! Retention: deletes expired data, and all data of one number. Audio is deleted before rows, so that the next run finds what
//! is left after an interruption.
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use frontdesk_domain::call::VoicemailStatus;
use frontdesk_domain::{CallEvent, EventKind, Facts, RecordingId, Timestamp};
use frontdesk_ports::{
    AudioName, AuditAction, AuditEntry, AuditTrail, CallLog, CallRecord, Carrier, CarrierError, Clock,
    LoggedEvent, RecordingStore, RetentionStore, Share, StoreError,
};

/// The number of calls that are deleted in one transaction.
const BATCH: u16 = 200;
/// An unattended purge deletes at most this share of everything of a class at once: a wrong clock must not empty the log.
const MAX_SHARE: Share = Share { percent: 20, few: 20 };

/// A class of data with a retention time of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataClass {
    /// Calls with everything that belongs to them.
    Calls,
    /// The audio of voicemails; the calls stay.
    Audio,
    /// The transcripts of voicemails.
    Transcripts,
    /// The raw request parameters that are stored with events.
    Raw,
    /// The audit log.
    Audit,
}

/// Why data could not be deleted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RetentionError {
    /// A store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The carrier did not delete its copy.
    #[error("the carrier's copy could not be deleted, and nothing of that call was: {0}")]
    Carrier(#[from] CarrierError),
}

/// What was deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Receipt {
    /// Calls, with their events.
    pub calls: Vec<String>,
    /// The audio of voicemails.
    pub audio: Vec<String>,
    /// The number of transcripts.
    pub transcripts: u64,
    /// The number of requests of which the raw parameters were deleted.
    pub raw: u64,
    /// The number of entries of the audit log.
    pub audit: u64,
    /// The carrier's recordings.
    pub carrier_recordings: Vec<String>,
    /// The carrier's records of calls.
    pub carrier_calls: Vec<String>,
}

/// Deletes expired data, and all data of one number.
pub struct Retention {
    /// The calls.
    pub log: Arc<dyn CallLog>,
    /// Deletes calls and what belongs to them.
    pub retention: Arc<dyn RetentionStore>,
    /// The store of recordings.
    pub recordings: Arc<dyn RecordingStore>,
    /// The carrier, which has its own copies.
    pub carrier: Arc<dyn Carrier>,
    /// The audit trail.
    pub trail: Arc<dyn AuditTrail>,
    /// How many calls are old enough to be deleted and are left for the next round.
    pub held_back: Arc<AtomicU64>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

/// The maximum number of calls that are counted before the operator is asked to confirm an erasure.
pub const MAX_PREVIEW: u16 = 10_000;

/// The calls of a number that is about to be erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasurePreview {
    /// The number of calls, at most [`MAX_PREVIEW`].
    pub calls: usize,
    /// Whether these are all calls of the number.
    pub is_complete: bool,
    /// The number of their voicemails.
    pub voicemails: usize,
    /// When the first of them began.
    pub first: Option<Timestamp>,
    /// When the last of them began.
    pub last: Option<Timestamp>,
}

impl Retention {
    /// The number of calls, and of those older than `older_than`.
    pub async fn count(&self, older_than: Duration) -> Result<(u64, u64), StoreError> {
        self.retention.count_before(self.clock.now() - older_than).await
    }

    /// Deletes data from before `before`, at most a fifth of its class per round, so that a wrong clock cannot empty the log.
    /// Calls that are left over are held back until the next round, and readiness reports them.
    pub async fn purge_in_steps(
        &self,
        class: DataClass,
        before: Timestamp,
    ) -> Result<Receipt, RetentionError> {
        let (all, old) = self.retention.count_before(before).await?;
        let receipt = self.purge_share("retention", class, before, Some(MAX_SHARE)).await?;
        if class == DataClass::Calls {
            self.held_back.store(old.saturating_sub(MAX_SHARE.of(all)), Ordering::Relaxed);
        }
        Ok(receipt)
    }

    /// Announces in the server's log what the next round deletes.
    pub async fn announce(&self, before: Timestamp) -> Result<(), StoreError> {
        let (all, old) = self.retention.count_before(before).await?;
        if old > MAX_SHARE.of(all) {
            tracing::warn!(
                "data of {old} of {all} calls has expired and is deleted from tomorrow on, a fifth a day; if that is wrong, correct the clock or retention.*"
            );
        } else if old > 0 {
            tracing::info!("data of {old} of {all} calls has expired and is deleted tomorrow");
        }
        Ok(())
    }

    /// Deletes nothing for now, and records the number of calls from before `before` as held back.
    pub async fn hold_back(&self, before: Timestamp) -> Result<(), StoreError> {
        let (_, old) = self.retention.count_before(before).await?;
        self.held_back.store(old, Ordering::Relaxed);
        Ok(())
    }

    /// Deletes data that is older than `older_than`.
    pub async fn purge(
        &self,
        actor: &str,
        class: DataClass,
        older_than: Duration,
    ) -> Result<Receipt, RetentionError> {
        self.purge_share(actor, class, self.clock.now() - older_than, None).await
    }

    async fn purge_share(
        &self,
        actor: &str,
        class: DataClass,
        before: Timestamp,
        share: Option<Share>,
    ) -> Result<Receipt, RetentionError> {
        let most = match share {
            Some(share) => share.of(self.retention.count_before(before).await?.0),
            None => u64::MAX,
        };
        let mut receipt = Receipt::default();
        match class {
            DataClass::Calls => self.purge_calls(before, most, &mut receipt).await?,
            DataClass::Audio => self.purge_audio(before, most, &mut receipt).await?,
            DataClass::Raw => receipt.raw = self.retention.delete_raw_before(before, share).await?,
            DataClass::Audit => receipt.audit = self.trail.delete_before(before, share).await?,
            DataClass::Transcripts => self.purge_transcripts(before, most, &mut receipt).await?,
        }
        self.retention.scrub().await?;
        let Receipt { calls, audio, transcripts, raw, audit, .. } = &receipt;
        let (calls, audio) = (calls.len(), audio.len());
        if calls + audio > 0 || *raw + *transcripts + *audit > 0 {
            let subject = format!(
                "{calls} calls, {audio} messages, {transcripts} transcripts, {raw} requests, {audit} audit entries from before {before:.0}"
            );
            self.note(actor, AuditAction::Purged, subject).await?;
        }
        Ok(receipt)
    }

    async fn purge_calls(
        &self,
        before: Timestamp,
        most: u64,
        receipt: &mut Receipt,
    ) -> Result<(), RetentionError> {
        loop {
            let left = most.saturating_sub(receipt.calls.len() as u64);
            let batch = u16::try_from(left).unwrap_or(BATCH).min(BATCH);
            if batch == 0 {
                return Ok(());
            }
            let calls = self.retention.calls_before(before, None, batch).await?;
            if calls.is_empty() {
                return Ok(());
            }
            for record in &calls {
                self.delete_audio(record, receipt).await?;
            }
            self.retention.delete_calls(&calls).await?;
            receipt.calls.extend(calls.iter().map(|record| record.id.to_string()));
        }
    }

    async fn purge_audio(
        &self,
        before: Timestamp,
        most: u64,
        receipt: &mut Receipt,
    ) -> Result<(), RetentionError> {
        let mut after = None;
        loop {
            let calls = self.retention.calls_before(before, after, BATCH).await?;
            let Some(last) = calls.last() else { return Ok(()) };
            after = Some(last.id);
            for record in &calls {
                if receipt.audio.len() as u64 >= most {
                    return Ok(());
                }
                let stored = record.call.voicemails.iter().filter(|m| m.status == VoicemailStatus::Stored);
                let deleted = stored
                    .map(|message| EventKind::VoicemailDeleted { recording: message.recording.clone() });
                let deleted: Vec<EventKind> = deleted.collect();
                if !deleted.is_empty() {
                    // The audio first: if that fails or is interrupted, the next round finds it again.
                    self.delete_audio(record, receipt).await?;
                    self.append(record, deleted).await?;
                }
            }
        }
    }

    async fn purge_transcripts(
        &self,
        mut before: Timestamp,
        most: u64,
        receipt: &mut Receipt,
    ) -> Result<(), RetentionError> {
        let (mut after, mut deleted_transcripts) = (None, 0);
        'calls: loop {
            let calls = self.retention.calls_before(before, after, BATCH).await?;
            let Some(last) = calls.last() else { break };
            after = Some(last.id);
            for record in &calls {
                if deleted_transcripts >= most {
                    // The events of later calls stay.
                    before = record.call.started_at.unwrap_or(before);
                    break 'calls;
                }
                let written = record.call.voicemails.iter().filter(|message| message.transcript.is_some());
                let deleted = written
                    .map(|message| EventKind::TranscriptDeleted { recording: message.recording.clone() });
                let deleted: Vec<EventKind> = deleted.collect();
                deleted_transcripts += deleted.len() as u64;
                // The log first, so that late reports do not bring a transcript back.
                self.append(record, deleted).await?;
            }
        }
        receipt.transcripts = self.retention.delete_transcripts_before(before).await?;
        Ok(())
    }

    async fn append(&self, record: &CallRecord, kinds: Vec<EventKind>) -> Result<(), StoreError> {
        let at = self.clock.now();
        let event = |kind| CallEvent { call: record.leg.clone(), at, kind, received_at: None }.into();
        let events: Vec<LoggedEvent> = kinds.into_iter().map(event).collect();
        if events.is_empty() { Ok(()) } else { self.log.append(events).await }
    }

    /// Every recording of a call, including those that the caller discarded or that were too short.
    async fn recordings(&self, record: &CallRecord) -> Result<Vec<RecordingId>, StoreError> {
        let events = self.log.events(record.id).await?;
        Ok(Facts::of(events.iter().map(|logged| &logged.event)).every_recording())
    }

    async fn delete_audio(&self, record: &CallRecord, receipt: &mut Receipt) -> Result<(), StoreError> {
        for recording in self.recordings(record).await? {
            let name = AudioName::new(&record.leg, &recording);
            if self.recordings.delete(&name).await? {
                receipt.audio.push(name.to_string());
            }
        }
        Ok(())
    }

    /// Deletes every call that this number made or was rung for, here and at the carrier.
    pub async fn erase(&self, actor: &str, number: &str) -> Result<Receipt, RetentionError> {
        let mut receipt = Receipt::default();
        let erased = self.erase_number(number, &mut receipt).await;
        // What was deleted is audited even if an error prevented the rest.
        if erased.is_ok() || receipt != Receipt::default() {
            let subject =
                format!("one number: {} calls, {} messages", receipt.calls.len(), receipt.audio.len());
            self.note(actor, AuditAction::Erased, subject).await?;
        }
        erased.map(|()| receipt)
    }

    /// What [`erase`](Self::erase) would delete here: the calls of a number, at most [`MAX_PREVIEW`] of them, and their
    /// voicemails.
    pub async fn preview_erasure(&self, number: &str) -> Result<ErasurePreview, StoreError> {
        let calls = self.retention.calls_of_number(number, MAX_PREVIEW).await?;
        let starts = || calls.iter().filter_map(|record| record.call.started_at);
        Ok(ErasurePreview {
            is_complete: calls.len() < usize::from(MAX_PREVIEW),
            voicemails: calls.iter().map(|record| record.call.voicemails.len()).sum(),
            first: starts().min(),
            last: starts().max(),
            calls: calls.len(),
        })
    }

    async fn erase_number(&self, number: &str, receipt: &mut Receipt) -> Result<(), RetentionError> {
        loop {
            let calls = self.retention.calls_of_number(number, BATCH).await?;
            if calls.is_empty() {
                break;
            }
            for record in &calls {
                // The carrier's copy first: while it exists, our copy shows that something is left to delete.
                self.delete_at_carrier(record, receipt).await?;
                self.delete_audio(record, receipt).await?;
                self.retention.delete_calls(std::slice::from_ref(record)).await?;
                receipt.calls.push(record.id.to_string());
            }
        }
        self.retention.erase_mentions(number).await?;
        self.retention.scrub().await?;
        Ok(())
    }

    async fn delete_at_carrier(
        &self,
        record: &CallRecord,
        receipt: &mut Receipt,
    ) -> Result<(), RetentionError> {
        for recording in self.recordings(record).await? {
            if self.carrier.delete_recording(&record.leg, &recording).await? {
                receipt.carrier_recordings.push(recording.to_string());
            }
        }
        if self.carrier.delete_call(&record.leg).await? {
            receipt.carrier_calls.push(record.leg.id().to_owned());
        }
        Ok(())
    }

    async fn note(&self, actor: &str, action: AuditAction, subject: String) -> Result<(), StoreError> {
        self.trail.record(AuditEntry { at: self.clock.now(), actor: actor.to_owned(), action, subject }).await
    }
}
