//! Repairs calls from the carrier's own records, because requests may never have reached us.
use jiff::Timestamp;

use crate::call::Call;
use crate::call::carrier_record::CarrierRecord;
use crate::call::event::{CallEvent, EventKind};
use crate::call::facts::Facts;
use crate::call::status::RecordingStatus;
use crate::ids::{LegId, RecordingId};

/// A recording, as the carrier lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedMessage {
    /// The recording.
    pub recording: RecordingId,
    /// Whether it can be fetched.
    pub status: RecordingStatus,
    /// Its length in seconds.
    pub seconds: Option<u32>,
    /// When it was made.
    pub at: Option<Timestamp>,
}

/// Everything that the carrier has recorded about one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarrierCall {
    /// The caller's leg.
    pub call: LegId,
    /// The carrier's record of the call.
    pub record: CarrierRecord,
    /// Its recordings.
    pub messages: Vec<RecordedMessage>,
}

impl CarrierCall {
    /// The events that make the facts agree with the carrier's records; empty if they already do. Applying them twice
    /// changes nothing.
    pub fn repairs(&self, known: &Facts) -> Vec<CallEvent> {
        let at = self.record.ended_at.or(self.record.started_at).unwrap_or(Timestamp::UNIX_EPOCH);
        let event = |at, kind| CallEvent { call: self.call.clone(), at, kind, received_at: None };
        let mut offered = vec![event(at, EventKind::Recovered(self.record.clone()))];
        for RecordedMessage { recording, status, seconds, at: made_at } in &self.messages {
            let kind =
                EventKind::Recording { recording: recording.clone(), status: *status, seconds: *seconds };
            offered.push(event(made_at.unwrap_or(at), kind));
        }
        let (mut facts, mut events) = (known.clone(), Vec::new());
        // One event can change the effect of another, so repeat until no event changes the call.
        loop {
            let before = row(&facts);
            let useful = offered.iter().position(|event| {
                let mut after = facts.clone();
                after.absorb(event);
                row(&after) != before
            });
            let Some(useful) = useful else { break };
            let event = offered.remove(useful);
            facts.absorb(&event);
            events.push(event);
        }
        events
    }
}

/// The call derived from these facts, without evidence: new evidence for the same outcome is no repair.
fn row(facts: &Facts) -> Call {
    let mut call = Call::of(facts);
    if let Some(verdict) = &mut call.verdict {
        verdict.evidence.clear();
    }
    call
}
