//! The outputs of a session.
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::call::status::RefusalReason;
use crate::dialogue::Dialogue;
use crate::dialogue::notice::Notice;
use crate::dialogue::signal::Signal;
use crate::flow::prompt::Speech;
use crate::ids::LegId;
use crate::phone::PhoneNumber;
use crate::phone::address::PhoneAddress;

/// A party of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Party {
    /// The caller.
    Caller,
    /// A phone that we ring.
    Callee(Callee),
}

/// A phone that was rung, by its number within the call, from 0. Each number is used once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Callee(pub u16);

/// Something to do, in the order returned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Output {
    /// Ask the call flow for instructions, store the events of its turn, and return the instructions as
    /// [`Input::Instructions`](crate::session::Input::Instructions).
    Ask {
        /// The party of the conversation.
        party: Party,
        /// That party's leg.
        leg: LegId,
        /// The state of the conversation.
        at: Dialogue,
        /// What has happened.
        signal: Signal,
        /// Whether the caller has hung up, so that the answer will not be played.
        caller_gone: bool,
    },
    /// Store a report of the call ([`Notice::into_event`]).
    Report(Notice),
    /// Answer the caller.
    Answer,
    /// Play a prompt, and report [`Input::Played`](crate::session::Input::Played) at its end.
    Play {
        /// The party to play it to.
        party: Party,
        /// The number of the prompt, counted for this party.
        number: u32,
        /// The prompt.
        speech: Speech,
    },
    /// Stop playing. [`Input::Played`](crate::session::Input::Played) is no longer expected.
    StopPlaying(Party),
    /// Ring a phone. Play a ringing tone to the caller until [`Output::Connect`] or the next [`Output::Play`].
    Ring {
        /// The callee's number from now on.
        callee: Callee,
        /// The leg's id in reports.
        leg: LegId,
        /// The phone to ring.
        phone: PhoneAddress,
        /// The number that the callee sees; the carrier's choice when `None`.
        caller_id: Option<PhoneNumber>,
    },
    /// Stop ringing a phone. If it picks up anyway, report that, and the session hangs up on it. If the driver has
    /// already dropped the session, it must hang up by itself.
    Cancel(Callee),
    /// Connect the audio of caller and callee, and no longer play anything to either.
    Connect(Callee),
    /// Record the caller until [`Output::StopRecording`], and report [`Input::Spoke`](crate::session::Input::Spoke) while
    /// the caller speaks.
    Record {
        /// Whether a tone is played first.
        beep: bool,
        /// The maximum length, after which the session stops the recording.
        max_length: Duration,
        /// Whether the carrier is asked to transcribe it. The driver reports the result as
        /// [`Notice::Transcribed`](crate::Notice::Transcribed).
        transcribe: bool,
    },
    /// End the recording, store it, and report [`Input::Recorded`](crate::session::Input::Recorded), even if the caller has hung
    /// up. The session waits ten seconds for it while the caller is there, and ten minutes after they hung up. A recording that
    /// comes later bypasses the mailbox's rules for short messages and transcripts; if the session is gone, the driver reports it
    /// itself ([`Notice::Recording`](crate::Notice::Recording)).
    StopRecording,
    /// Refuse the call without answering it. This ends the caller's leg.
    Reject(RefusalReason),
    /// End a leg that was answered.
    HangUp(Party),
}
