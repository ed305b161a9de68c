//! How far a call has come.
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::named;

/// How far a call has come.
#[derive(Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub enum CallState {
    /// It rings at our number; nothing has been said.
    Ringing,
    /// The caller is being served.
    InProgress,
    /// It is over.
    Ended,
}

/// What a call that is not over is doing.
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
    /// The caller leaves a message.
    LeavingMessage,
}

named!(CallState, Activity);
