//! Who is notified about what, and that it happens once.

mod desk;

use std::sync::Mutex;

use adapters_memory::{
    ManualClock, MemoryContacts, MemoryLog, MemoryOperationsLog, MemoryPrompts, MemoryRecordings, SeededIds,
};
use async_trait::async_trait;
use frontdesk_domain::call::{
    DialOutcome, Ending, LegStatus, MailboxCause, NotificationKind, RecordingStatus, ScreeningAnswer,
    StoredAudio,
};
use frontdesk_domain::{BuiltinFlow, CallEvent, CallerId, EventKind, LegId, Parties, builtin_flow};
use frontdesk_ports::work::{BasedOn, Work, WorkChange};
use frontdesk_ports::{CallQuery, DeliveryError, DeliveryStatus, Notification, WorkStore};
use jiff::SignedDuration;

use super::delivery::{GIVE_UP, MIN_ATTEMPTS};
use super::selection::SETTLING;
use super::*;
use crate::contacts::Contacts;
use crate::flow_versions::FlowWithAudio;

use desk::{desk, ended, recorded, rung_out, started, stored};

#[tokio::test]
async fn events_before_a_recipient_was_set_up_are_not_reported() {
    let desk = desk(&[]);
    desk.happens("old", vec![started(), ended()]).await;
    assert_eq!(desk.received().await, (vec![], vec![]));
    desk.happens("new", vec![started()]).await;
    assert_eq!(desk.received().await, (vec![], vec!["call.started"]));
}

#[tokio::test]
async fn a_new_recipient_is_notified_of_later_calls_only_regardless_of_the_clock() {
    for wrong_by in [SignedDuration::from_mins(-90), SignedDuration::ZERO, SignedDuration::from_mins(90)] {
        let mut desk = desk(&[]);
        let office = desk.notifications.recipients.remove("office").unwrap();
        desk.received().await;
        let missed_call = || [vec![started()], rung_out(), vec![ended()]].concat();
        desk.happens("before", missed_call()).await;
        desk.received().await;
        desk.clock.advance(Duration::from_secs(120));

        let right = desk.clock.now();
        desk.clock.set(right + wrong_by);
        desk.notifications.recipients.insert("office".into(), office);
        desk.notifications.follow().await.unwrap();
        desk.clock.set(right);
        desk.happens("before", vec![started()]).await;
        desk.happens("after", missed_call()).await;
        assert_eq!(desk.received().await.0, ["call.ended"], "the clock was wrong by {wrong_by}");
    }
}

#[tokio::test]
async fn a_missed_call_is_reported_once_however_often_the_carrier_reports_it() {
    let desk = desk(&[]);
    desk.received().await;
    for _ in 0..3 {
        let events = [vec![started()], rung_out(), vec![ended()]].concat();
        desk.happens("a", events).await;
        assert_eq!(desk.received().await, (vec!["call.ended"], vec!["call.ended", "call.started"]));
        desk.clock.advance(Duration::from_secs(5));
    }
    let office = desk.office.received.lock().unwrap();
    assert_eq!(
        office[0].subject, "Missed call from Ann  Bcc: x (+33123456789)",
        "one line, regardless of the name that the network sends"
    );
    assert!(office[0].text.contains("https://desk.example/calls/") && office[0].text.contains("UTC"));
}

#[tokio::test(start_paused = true)]
async fn a_recipient_that_does_not_answer_delays_no_other() {
    let desk = desk(&[]);
    desk.received().await;
    desk.crm.hangs.store(true, std::sync::atomic::Ordering::Relaxed);
    // More calls than are delivered concurrently.
    for call in 0..20 {
        desk.happens(&call.to_string(), [vec![started()], rung_out(), vec![ended()]].concat()).await;
    }
    desk.notifications.follow().await.unwrap();
    desk.clock.advance(SETTLING);
    let running = tokio::time::timeout(Duration::from_secs(10), desk.notifications.run());
    assert!(running.await.is_err(), "it runs until it is dropped");
    assert_eq!(desk.office.received.lock().unwrap().len(), 20);
    assert!(desk.crm.received.lock().unwrap().is_empty());
}

#[tokio::test]
async fn people_are_notified_of_a_voicemail_when_it_can_be_played_and_programs_of_every_step() {
    let desk = desk(&[]);
    desk.received().await;
    desk.happens("a", [vec![started()], recorded(), vec![ended()]].concat()).await;
    assert_eq!(desk.received().await, (vec![], vec!["call.ended", "call.started"]));
    desk.happens("a", vec![stored()]).await;
    assert_eq!(
        desk.received().await,
        (vec!["voicemail.stored"], vec!["call.ended", "call.started", "voicemail.stored"])
    );
    let names: std::collections::BTreeSet<_> =
        desk.crm.received.lock().unwrap().iter().map(|message| message.id.clone()).collect();
    assert_eq!(names.len(), 3, "each notification has its own id");
}

