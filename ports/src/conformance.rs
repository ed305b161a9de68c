//! The behaviour of every driven store, as functions that each adapter's tests call. Each function is named after a claim,
//! and panics if the claim does not hold.
#![expect(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "a conformance check reports by panicking"
)]

pub mod access_store;
pub mod call_log;
pub mod contact_store;
pub mod daily_figures;
pub mod done_links;
pub mod job_queue;
pub mod operations_log;
pub mod outbox;
pub mod override_store;
pub mod recording_store;
pub mod retention;
pub mod spool;
pub mod work;
use frontdesk_domain::call::{Ending, RecordingStatus};
use frontdesk_domain::{CallEvent, CallerId, EventKind, LegId, Parties, RecordingId, Timestamp};

use crate::{Ids, LoggedEvent, RawParameters};

/// Unique ids that are the same in every run.
#[derive(Debug, Default)]
pub struct CountingIds(std::sync::atomic::AtomicU64);

impl Ids for CountingIds {
    fn random(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        let next = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        bytes[24..].copy_from_slice(&next.to_be_bytes());
        bytes
    }
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn leg(id: &str) -> LegId {
    LegId::new("test", id).unwrap()
}

fn event(call: &str, at: &str, kind: EventKind) -> LoggedEvent {
    CallEvent::new(leg(call), time(at), kind).into()
}

fn parties(from: &str, to: &str) -> Parties {
    let mut parties = Parties::new(CallerId::read(from), to);
    parties.from_place = Some("Paris, FR".into());
    parties
}

fn started(call: &str, at: &str, from: &str) -> LoggedEvent {
    let raw = RawParameters([("From".into(), from.into()), ("CallSid".into(), call.into())].into());
    LoggedEvent { raw: Some(raw), ..event(call, at, EventKind::Started(parties(from, "+15556667777"))) }
}

fn ended(call: &str, at: &str, seconds: u32) -> LoggedEvent {
    let mut ending = Ending::new("completed");
    ending.seconds = Some(seconds);
    event(call, at, EventKind::Ended(ending))
}

fn recorded(call: &str, at: &str, recording: &str, status: RecordingStatus) -> LoggedEvent {
    let recording: RecordingId = recording.parse().unwrap();
    event(call, at, EventKind::Recording { recording, status, seconds: Some(5) })
}
