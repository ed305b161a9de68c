//! Work to do after the carrier has been answered.
use serde::{Deserialize, Serialize};

use crate::call::event::EventKind;
use crate::ids::{LegId, RecordingId};

/// One piece of work, caused by events and committed with them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Fetch a message's audio from the carrier and store it.
    FetchRecording {
        /// The caller's leg.
        call: LegId,
        /// The recording.
        recording: RecordingId,
    },
    /// Transcribe a stored message.
    Transcribe {
        /// The caller's leg.
        call: LegId,
        /// The recording.
        recording: RecordingId,
    },
    /// Delete the carrier's own copy of a recording.
    DeleteCarrierCopy {
        /// The caller's leg.
        call: LegId,
        /// The recording.
        recording: RecordingId,
    },
}

impl Effect {
    /// The key that makes the effect unique, so that the same work is never queued twice.
    pub fn key(&self) -> String {
        match self {
            Self::FetchRecording { call, recording } => format!("fetch-recording:{call}:{recording}"),
            Self::Transcribe { call, recording } => format!("transcribe:{call}:{recording}"),
            Self::DeleteCarrierCopy { call, recording } => format!("delete-carrier-copy:{call}:{recording}"),
        }
    }

    /// The call it belongs to.
    pub fn call(&self) -> &LegId {
        match self {
            Self::FetchRecording { call, .. }
            | Self::Transcribe { call, .. }
            | Self::DeleteCarrierCopy { call, .. } => call,
        }
    }
}

impl EventKind {
    /// Whether the event may make work due.
    pub fn may_cause_effects(&self) -> bool {
        let of_messages = matches!(
            self,
            Self::Recording { .. }
                | Self::Voicemail { .. }
                | Self::VoicemailRetried { .. }
                | Self::TranscriptWanted { .. }
                | Self::CarrierCopy { .. }
        );
        // A message that waits for confirmation is final when the caller leaves.
        of_messages
            || matches!(self, Self::Ended(_) | Self::CallerLeft { .. } | Self::Recovered(_) | Self::Closed)
    }
}
