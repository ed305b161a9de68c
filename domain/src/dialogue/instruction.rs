//! What to do for a caller now, independent of the carrier.
use std::time::Duration;

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::call::status::RefusalReason;
use crate::dialogue::Dialogue;
use crate::flow::prompt::Speech;
use crate::keys::{DialDigits, Key};
use crate::named;
use crate::phone::PhoneNumber;
use crate::phone::address::PhoneAddress;

/// One thing to do. An instruction that returns control carries `then`: the state of the conversation when the next
/// signal comes. Instructions after it are reached only if the carrier falls through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Instruction {
    /// Play a prompt. Keys pressed meanwhile are dropped.
    Say(Speech),
    /// Play prompts and wait for keys. Answered by [`Signal::Keyed`](crate::Signal::Keyed) or
    /// [`Signal::NoInput`](crate::Signal::NoInput).
    Gather {
        /// What is spoken; a key interrupts it.
        prompts: Vec<Speech>,
        /// How many keys to wait for.
        max_keys: u8,
        /// The key that ends the input; not part of the keys reported.
        finish_on_key: Option<Key>,
        /// How long to wait for the first key after the prompts.
        timeout: Duration,
        /// How long to wait for the next of several keys. A carrier that supports only one time waits for `timeout`.
        between_keys: Duration,
        /// The state of the conversation afterwards.
        then: Dialogue,
    },
    /// Ring phones at the same time; the first to answer is put through.
    /// Answered by [`Signal::DialEnded`](crate::Signal::DialEnded).
    Dial {
        /// The phones; never empty.
        targets: Vec<DialTarget>,
        /// The longest ring time of all phones; [`DialTarget::ring`] is the time of each.
        ring: Duration,
        /// The number the callee sees; the carrier's own choice when `None`.
        caller_id: Option<PhoneNumber>,
        /// The maximum length of the conversation.
        time_limit: Duration,
        /// The state of the conversation afterwards.
        then: Dialogue,
    },
    /// Record the caller. Answered by [`Signal::Recorded`](crate::Signal::Recorded).
    Record {
        /// The maximum length of the recording.
        max_length: Duration,
        /// How long the caller must be silent to end it.
        silence: Duration,
        /// Whether a tone is played before the recording.
        beep: bool,
        /// The key that ends it.
        finish_on_key: Key,
        /// Whether the carrier is asked to transcribe the recording.
        transcribe: bool,
        /// The state of the conversation afterwards.
        then: Dialogue,
    },
    /// Refuse the call before it is answered. Always the only instruction. Any other first instruction answers the
    /// call.
    Reject {
        /// Why, for a carrier that can report it to the caller's network.
        why: RefusalReason,
    },
    /// Connect the callee to the waiting caller (on the callee's leg only).
    Bridge,
    /// End this leg.
    HangUp,
}

/// One phone to ring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialTarget {
    /// The phone.
    pub phone: PhoneAddress,
    /// What is dialled once it is picked up, before its own conversation begins.
    pub digits: Option<DialDigits>,
    /// The step of the conversation that rings it. With `position`, the index among the forward's destinations, it
    /// identifies the attempt in callbacks.
    pub step: u16,
    /// See `step`.
    pub position: u8,
    /// How long it rings.
    pub ring: Duration,
    /// Where the callee's own conversation begins, if the callee is screened.
    pub screening: Option<Dialogue>,
}

/// What the callee may hear about the caller during screening.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub enum CallerShown {
    /// The callee's phone shows the caller's own number.
    Number,
    /// The caller withholds the number.
    Withheld,
    /// The caller has an address but no number.
    Address,
    /// The callee's phone shows one of the company's numbers for every caller.
    Hidden,
}

named!(CallerShown);
