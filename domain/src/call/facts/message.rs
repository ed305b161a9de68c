//! Everything known about one recording of a call.
use crate::call::event::{EventKind, StoredAudio};
use crate::call::facts::Facts;
use crate::call::status::{CopyFate, RecordingStatus};
use crate::flow::language::Language;
use crate::ids::RecordingId;

impl Facts {
    /// Everything known about one recording.
    pub(in crate::call) fn message(&self, wanted: &RecordingId) -> Message<'_> {
        let mut message = Message::default();
        for (identity, event) in &self.events {
            match &event.kind {
                EventKind::Recording { recording, status, seconds } if recording == wanted => {
                    message.apply(identity, *status, *seconds);
                }
                EventKind::Voicemail { recording, audio } if recording == wanted => {
                    message.stored = Some(audio);
                }
                EventKind::VoicemailFailed { recording, round, .. } if recording == wanted => {
                    message.failed_round = message.failed_round.max(Some(*round));
                }
                EventKind::VoicemailRetried { recording, round } if recording == wanted => {
                    message.round = message.round.max(*round);
                }
                EventKind::VoicemailMeasured { recording, sound } if recording == wanted => {
                    // If two versions of this crate measured differently, always take the same result.
                    message.sound = message.sound.max(Some(sound));
                }
                EventKind::VoicemailDeleted { recording } if recording == wanted => message.deleted = true,
                EventKind::TranscriptWanted { recording, language } if recording == wanted => {
                    message.transcript_wanted = message.transcript_wanted.max(Some(language));
                }
                EventKind::Transcribed { recording, text } if recording == wanted => {
                    // Of two different transcripts, always take the same one.
                    message.transcript = message.transcript.max(text.as_ref());
                    message.transcript_tried = true;
                }
                EventKind::TranscriptDeleted { recording } if recording == wanted => {
                    message.transcript_deleted = true;
                }
                EventKind::CarrierCopy { recording, fate } if recording == wanted => {
                    message.copy = message.copy.max(Some(*fate));
                }
                _ => {}
            }
        }
        message.refused &= !message.discarded;
        message
    }
}

/// Everything known about one recording.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent report; any combination is possible"
)]
#[derive(Debug, Default)]
pub(in crate::call) struct Message<'a> {
    /// The events that indicate audio.
    pub evidence: Vec<&'a str>,
    taken: Option<u32>,
    completed: bool,
    completed_seconds: Option<u32>,
    absent: bool,
    /// It is not a message.
    pub discarded: bool,
    /// The caller was asked whether to keep it (`held`), and kept it (`confirmed`).
    pub(super) held: bool,
    pub(super) confirmed: bool,
    /// The carrier reported that it failed.
    pub refused: bool,
    /// The number of requested retries.
    pub round: u32,
    /// The last round in which fetching failed permanently.
    failed_round: Option<u32>,
    /// The stored audio has been deleted.
    pub deleted: bool,
    /// What happens to the carrier's copy.
    pub(super) copy: Option<CopyFate>,
    /// The stored audio.
    pub stored: Option<&'a StoredAudio>,
    /// Its length, speech and waveform.
    pub sound: Option<&'a crate::call::Sound>,
    /// The language of a requested transcription.
    transcript_wanted: Option<&'a Language>,
    /// Whether transcription has succeeded or failed.
    transcript_tried: bool,
    /// The transcript, and whether it has been deleted.
    transcript: Option<&'a String>,
    transcript_deleted: bool,
}

impl<'a> Message<'a> {
    fn apply(&mut self, identity: &'a str, status: RecordingStatus, seconds: Option<u32>) {
        match status {
            RecordingStatus::Taken => self.taken = self.taken.max(seconds),
            RecordingStatus::Completed => {
                self.completed = true;
                self.completed_seconds = self.completed_seconds.max(seconds);
            }
            RecordingStatus::Absent => self.absent = true,
            RecordingStatus::Failed => self.refused = true,
            RecordingStatus::Discarded => self.discarded = true,
            RecordingStatus::Held => self.held = true,
            RecordingStatus::Kept => self.confirmed = true,
        }
        if matches!(status, RecordingStatus::Taken | RecordingStatus::Completed | RecordingStatus::Failed) {
            self.evidence.push(identity);
        }
    }

    /// Whether the caller left audio. "Completed" is the carrier's final report; "absent" overrides the "taken" status,
    /// which is sent when the caller has just finished.
    pub fn has_audio(&self) -> bool {
        if self.discarded {
            return false;
        }
        match (self.completed, self.completed_seconds) {
            (true, Some(seconds)) => seconds > 0,
            // Completed without a length: assume that there is audio.
            (true, None) => true,
            (false, _) => {
                self.stored.is_some() || (self.taken.is_some_and(|seconds| seconds > 0) && !self.absent)
            }
        }
    }

    /// The transcript.
    pub fn transcript(&self) -> Option<&'a String> {
        self.transcript.filter(|_| !self.transcript_deleted)
    }

    /// Its length in seconds, from the "completed" report or else from the "taken" report.
    pub fn seconds(&self) -> Option<u32> {
        self.completed_seconds.or(self.taken)
    }

    /// Whether fetching failed permanently and no retry has been requested since.
    pub fn lost(&self) -> bool {
        self.failed_round.is_some_and(|failed| failed >= self.round)
    }

    /// The language for transcribing it; `None` if that is not requested, not possible or already done.
    pub fn to_transcribe(&self) -> Option<&'a Language> {
        let there = self.stored.is_some() && self.has_audio() && !self.deleted;
        let open = !self.transcript_tried && !self.transcript_deleted;
        self.transcript_wanted.filter(|_| there && open)
    }

    pub(super) fn is_finished(&self) -> bool {
        self.stored.is_some() || self.lost() || self.refused || self.deleted
    }
}
