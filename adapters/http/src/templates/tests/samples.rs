//! Calls, people and frames with hostile texts.
use super::*;

pub(super) const HOSTILE: &str = "<script>alert('x')</script>\" onload=\"x";

pub(super) fn event(kind: EventKind) -> CallEvent {
    let call = LegId::new("simulator", "CA1").unwrap();
    CallEvent { call, at: "2026-11-22T09:00:00.5Z".parse().unwrap(), kind, received_at: None }
}

pub(super) fn call_of(kinds: Vec<EventKind>) -> CallWithEvents {
    let events: Vec<CallEvent> = kinds.into_iter().map(event).collect();
    let id = CallId::new(events[0].at, 7);
    let leg = events[0].call.clone();
    let record = CallRecord {
        id,
        leg,
        call: Call::of(&Facts::of(&events)),
        first_change: Change(1),
        change: Change(1),
        work: Work::default(),
        work_change: Change::default(),
    };
    CallWithEvents { record, events: events.into_iter().map(LoggedEvent::from).collect() }
}

pub(super) fn started() -> EventKind {
    let name = Some(HOSTILE.to_owned());
    EventKind::Started(Parties {
        from: CallerId::read(HOSTILE),
        to: "+1555".into(),
        from_name: name.clone(),
        from_place: name,
    })
}

pub(super) fn ended() -> EventKind {
    EventKind::Ended(Ending {
        status: HOSTILE.into(),
        failed: false,
        seconds: Some(75),
        parties: None,
        hung_up_by: None,
    })
}

/// A live call, ended calls, and voicemails in several states.
pub(super) fn samples() -> Vec<CallWithEvents> {
    let recording = || "RE1".parse().unwrap();
    let taken =
        || EventKind::Recording { recording: recording(), status: RecordingStatus::Taken, seconds: Some(9) };
    let audio = StoredAudio { bytes: 10, sha256: "00".into(), media_type: "audio/wav".into() };
    vec![
        call_of(vec![started()]),
        call_of(vec![ended()]),
        call_of(vec![started(), taken(), ended()]),
        call_of(vec![started(), taken(), EventKind::Voicemail { recording: recording(), audio }, ended()]),
        call_of(vec![
            started(),
            taken(),
            EventKind::VoicemailFailed { recording: recording(), why: HOSTILE.into(), round: 0 },
        ]),
    ]
}

pub(super) fn viewer() -> Viewer {
    let contact = Contact {
        caller: "+33123456789".into(),
        name: HOSTILE.into(),
        company: HOSTILE.into(),
        note: HOSTILE.into(),
    };
    Viewer { contacts: ContactBook::new(vec![contact]).into(), ..Viewer::in_zone(TimeZone::UTC) }
}

pub(super) fn french() -> Viewer {
    Viewer { language: Language::French, ..viewer() }
}

pub(super) fn frame() -> Frame {
    Frame {
        title: "Calls".into(),
        current: "nav-calls".into(),
        user: HOSTILE.into(),
        csrf: "csrf".into(),
        has_phone: true,
        manages: true,
        closes: true,
        closed_until: Some(Moment::new(Timestamp::UNIX_EPOCH, &viewer())),
        flash: Flash::new("contact")
            .named(HOSTILE)
            .undone_by("/contacts", vec![("name".into(), HOSTILE.into())])
            .line(Language::English),
        notice: Some(HOSTILE.into()),
        count: None,
    }
}

pub(super) fn visitor() -> Visitor {
    let (user, csrf) = (HOSTILE.to_owned(), "csrf".to_owned());
    Visitor::Person(frontdesk_ports::SignedIn { user, csrf, role: Role::Admin, may_close: true })
}
