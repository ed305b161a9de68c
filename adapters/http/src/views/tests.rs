//! Every template is rendered, with every kind of call in it.

use frontdesk_domain::{
    Call, CallEvent, CallId, CallerId, Ending, EventKind, Facts, LegId, Parties, RecordingStatus, StoredAudio,
};
use frontdesk_ports::{Change, LoggedEvent};

use super::*;

const HOSTILE: &str = "<script>alert('x')</script>\" onload=\"x";

fn event(kind: EventKind) -> CallEvent {
    let call = LegId::new("simulator", "CA1").unwrap();
    CallEvent { call, at: "2026-11-22T09:00:00.5Z".parse().unwrap(), kind }
}

fn call_of(kinds: Vec<EventKind>) -> CallWithEvents {
    let events: Vec<CallEvent> = kinds.into_iter().map(event).collect();
    let id = CallId::new(events[0].at, 7);
    let leg = events[0].call.clone();
    let record = CallRecord { id, leg, call: Call::of(&Facts::of(&events)), change: Change(1) };
    CallWithEvents { record, events: events.into_iter().map(LoggedEvent::from).collect() }
}

fn started() -> EventKind {
    let name = Some(HOSTILE.to_owned());
    EventKind::Started(Parties {
        from: CallerId::read(HOSTILE),
        to: "+1555".into(),
        from_name: name.clone(),
        from_place: name,
    })
}

fn ended() -> EventKind {
    EventKind::Ended(Ending { status: HOSTILE.into(), failed: false, seconds: Some(75), parties: None })
}

/// Live, answered, and every state of a message.
fn samples() -> Vec<CallWithEvents> {
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

fn frame() -> Frame {
    Frame {
        title: "Calls",
        user: HOSTILE.into(),
        csrf: "csrf".into(),
        has_phone: true,
        manages: true,
        notice: Some(HOSTILE.into()),
    }
}

fn safe(html: &str) {
    assert!(!html.contains("<script>alert") && !html.contains("\" onload=\""), "{html}");
    assert!(
        !html.contains("style=\"") && !html.contains("javascript:"),
        "the content security policy forbids inline code"
    );
}

#[test]
fn every_template_renders_and_escapes() {
    let (views, zone) = (Views::new().unwrap(), TimeZone::UTC);
    let rows = || samples().iter().map(|call| CallRow::new(&call.record, &zone)).collect::<Vec<_>>();
    let feed = FeedPage {
        frame: frame(),
        rows: rows(),
        filters: vec![Filter { word: "missed", chosen: true }],
        text: HOSTILE.into(),
        filtered: true,
        change: 3,
        older: Some("/?cursor=x&q=%22".into()),
    };
    let html = views.feed(&feed).unwrap();
    safe(&html);
    assert_eq!(html.matches("<tr id=\"call-").count(), 5);
    assert_eq!(html.matches("<audio").count(), 1, "only a stored message can be played");
    safe(&views.feed(&FeedPage { rows: vec![], filtered: false, older: None, ..feed }).unwrap());
    safe(&views.phone(&PhonePage { frame: frame(), rows: rows(), change: 0 }).unwrap());
    safe(
        &views
            .login(&LoginPage { next: HOSTILE.into(), error: Some(HOSTILE.into()), name: HOSTILE.into() })
            .unwrap(),
    );
    for call in samples() {
        safe(&views.row(&call.record, &zone).unwrap());
        let page = CallPage {
            frame: frame(),
            row: CallRow::new(&call.record, &zone),
            events: EventLine::all(&call, &zone),
        };
        safe(&views.call(&page).unwrap());
    }
}

#[test]
fn times_are_told_in_the_companys_zone() {
    let row = CallRow::new(&samples()[0].record, &TimeZone::fixed(jiff::tz::offset(1)));
    let started = row.started.unwrap();
    assert_eq!(
        (started.machine.as_str(), started.time.as_str()),
        ("2026-11-22T09:00:00.500Z", "10:00:00 +01")
    );
}
