//! A carrier's report that needs an answer.
use serde::{Deserialize, Serialize};

use crate::call::status::DialOutcome;
use crate::ids::{LegId, RecordingId};
use crate::keys::Keys;

/// A report that needs an answer, because a caller or callee waits for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub enum Signal {
    /// A caller has dialled one of the company's numbers.
    Arrived,
    /// Keys were pressed where keys were asked for.
    Keyed(Keys),
    /// Nothing was pressed where a key was asked for.
    NoInput,
    /// Ringing the phones has ended.
    DialEnded(DialResult),
    /// Recording a message has ended; without a recording if there was nothing to record.
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
    /// The carrier's outcome of the attempt.
    pub outcome: DialOutcome,
    /// The callee's leg that answered, or the last that was tried.
    pub leg: Option<LegId>,
    /// Whether caller and callee were connected, if the carrier reports it.
    pub bridged: Option<bool>,
    /// How long the callee's leg was off hook.
    pub seconds: Option<u32>,
}

impl DialResult {
    /// A result with this outcome and nothing else.
    pub fn new(outcome: DialOutcome) -> Self {
        Self { outcome, leg: None, bridged: None, seconds: None }
    }

    /// Whether caller and callee were connected. A carrier's "answered" is not enough if the callee is screened, because a
    /// mobile's voicemail answers too.
    pub fn reached(&self, screened: bool) -> bool {
        self.outcome == DialOutcome::Answered && self.bridged.unwrap_or(!screened)
    }
}
