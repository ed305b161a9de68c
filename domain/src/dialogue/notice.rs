//! A carrier's report that needs no answer. It becomes an event and changes nothing else.
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::call::event::{CallEvent, Ending, EventKind, StoredAudio};
use crate::call::sound::Sound;
use crate::call::status::{LegStatus, RecordingStatus};
use crate::ids::{LegId, RecordingId};

/// A report that needs no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub enum Notice {
    /// The caller's leg has ended.
    CallEnded(Ending),
    /// A callee's leg has changed.
    Leg {
        /// The step of the conversation that rang it.
        step: u16,
        /// Its index among the forward's destinations.
        position: u8,
        /// The leg.
        leg: LegId,
        /// Its new status.
        status: LegStatus,
        /// How long it was off hook, once it has ended.
        seconds: Option<u32>,
        /// The SIP status code that the leg ended with, if the carrier reports it.
        sip_code: Option<u16>,
    },
    /// The status of a recording has changed.
    Recording {
        /// The recording.
        recording: RecordingId,
        /// Its new status.
        status: RecordingStatus,
        /// Its length in seconds.
        seconds: Option<u32>,
    },
    /// A driver that records by itself has already stored the audio of a recording, so it must not be fetched. Best
    /// reported before [`Signal::Recorded`](crate::Signal::Recorded).
    Stored {
        /// The recording.
        recording: RecordingId,
        /// What is stored.
        audio: StoredAudio,
    },
    /// The audio of a recording was analysed.
    Measured {
        /// The recording.
        recording: RecordingId,
        /// Its length, speech and outline.
        sound: Sound,
    },
    /// A transcription has succeeded or failed.
    Transcribed {
        /// The recording.
        recording: RecordingId,
        /// The transcript; `None` if transcription failed.
        text: Option<String>,
    },
}

impl Notice {
    /// The notice as an event of `call`, at the carrier's time or, failing that, ours.
    pub fn into_event(self, call: LegId, at: Timestamp) -> CallEvent {
        let kind = match self {
            Self::CallEnded(ending) => EventKind::Ended(ending),
            Self::Leg { step, position, leg, status, seconds, sip_code } => {
                EventKind::Leg { step, position, leg, status, seconds, sip_code }
            }
            Self::Transcribed { recording, text } => EventKind::Transcribed { recording, text },
            Self::Stored { recording, audio } => EventKind::Voicemail { recording, audio },
            Self::Measured { recording, sound } => EventKind::VoicemailMeasured { recording, sound },
            Self::Recording { recording, status, seconds } => {
                EventKind::Recording { recording, status, seconds }
            }
        };
        CallEvent { call, at, kind, received_at: None }
    }
}
