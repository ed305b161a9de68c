//! The carrier's own record of a call that is over.
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::call::parties::Parties;
use crate::call::status::LegStatus;
use crate::ids::LegId;
use crate::phone::address::PhoneAddress;

/// The carrier's record of a call that is over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CarrierRecord {
    /// The carrier's final status, verbatim.
    pub status: String,
    /// Whether the caller's own leg could not be connected at all.
    pub failed: bool,
    /// The total duration as the carrier bills it.
    pub seconds: Option<u32>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Caller and called number.
    pub parties: Parties,
    /// The phones that were rung, in order.
    pub legs: Vec<RecordedLeg>,
}

/// A callee's leg, as the carrier recorded it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordedLeg {
    /// The leg.
    pub leg: LegId,
    /// The number or address that was rung, if known.
    pub number: Option<PhoneAddress>,
    /// How it ended.
    pub status: LegStatus,
    /// How long it was off hook.
    pub seconds: Option<u32>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

impl CarrierRecord {
    /// The record's identity: its status, failure and duration, and each leg with its status.
    pub(super) fn identity(&self) -> String {
        let legs: Vec<String> = self.legs.iter().map(|leg| format!("{}={}", leg.leg, leg.status)).collect();
        let seconds = self.seconds.map_or_else(|| "-".to_owned(), |seconds| seconds.to_string());
        format!("{}:{}:{seconds}:{}", self.status, self.failed, legs.join(","))
    }
}
