//! Retention.
use frontdesk_domain::EventKind;
use frontdesk_domain::call::{LegStatus, RecordingStatus};

use super::{ended, event, recorded, started, time};
use crate::{CallLog, CallQuery, JobQueue, Lane, RetentionStore, Share};

/// Checks every claim about retention, on an empty log.
pub async fn all(log: &dyn CallLog, queue: &dyn JobQueue, retention: &dyn RetentionStore) {
    for (call, day, from) in [("CA1", "20", "+331"), ("CA2", "21", "+332"), ("CA3", "22", "+331")] {
        let at = |clock: &str| format!("2026-11-{day}T{clock}Z");
        let mut events = vec![started(call, &at("09:00:00"), &format!("{from}23456789"))];
        events.push(ended(call, &at("09:01:00"), 60));
        log.append(events).await.unwrap();
    }
    log.append(vec![recorded("CA1", "2026-11-20T09:00:50Z", "RE1", RecordingStatus::Completed)])
        .await
        .unwrap();
    let noon = time("2026-11-21T12:00:00Z");
    assert_eq!(retention.count_before(noon).await.unwrap(), (3, 2));
    let first = retention.calls_before(noon, None, 1).await.unwrap();
    assert_eq!(first[0].leg.id(), "CA1", "oldest first");
    let rest = retention.calls_before(noon, Some(first[0].id), 10).await.unwrap();
    assert_eq!(rest.iter().map(|record| record.leg.id()).collect::<Vec<_>>(), ["CA2"]);
    let of_number = retention.calls_of_number("+33123456789", 10).await.unwrap();
    assert_eq!(of_number.iter().map(|record| record.leg.id()).collect::<Vec<_>>(), ["CA1", "CA3"]);

    let forward = |position, number: &str| {
        let (forward, number) = ("team".parse().unwrap(), number.parse().unwrap());
        let kind = EventKind::Forward { forward, step: 2, position, number, screened: false };
        event("CA2", "2026-11-21T09:00:10Z", kind)
    };
    log.append(vec![forward(0, "+33611223344"), forward(1, "+33611223355")]).await.unwrap();
    for rung in ["+33611223344", "+33611223355"] {
        let rang = retention.calls_of_number(rung, 10).await.unwrap();
        assert_eq!(rang.len(), 1, "rung together with another phone: {rung}");
    }

    // An address is found in every spelling, and no other address with it.
    log.append(vec![started("CA5", "2026-11-22T11:00:00Z", "+33155555555")]).await.unwrap();
    let ring = |position, number: &str| {
        let (forward, number) = ("team".parse().unwrap(), number.parse().unwrap());
        let kind = EventKind::Forward { forward, step: 2, position, number, screened: false };
        event("CA5", "2026-11-22T11:00:10Z", kind)
    };
    let rang = |position, seconds| {
        let (leg, status) = (super::leg(&format!("callee-{position}")), LegStatus::NoAnswer);
        let kind = EventKind::Leg { step: 2, position, leg, status, seconds: Some(seconds), sip_code: None };
        event("CA5", "2026-11-22T11:00:20Z", kind)
    };
    log.append(vec![
        ring(0, "sip:Front-Desk@192.0.2.20;transport=tcp"),
        ring(1, "sip:+33611223366@trunk.example"),
        rang(0, 0),
        rang(1, 0),
    ])
    .await
    .unwrap();
    for identity in ["sip:front-desk@192.0.2.20", "+33611223366"] {
        let rung = retention.calls_of_number(identity, 10).await.unwrap();
        assert_eq!(rung.iter().map(|record| record.leg.id()).collect::<Vec<_>>(), ["CA5"], "{identity}");
    }
    for other in ["sip:front_desk@192.0.2.20", "sip:front%@192.0.2.20"] {
        assert_eq!(retention.calls_of_number(other, 10).await.unwrap().len(), 0, "{other}");
    }
    let of_address = retention.calls_of_number("+33155555555", 10).await.unwrap();
    retention.delete_calls(&of_address).await.unwrap();

    // A fifth of all rows, but at least `few`.
    let share = |few| Some(Share { percent: 20, few });
    assert_eq!(retention.delete_raw_before(noon, share(1)).await.unwrap(), 1);
    assert_eq!(retention.delete_raw_before(noon, share(9)).await.unwrap(), 1);
    assert_eq!(retention.delete_raw_before(noon, None).await.unwrap(), 0);
    let events = log.events(rest[0].id).await.unwrap();
    assert!(!events.is_empty() && events.iter().all(|logged| logged.raw.is_none()));

    transcripts(log, retention).await;

    retention.delete_calls(&first).await.unwrap();
    retention.delete_calls(&[]).await.unwrap();
    assert_eq!(log.find(first[0].id).await.unwrap(), None);
    assert_eq!(log.events(first[0].id).await.unwrap(), []);
    assert_eq!(queue.next_due(&[Lane::Carrier]).await.unwrap(), None, "its queued work is deleted with it");
    let late = ended("CA1", "2026-11-20T09:01:00Z", 61);
    log.append(vec![late, started("CA4", "2026-11-22T10:00:00Z", "+334")]).await.unwrap();
    let left = log.list(&CallQuery::newest(10)).await.unwrap().calls;
    let left: Vec<&str> = left.iter().map(|record| record.leg.id()).collect();
    assert_eq!(left, ["CA4", "CA3", "CA2"], "a late event does not bring it back");
    retention.scrub().await.unwrap();
}

async fn transcripts(log: &dyn CallLog, retention: &dyn RetentionStore) {
    let recording: frontdesk_domain::RecordingId = "RE1".parse().unwrap();
    let written = EventKind::Transcribed { recording: recording.clone(), text: Some("Call me back".into()) };
    log.append(vec![event("CA1", "2026-11-20T09:02:00Z", written)]).await.unwrap();
    let query = CallQuery { text: Some(crate::TextMatch::of("call me")), ..CallQuery::newest(10) };
    let found = log.list(&query).await.unwrap().calls;
    assert_eq!(found.len(), 1, "calls are found by what was said");
    assert_eq!(found[0].call.voicemail.as_ref().unwrap().transcript.as_deref(), Some("Call me back"));
    let gone = EventKind::TranscriptDeleted { recording };
    log.append(vec![event("CA1", "2026-11-20T09:03:00Z", gone)]).await.unwrap();
    let before = |day: &str| time(&format!("2026-11-{day}T00:00:00Z"));
    assert_eq!(retention.delete_transcripts_before(before("20")).await.unwrap(), 0);
    assert_eq!(retention.delete_transcripts_before(before("21")).await.unwrap(), 1);
    assert_eq!(log.list(&query).await.unwrap().calls.len(), 0);
    let events = log.events(found[0].id).await.unwrap();
    assert!(events.iter().all(|logged| !matches!(logged.event.kind, EventKind::Transcribed { .. })));
    assert_eq!(log.find(found[0].id).await.unwrap().unwrap().call.voicemail.unwrap().transcript, None);
}
