//! A carrier's report that needs an answer.
use serde::{Deserialize, Serialize};

use crate::call::status::DialOutcome;
use crate::ids::{LegId, RecordingId};
use crate::keys::Keys;

/// A report that needs an answer, because a caller or callee waits for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub enum Signal {
    /// A caller has dialled the main number.
    Arrived,
    /// Keys were pressed where keys were asked for.
    Keyed(Keys),
    /// Nothing was pressed where a key was asked for.
    NoInput,
    /// Calling the phones has ended.
    DialEnded(DialResult),
    /// Taking a message has ended; without a recording when there was nothing to record.
    Recorded {
        /// The audio, if there is any.
        recording: Option<RecordingId>,
        /// Its length in seconds, before the carrier trims it.
        seconds: Option<u32>,
    },
    /// A callee has picked up and is to be asked whether they take the call.
    CalleeAnswered,
    /// The carrier could not use our last answer and asks for something simpler.
    Fault,
}

/// How ringing one or several phones ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub struct DialResult {
    /// The carrier's verdict on the attempt.
    pub outcome: DialOutcome,
    /// The callee's leg that answered, or the last that was tried.
    pub leg: Option<LegId>,
    /// Whether caller and callee were put through to each other, when the carrier says so.
    pub bridged: Option<bool>,
    /// How long the callee's leg was off hook.
    pub seconds: Option<u32>,
}

impl DialResult {
    /// This outcome, of a leg that is not named.
    pub fn new(outcome: DialOutcome) -> Self {
        Self { outcome, leg: None, bridged: None, seconds: None }
    }

    /// Whether caller and callee were put through to each other. A carrier's "answered" is not enough when the callee
    /// was to be screened: a mobile's voicemail answers too.
    pub fn reached(&self, screened: bool) -> bool {
        self.outcome == DialOutcome::Answered && self.bridged.unwrap_or(!screened)
    }
}