#[tokio::test]
async fn a_voicemail_that_is_stored_days_later_is_still_reported() {
    let desk = desk(&[]);
    desk.received().await;
    desk.happens("a", [vec![started()], recorded(), vec![ended()]].concat()).await;
    desk.received().await;
    desk.clock.advance(Duration::from_secs(5 * 86_400));
    desk.happens("b", vec![started(), ended()]).await;
    let before = desk.received().await.0;
    desk.happens("a", vec![stored()]).await;
    assert_eq!(desk.received().await.0, [before, vec!["voicemail.stored"]].concat());
}

#[tokio::test]
async fn an_email_has_caller_reason_and_transcript_and_escapes_markup() {
    let desk = desk(&[]);
    desk.received().await;
    let transcribed = EventKind::Transcribed {
        recording: "RE1".parse().unwrap(),
        text: Some("Call me <b>back</b>".into()),
    };
    let events = [vec![started()], recorded(), vec![stored(), transcribed, ended()]].concat();
    desk.happens("a", events).await;
    desk.received().await;
    let office = desk.office.received.lock().unwrap();
    let [email] = office.as_slice() else { panic!("one e-mail: {office:?}") };
    for part in [&email.text, &email.html] {
        assert!(part.contains("nobody answered") && part.contains("https://desk.example/calls/"), "{part}");
        assert!(part.contains("https://desk.example/done/"), "{part}");
    }
    assert!(email.text.contains("Call me <b>back</b>"), "{}", email.text);
    assert!(email.html.contains("Call me &lt;b&gt;back&lt;/b&gt;"), "{}", email.html);
    assert!(!email.html.contains("<img") && !email.html.contains("src="), "the page loads nothing");
    let crm = desk.crm.received.lock().unwrap();
    assert!(crm.iter().all(|message| !message.text.contains("/done/")), "programs get no done link");
}

#[tokio::test]
async fn a_mailbox_that_names_recipients_notifies_no_others() {
    let desk = desk(&["crm"]);
    desk.received().await;
    desk.happens("a", [vec![started()], recorded(), vec![ended(), stored()]].concat()).await;
    assert_eq!(desk.received().await, (vec![], vec!["call.ended", "call.started", "voicemail.stored"]));
}

#[tokio::test]
async fn a_mailbox_that_names_people_still_notifies_programs() {
    let desk = desk(&["office"]);
    desk.received().await;
    desk.happens("a", [vec![started()], recorded(), vec![ended(), stored()]].concat()).await;
    let (office, crm) = desk.received().await;
    assert_eq!(office, ["voicemail.stored"]);
    assert_eq!(crm, ["call.ended", "call.started", "voicemail.stored"]);
}

#[tokio::test]
async fn a_busy_recipient_is_retried_for_three_days() {
    let desk = desk(&[]);
    desk.received().await;
    *desk.office.busy.lock().unwrap() = 2;
    desk.happens("a", [vec![started()], rung_out(), vec![ended()]].concat()).await;
    assert_eq!(desk.received().await.0, Vec::<&str>::new());
    assert_eq!(desk.received().await.0, Vec::<&str>::new());
    desk.clock.advance(Duration::from_secs(5));
    assert_eq!(desk.received().await.0, ["call.ended"]);

    *desk.office.busy.lock().unwrap() = u32::MAX;
    desk.happens("b", [vec![started()], rung_out(), vec![ended()]].concat()).await;
    desk.received().await;
    for _ in 0..MIN_ATTEMPTS {
        desk.clock.advance(GIVE_UP / MIN_ATTEMPTS);
        desk.received().await;
    }
    let states = desk.notifications.outbox.deliveries(None, 10).await.unwrap();
    let failed: Vec<_> = states.iter().filter(|state| state.status == DeliveryStatus::Failed).collect();
    assert_eq!(failed.len(), 1);
    assert!(failed[0].last_error.as_ref().unwrap().contains("given up after three days"), "{failed:?}");
}

