//! Forwards: other phones that are rung for a caller.
use std::time::Duration;

use serde::Serialize;
use strum::{IntoStaticStr, VariantArray};

use crate::flow::prompt::Prompt;
use crate::flow::target::Target;
use crate::keys::{DialDigits, Key};
use crate::named;
use crate::phone::PhoneNumber;
use crate::phone::address::PhoneAddress;

/// What the callee hears before being connected. `{caller}` stands for the caller, `{choice}` for the menu choice,
/// `{company}` for the company's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Screening {
    /// Who calls, and which keys take and decline the call.
    pub prompt: Prompt,
    /// Replaces `{caller}` when the number is withheld.
    pub withheld: String,
    /// Replaces `{caller}` when the caller has an address but no number.
    pub no_number: String,
    /// Replaces `{caller}` when the callee's phone shows a company number and the caller is unknown.
    pub unknown: String,
    /// The key that takes the call.
    pub accept: Key,
    /// The key that declines it.
    pub decline: Key,
    /// How many times the question is asked before the call counts as not accepted. At least 1.
    pub limit: u8,
    /// How long to wait for a key after the question.
    pub timeout: Duration,
}

/// A phone to ring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Destination {
    /// The phone.
    #[serde(rename = "number")]
    pub phone: PhoneAddress,
    /// What is dialled once it is picked up, before the callee is screened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digits: Option<DialDigits>,
    /// How long to let it ring.
    pub ring: Duration,
    /// Whether the callee must press a key to take the call.
    pub screening: Option<Screening>,
}

/// In which order the phones of a forward ring.
#[derive(IntoStaticStr, VariantArray, Serialize)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strategy {
    /// One after the other, as they are listed.
    Sequential,
    /// All at once; the first to pick up (and accept, if screened) takes the call, and the others stop ringing.
    Simultaneous,
    /// One after the other; each call begins with another phone. The first phone depends only on the call's number in
    /// the rotation, or else on its id, so every repeated request computes the same order.
    RoundRobin,
}

named!(Strategy);

/// Which number the callee's phone shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ShownNumber {
    /// The caller's own number; one of ours if the caller has no number that can be shown.
    Caller,
    /// The number that was called.
    Ours,
    /// This number. The carrier must know that it is ours.
    Fixed(PhoneNumber),
}

/// Calls other phones; if none answers, continues with `otherwise`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Forward {
    /// Said to the caller before the first phone rings.
    pub announcement: Option<Prompt>,
    /// In which order they ring.
    pub strategy: Strategy,
    /// The phones to call. Never empty.
    pub destinations: Vec<Destination>,
    /// Which number the callees see.
    pub shows: ShownNumber,
    /// The maximum length of the conversation.
    pub time_limit: Duration,
    /// The node for calls that are not answered.
    pub otherwise: Target,
}
