//! The position of an event in the usual order of a call.
use crate::call::event::EventKind;
use crate::call::status::{LegStatus, ScreeningAnswer};

impl EventKind {
    /// Its position in the usual order of a call: the step, and the position within the step.
    pub(in crate::call) fn sort_key(&self) -> (u16, u8) {
        const AFTER_CALL: u16 = u16::MAX;
        match self {
            Self::Started(_) => (0, 0),
            Self::Refused { .. } => (0, 1),
            // Decided after the step's key, and before the next step.
            Self::Hours { step, .. } => (*step, 11),
            Self::Menu { step, .. }
            | Self::Forward { step, .. }
            | Self::Mailbox { step, .. }
            | Self::Goodbye { step, .. } => (*step, 0),
            Self::Key { step, .. } | Self::NoInput { step, .. } => (*step, 1),
            Self::Leg { step, status, .. } => (*step, leg_position(*status)),
            Self::Screening { step, answer: ScreeningAnswer::Asked, .. } => (*step, 5),
            Self::Screening { step, .. } => (*step, 6),
            Self::Bridged { step, .. } => (*step, 7),
            Self::Dial { step, .. } => (*step, 9),
            Self::CallerLeft { step } => (*step, 10),
            Self::Recording { .. } => (AFTER_CALL, 0),
            Self::Ended(_) => (AFTER_CALL, 1),
            Self::Voicemail { .. } | Self::VoicemailFailed { .. } => (AFTER_CALL, 2),
            Self::VoicemailMeasured { .. }
            | Self::VoicemailRetried { .. }
            | Self::VoicemailDeleted { .. }
            | Self::TranscriptWanted { .. }
            | Self::Transcribed { .. }
            | Self::TranscriptDeleted { .. }
            | Self::CarrierCopy { .. } => (AFTER_CALL, 3),
            Self::Recovered(_) | Self::Closed => (AFTER_CALL, 4),
            Self::Unknown { .. } => (AFTER_CALL, 5),
        }
    }
}

fn leg_position(status: LegStatus) -> u8 {
    match status {
        LegStatus::Initiated => 2,
        LegStatus::Ringing => 3,
        LegStatus::Answered => 4,
        LegStatus::Completed
        | LegStatus::Busy
        | LegStatus::Declined
        | LegStatus::NoAnswer
        | LegStatus::Failed
        | LegStatus::Canceled => 8,
    }
}