/// The events of a call that a screened callee accepted: the first ones in order, and three that arrive in any order.
fn accepted() -> (Vec<EventKind>, [EventKind; 3]) {
    let leg: LegId = "test:callee".parse().unwrap();
    let (forward, number) = ("team".parse().unwrap(), "+33611223344".parse().unwrap());
    let forward = EventKind::Forward { forward, step: 2, position: 0, number, screened: true };
    let status = |status, seconds| EventKind::Leg {
        step: 2,
        position: 0,
        leg: leg.clone(),
        status,
        seconds,
        sip_code: None,
    };
    let answer = |answer| EventKind::Screening { step: 2, position: 0, leg: leg.clone(), answer };
    let before = vec![
        started(),
        forward,
        status(LegStatus::Answered, None),
        answer(ScreeningAnswer::Asked),
        answer(ScreeningAnswer::Accepted),
    ];
    let dial = EventKind::Dial {
        step: 2,
        outcome: DialOutcome::Answered,
        leg: Some(leg.clone()),
        bridged: Some(true),
        seconds: Some(20),
    };
    (before, [ended(), status(LegStatus::Completed, Some(20)), dial])
}

#[tokio::test]
async fn callbacks_in_any_order_report_an_answered_call_once_and_never_as_missed() {
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let desk = desk(&[]);
        desk.received().await;
        let (before, last) = accepted();
        desk.happens("a", before).await;
        for place in order {
            desk.happens("a", vec![last[place].clone()]).await;
            desk.received_at_once().await;
            desk.clock.advance(Duration::from_secs(1));
        }
        let (office, crm) = desk.received().await;
        assert_eq!(office, Vec::<&str>::new(), "{order:?}");
        assert_eq!(crm, ["call.answered", "call.ended", "call.started"], "{order:?}");
        let documents = desk.crm.received.lock().unwrap();
        let end = documents.iter().find(|message| message.kind == NotificationKind::Ended).unwrap();
        assert!(end.document.contains("answered"), "{order:?}: {}", end.document);
    }
}

#[tokio::test]
async fn a_voicemail_reported_while_facts_settle_is_no_missed_call_and_is_announced_at_once() {
    let desk = desk(&[]);
    desk.received().await;
    desk.happens("a", [vec![started()], rung_out(), vec![ended()]].concat()).await;
    assert_eq!(desk.received_at_once().await.0, Vec::<&str>::new());
    desk.clock.advance(Duration::from_secs(3));
    desk.happens("a", [recorded(), vec![stored()]].concat()).await;
    assert_eq!(desk.received_at_once().await.0, ["voicemail.stored"]);
    assert_eq!(
        desk.received().await,
        (vec!["voicemail.stored"], vec!["call.ended", "call.started", "voicemail.stored"])
    );
}

#[tokio::test]
async fn a_change_after_the_report_is_corrected_once() {
    let desk = desk(&[]);
    desk.received().await;
    let (before, [end, leg, dial]) = accepted();
    desk.happens("a", [vec![started()], rung_out(), vec![end]].concat()).await;
    assert_eq!(desk.received().await.0, ["call.ended"]);
    desk.happens("a", [before, vec![leg, dial]].concat()).await;
    for _ in 0..2 {
        let (office, crm) = desk.received().await;
        assert_eq!(office, ["call.ended"], "people are notified once");
        assert_eq!(crm, ["call.answered", "call.ended", "call.started", "call.updated"]);
    }
}

#[tokio::test]
async fn programs_are_notified_of_each_follow_up_state_once() {
    let desk = desk(&[]);
    desk.received().await;
    let (_, [end, ..]) = accepted();
    desk.happens("a", [vec![started()], rung_out(), vec![end]].concat()).await;
    assert_eq!(desk.received().await.1, ["call.ended", "call.started"]);
    let call = desk.log.list(&CallQuery::newest(1)).await.unwrap().calls.remove(0);
    let change = |work: &Work, change: WorkChange| {
        work.after(&change, "ann", desk.clock.now(), BasedOn::Latest).unwrap().unwrap()
    };
    let done = change(&call.work, WorkChange::Handle);
    assert!(desk.log.save_work(call.id, &done).await.unwrap());
    for _ in 0..2 {
        let (office, crm) = desk.received_at_once().await;
        assert_eq!((office.len(), crm), (1, vec!["call.ended", "call.started", "work.changed"]));
    }
    // Later events of the call do not change its follow-up.
    desk.happens("a", accepted().0).await;
    let (_, crm) = desk.received_at_once().await;
    assert_eq!(crm.iter().filter(|kind| **kind == "work.changed").count(), 1);
    // Two changes before the next delivery: only the later state is reported.
    let reopened = change(&done, WorkChange::Reopen);
    let tagged = change(&reopened, WorkChange::Tag("sale".into()));
    assert!(desk.log.save_work(call.id, &reopened).await.unwrap());
    desk.notifications.follow().await.unwrap();
    assert!(desk.log.save_work(call.id, &tagged).await.unwrap());
    let (_, crm) = desk.received_at_once().await;
    assert_eq!(crm.iter().filter(|kind| **kind == "work.changed").count(), 2);
}
