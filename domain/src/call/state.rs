//! The state of a call.
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::named;

/// The state of a call.
#[derive(Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub enum CallState {
    /// The call has arrived; nothing has been played.
    Ringing,
    /// The caller is being served.
    InProgress,
    /// It is over.
    Ended,
}

/// What is happening in a call that has not ended.
#[derive(Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub enum Activity {
    /// The caller is in a menu.
    InMenu,
    /// A phone rings.
    Ringing,
    /// Caller and callee speak.
    Talking,
    /// The caller is leaving a message.
    LeavingMessage,
}

named!(CallState, Activity);
