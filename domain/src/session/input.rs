//! The inputs of a session.
use crate::dialogue::instruction::Instruction;
use crate::ids::RecordingId;
use crate::keys::Key;
use crate::session::output::{Callee, Party};

/// Something that happened to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The answer of the call flow to [`Output::Ask`](crate::session::Output::Ask).
    Instructions(Party, Vec<Instruction>),
    /// A key was pressed.
    Key(Party, Key),
    /// The prompt with this number ([`Output::Play`](crate::session::Output::Play)) was played to its end.
    Played(Party, u32),
    /// A callee's phone has begun to ring.
    Ringing(Callee),
    /// A callee has picked up.
    PickedUp(Callee),
    /// A leg has ended, or was never connected. If the caller's connection was lost, report any end other than `HungUp`.
    Ended(Party, LegEnd),
    /// The caller speaks during a recording, which restarts the silence timeout.
    Spoke,
    /// The recording is complete, after [`Output::StopRecording`](crate::session::Output::StopRecording) or because it
    /// could not continue.
    Recorded {
        /// The audio, if there is any. Its id must be unique for the carrier, not only for the call.
        recording: Option<RecordingId>,
        /// Its length in seconds.
        seconds: u32,
    },
}

/// How a leg ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub enum LegEnd {
    /// The party hung up. For a phone that still rings, this declines the call.
    HungUp,
    /// The line was busy.
    Busy,
    /// The callee declined the call without picking up.
    Declined,
    /// The network stopped ringing.
    NoAnswer,
    /// It could not be connected.
    Failed,
}

impl LegEnd {
    /// The end of a leg that was answered with this final SIP status code (RFC 3261, section 21) of 300 or above.
    pub fn from_sip_code(code: u16) -> Self {
        match code {
            486 | 600 => Self::Busy,
            603 | 607 => Self::Declined,
            408 | 480 | 487 => Self::NoAnswer,
            _ => Self::Failed,
        }
    }
}
