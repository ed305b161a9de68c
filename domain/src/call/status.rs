//! The statuses and reasons that events carry.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::flow::hours::schedule::Opening;
use crate::named;

/// Why a call was refused before it was answered.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RefusalReason {
    /// The caller is blocked by a rule or by the block list.
    Blocked,
    /// A rule refuses callers who keep their number back.
    Withheld,
    /// The caller has called more often than a cap allows.
    Limit,
}

/// What the time of day said.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
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

/// How far a callee's leg has come.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
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
    /// It rang out.
    NoAnswer,
    /// It could not be connected.
    Failed,
    /// Ringing was stopped.
    Canceled,
}

/// What happened when a callee was asked.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
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

/// News of a recording.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RecordingStatus {
    /// The caller has finished; the carrier still works on it.
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
    /// No message: too short, or replaced by another recording of the caller.
    Discarded,
}

/// What becomes of the carrier's own copy of a message.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum CopyFate {
    /// It is to be deleted.
    Unwanted,
    /// It has been deleted.
    Deleted,
}

named!(RefusalReason, HoursReason, LegStatus, ScreeningAnswer, RecordingStatus, CopyFate);
