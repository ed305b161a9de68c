//! What happens on the line, as a listener would describe it: printed by `call`, shown by the phone's page.
use serde::{Deserialize, Serialize};

/// A party of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// The caller.
    Caller,
    /// The callee.
    Callee,
}

/// An event on the line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum LineEvent {
    /// The call is placed.
    Placed {
        /// The SID of the call.
        call: String,
        /// Who calls.
        from: String,
        /// The number called.
        to: String,
    },
    /// A party hears a prompt.
    Heard {
        /// The party.
        party: Party,
        /// The text of the prompt.
        text: String,
    },
    /// A party is asked for a key.
    KeyRequested {
        /// The party.
        party: Party,
    },
    /// A party pressed keys.
    Pressed {
        /// The party.
        party: Party,
        /// The keys.
        keys: String,
    },
    /// A party pressed no key.
    Silent {
        /// The party.
        party: Party,
    },
    /// A phone rings.
    Ringing {
        /// Its number.
        number: String,
    },
    /// Ringing is over.
    RingEnded {
        /// Its number.
        number: String,
        /// `answered`, `busy`, `no-answer`, `failed`, `canceled`.
        status: String,
    },
    /// Caller and callee are connected.
    Bridged,
    /// The conversation has ended.
    Talked {
        /// The duration in seconds.
        seconds: u64,
    },
    /// The tone: a message may be spoken.
    Tone,
    /// A message was recorded.
    Recorded {
        /// The length in seconds; 0 for an empty message.
        seconds: u32,
    },
    /// The call is over.
    Ended {
        /// Who ended it: `caller`, `callee`, `desk`.
        by: String,
        /// The final status.
        status: String,
        /// The length of the call in seconds.
        seconds: u64,
    },
    /// The front desk did something a carrier cannot use.
    Problem {
        /// What went wrong.
        text: String,
    },
}
