//! The place of an event in a call's story.
use crate::call::event::EventKind;
use crate::call::status::{LegStatus, ScreeningAnswer};

impl EventKind {
    /// Its place in a call's story: the step, and the place within the step.
    pub(in crate::call) fn sort_key(&self) -> (u16, u8) {
        const AFTERWARDS: u16 = u16::MAX;
        match self {
            Self::Started(_) => (0, 0),
            Self::Refused { .. } => (0, 1),
            // Passed after the step's key, and before the next step.
            Self::Hours { step, .. } => (*step, 11),
            Self::Menu { step, .. }
            | Self::Forward { step, .. }
            | Self::Mailbox { step, .. }
            | Self::Goodbye { step, .. } => (*step, 0),
            Self::Key { step, .. } | Self::NoInput { step, .. } => (*step, 1),
            Self::Leg { step, status, .. } => (*step, leg_place(*status)),
            Self::Screening { step, answer: ScreeningAnswer::Asked, .. } => (*step, 5),
            Self::Screening { step, .. } => (*step, 6),
            Self::Bridged { step, .. } => (*step, 7),
            Self::Dial { step, .. } => (*step, 9),
            Self::CallerLeft { step } => (*step, 10),
            Self::Recording { .. } => (AFTERWARDS, 0),
            Self::Ended(_) => (AFTERWARDS, 1),
            Self::Voicemail { .. } | Self::VoicemailFailed { .. } => (AFTERWARDS, 2),
            Self::VoicemailMeasured { .. }
            | Self::VoicemailRetried { .. }
            | Self::VoicemailDeleted { .. }
            | Self::TranscriptWanted { .. }
            | Self::Transcribed { .. }
            | Self::TranscriptDeleted { .. }
            | Self::CarrierCopy { .. } => (AFTERWARDS, 3),
            Self::Recovered(_) | Self::Closed => (AFTERWARDS, 4),
            Self::Unknown { .. } => (AFTERWARDS, 5),
        }
    }
}

fn leg_place(status: LegStatus) -> u8 {
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
