//! The messages that callers leave.
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::call::event::StoredAudio;
use crate::call::facts::Facts;
use crate::call::sound::Sound;
use crate::ids::RecordingId;
use crate::named;

/// The status of a message's audio.
#[derive(Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub enum VoicemailStatus {
    /// Not fetched yet.
    Pending,
    /// Stored and verified.
    Stored,
    /// The audio could not be retrieved.
    Failed,
    /// It was stored and has been deleted.
    Deleted,
}

named!(VoicemailStatus);

/// A message that a caller left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub struct Voicemail {
    /// Its recording.
    pub recording: RecordingId,
    /// The status of its audio.
    pub status: VoicemailStatus,
    /// Its length in seconds.
    pub duration_seconds: Option<u32>,
    /// The stored audio.
    pub audio: Option<StoredAudio>,
    /// The number of retries that a person requested.
    #[serde(default)]
    pub round: u32,
    /// Its length, speech and waveform, once measured.
    #[serde(default)]
    pub sound: Option<Sound>,
    /// The transcript.
    #[serde(default)]
    pub transcript: Option<String>,
}

impl Voicemail {
    /// Of several voicemails the latest with audio; a deleted or failed one only if there is no other.
    pub(super) fn principal(voicemails: &[Self]) -> Option<&Self> {
        let rank = |voicemail: &Self| match voicemail.status {
            VoicemailStatus::Stored | VoicemailStatus::Pending => 2,
            VoicemailStatus::Deleted => 1,
            VoicemailStatus::Failed => 0,
        };
        voicemails.iter().max_by_key(|voicemail| rank(voicemail))
    }

    /// Whether it was measured and contains no speech. A transcript with text counts as speech.
    pub fn is_empty(&self) -> bool {
        let has_words = self.transcript.as_ref().is_some_and(|text| !text.trim().is_empty());
        !has_words && self.sound.as_ref().is_some_and(|sound| !sound.has_speech())
    }
}

/// The voicemails of a call, oldest first.
pub(super) fn voicemails(facts: &Facts) -> Vec<Voicemail> {
    let voicemail = |recording: &RecordingId| {
        let message = facts.message(recording);
        if message.discarded {
            return None;
        }
        let status = if message.deleted {
            VoicemailStatus::Deleted
        } else if message.stored.is_some() {
            VoicemailStatus::Stored
        } else if message.refused || (message.has_audio() && message.lost()) {
            VoicemailStatus::Failed
        } else if message.has_audio() {
            VoicemailStatus::Pending
        } else {
            return None;
        };
        Some(Voicemail {
            recording: recording.clone(),
            status,
            duration_seconds: message.seconds(),
            audio: message.stored.filter(|_| !message.deleted).cloned(),
            round: message.round,
            sound: message.sound.filter(|_| !message.deleted).cloned(),
            transcript: message.transcript().cloned(),
        })
    };
    let mut recordings: Vec<_> = facts.recordings().into_keys().collect();
    recordings.sort_by_key(|recording| (facts.recorded_at(recording), *recording));
    recordings.into_iter().filter_map(voicemail).collect()
}
