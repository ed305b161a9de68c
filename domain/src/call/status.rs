//! The statuses and reasons that events carry, and how ringing a phone ended.
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::flow::hours::schedule::Opening;
use crate::named;

/// Why a call was refused before it was answered.
#[derive(Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub enum RefusalReason {
    /// The caller is blocked by a rule or by the block list.
    Blocked,
    /// A rule refuses callers who withhold their number.
    Withheld,
    /// The caller has called more often than a cap allows.
    Limit,
}

/// Whether it was open, or why it was closed.
#[derive(Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub enum HoursReason {
    /// It is open.
    Open,
    /// It is closed at this hour.
    Closed,
    /// A dated rule closes the day.
    Holiday,
    /// A temporary closure.
    Closure,
}

impl From<Opening> for HoursReason {
    fn from(opening: Opening) -> Self {
        match opening {
            Opening::Open => Self::Open,
            Opening::Closed => Self::Closed,
            Opening::Holiday => Self::Holiday,
        }
    }
}

/// The status of a callee's leg.
#[derive(Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub enum LegStatus {
    /// Dialling has begun.
    Initiated,
    /// It rings.
    Ringing,
    /// It is off hook.
    Answered,
    /// It was off hook and has ended.
    Completed,
    /// It was engaged.
    Busy,
    /// The callee refused the call without picking up.
    Declined,
    /// It rang out.
    NoAnswer,
    /// It could not be connected.
    Failed,
    /// Ringing was stopped.
    Canceled,
}

/// What happened when a callee was asked to accept a call.
#[derive(Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub enum ScreeningAnswer {
    /// The question was asked for the first time.
    Asked,
    /// The callee takes the call.
    Accepted,
    /// The callee does not want it.
    Declined,
    /// The question was asked as often as allowed and not answered.
    Unanswered,
}

/// The status of a recording.
#[derive(Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub enum RecordingStatus {
    /// The caller has finished; the carrier is still processing it.
    Taken,
    /// It can be fetched.
    Completed,
    /// There is no audio: too short, or silent.
    Absent,
    /// The carrier lost it.
    Failed,
    /// The caller is asked whether to keep it.
    Held,
    /// The caller keeps it.
    Kept,
    /// Not a message: too short, or replaced by another recording of the caller.
    Discarded,
}

/// What happens to the carrier's own copy of a recording.
#[derive(Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub enum CopyFate {
    /// It is to be deleted.
    Unwanted,
    /// It has been deleted.
    Deleted,
}

/// How ringing a phone ended.
#[derive(Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub enum PhoneEnd {
    /// Caller and callee spoke.
    Taken,
    /// It rang out.
    NoAnswer,
    /// It was engaged.
    Busy,
    /// The callee did not want the call.
    Declined,
    /// Something picked up and never pressed a key: most often the phone's own voicemail.
    NotAccepted,
    /// It could not be connected.
    Unreachable,
    /// The caller hung up while it rang.
    CallerGaveUp,
    /// Another of the phones that rang at the same time was picked up.
    Elsewhere,
}

/// Why a caller reached a mailbox.
#[derive(Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub enum MailboxCause {
    /// By a key, or because the call begins there.
    Chosen,
    /// By pressing nothing.
    NoInput,
    /// By pressing keys without a meaning.
    NoMatch,
    /// No phone picked up, or no callee accepted.
    NoAnswer,
    /// The line was engaged.
    Busy,
    /// The forward could not be connected.
    Failed,
    /// Ringing was stopped.
    Canceled,
    /// Something failed on our side or the carrier's.
    Fault,
    /// The company was closed.
    Closed,
    /// A cap on forwarding was reached.
    Limit,
}

/// How one attempt to ring ended.
#[derive(Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub enum DialOutcome {
    /// A person or machine picked up.
    Answered,
    /// The line was engaged.
    Busy,
    /// The callee refused the call without picking up.
    Declined,
    /// It rang out.
    NoAnswer,
    /// It could not be connected at all.
    Failed,
    /// Ringing was stopped before anyone picked up.
    Canceled,
}

/// Who ended a call.
#[derive(Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub enum HungUpBy {
    /// The caller.
    Caller,
    /// The callee, at the end of a conversation.
    Callee,
    /// The call flow, after its last instruction.
    Flow,
    /// No party: the line was lost, or the program stopped.
    Line,
}

named!(
    RefusalReason,
    HoursReason,
    LegStatus,
    ScreeningAnswer,
    RecordingStatus,
    CopyFate,
    PhoneEnd,
    MailboxCause,
    DialOutcome,
    HungUpBy
);
