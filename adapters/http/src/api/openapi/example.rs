//! The call that the document's examples show.
use frontdesk_domain::call::{Ending, HungUpBy, MailboxCause, RecordingStatus, StoredAudio};
use frontdesk_domain::{Call, CallEvent, CallId, CallerId, EventKind, Facts, LegId, Parties, Timestamp};
use frontdesk_ports::work::Work;
use frontdesk_ports::{CallRecord, CallWithEvents, Change, Contact, ContactBook};

use super::super::wire::{CallContext, WireCall};
use crate::middleware::path_prefix::PathPrefix;

/// Calls `shown` with a context that has a contact for the example's caller.
pub(super) fn in_example_context<T>(shown: impl FnOnce(&CallContext) -> T) -> T {
    let contact = Contact {
        caller: "+33123456789".into(),
        name: "Ann Miller".into(),
        company: "Miller Ltd".into(),
        note: String::new(),
    };
    let (prefix, contacts) = (PathPrefix::default(), ContactBook::new(vec![contact]));
    shown(&CallContext { prefix: &prefix, contacts: &contacts })
}

/// The example call in the API's format.
pub(super) fn example_call() -> WireCall {
    in_example_context(|context| WireCall::new(&example().record, context))
}

/// A call with a voicemail, as the log returns it.
pub(super) fn example() -> CallWithEvents {
    let started: Timestamp = Timestamp::from_second(1_795_631_736).expect("a time in range");
    let leg: LegId = "twilio:CAa08eba6e2ca721ce72314fe654928f59".parse().expect("a valid leg id");
    let name = |text: &str| text.parse().expect("a valid name");
    let recording = "REd5e497a4859d5f8ab203ac6dcd2a546d".parse::<frontdesk_domain::RecordingId>();
    let recording = recording.expect("a valid recording id");
    let (status, audio) = (RecordingStatus::Completed, "audio/wav".to_owned());
    let kinds = [
        (
            0,
            EventKind::Started(Parties {
                from: CallerId::read("+33123456789"),
                to: "+15556667777".into(),
                from_name: Some("Ann Example".into()),
                from_place: Some("Paris, FR".into()),
            }),
        ),
        (0, EventKind::Menu { menu: name("main"), step: 1 }),
        (6, EventKind::Mailbox { mailbox: name("main"), step: 2, cause: MailboxCause::Chosen }),
        (17, EventKind::Recording { recording: recording.clone(), status, seconds: Some(9) }),
        (
            17,
            EventKind::Ended(Ending {
                status: "completed".into(),
                failed: false,
                seconds: Some(17),
                parties: None,
                hung_up_by: Some(HungUpBy::Caller),
            }),
        ),
        (
            19,
            EventKind::Voicemail {
                recording,
                audio: StoredAudio { bytes: 144_044, sha256: "0".repeat(64), media_type: audio },
            },
        ),
    ];
    let event = |(seconds, kind)| {
        let at = started + std::time::Duration::from_secs(seconds);
        CallEvent { call: leg.clone(), at, kind, received_at: None }
    };
    let events: Vec<CallEvent> = kinds.into_iter().map(event).collect();
    let call = Call::of(&Facts::of(&events));
    let record = CallRecord {
        id: CallId::new(started, 0x55AD_26E1),
        leg: leg.clone(),
        call,
        first_change: Change(40),
        change: Change(42),
        work: Work::default(),
        work_change: Change::default(),
    };
    CallWithEvents { record, events: events.into_iter().map(Into::into).collect() }
}
