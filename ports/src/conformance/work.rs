//! The follow-up of calls, and figures over calls, on a log that nothing else uses.
use frontdesk_domain::call::DialOutcome;
use frontdesk_domain::{CallId, EventKind, Outcome, Reason};

use super::{ended, event, recorded, started, time};
use crate::work::{BasedOn, HandledBy, Work, WorkChange};
use crate::{
    CallFigures, CallLog, CallQuery, CallRecord, Change, FollowUp, LoggedEvent, QuarterCount, TextMatch,
    Usage, WorkStore,
};

const ANN: &str = "+33123456789";
const BOB: &str = "+33123456780";
const DESK: &str = "+33611223344";

/// Checks every claim about work and figures.
pub async fn all<L: CallLog + WorkStore + CallFigures>(log: &L) {
    // Ann is missed twice, the second time after she was spoken to; Bob leaves a message.
    log.append(missed("m1", "2026-11-24T09:00:", ANN)).await.unwrap();
    log.append(answered("a1", "2026-11-24T09:20:", ANN)).await.unwrap();
    log.append(missed("m2", "2026-11-24T10:00:", ANN)).await.unwrap();
    log.append(vec![
        started("v1", "2026-11-24T10:05:00Z", BOB),
        recorded("v1", "2026-11-24T10:05:20Z", "RE1", frontdesk_domain::call::RecordingStatus::Completed),
        ended("v1", "2026-11-24T10:05:21Z", 21),
    ])
    .await
    .unwrap();
    log.append(vec![started("now", "2026-11-24T10:06:00Z", BOB)]).await.unwrap();
    missed_calls_and_voicemails_need_attention(log).await;
    a_miss_is_resolved_by_a_later_conversation_only(log).await;
    work_is_saved_once_per_version(log).await;
    call_events_do_not_change_follow_up(log).await;
    calls_are_found_by_what_people_wrote(log).await;
    calls_are_counted_by_outcome(log).await;
    figures_count_every_call_once(log).await;
    what_caps_allow_is_counted(log).await;
    calls_of_each_carrier_are_found_and_counted(log).await;
    admitted_calls_are_found_by_others(log).await;
}

fn missed(call: &str, minute: &str, from: &str) -> Vec<LoggedEvent> {
    let dial = EventKind::Dial {
        step: 2,
        outcome: DialOutcome::NoAnswer,
        leg: None,
        bridged: Some(false),
        seconds: None,
    };
    rung(call, minute, from, dial)
}

fn answered(call: &str, minute: &str, from: &str) -> Vec<LoggedEvent> {
    let leg = Some(super::leg("callee"));
    let dial = EventKind::Dial {
        step: 2,
        outcome: DialOutcome::Answered,
        leg,
        bridged: Some(true),
        seconds: Some(9),
    };
    let mut events = rung(call, minute, from, dial);
    let status = frontdesk_domain::call::LegStatus::Answered;
    let leg = super::leg("callee");
    let kind = EventKind::Leg { step: 2, position: 0, leg, status, seconds: None, sip_code: None };
    events.push(event(call, &format!("{minute}12.5Z"), kind));
    events
}

fn rung(call: &str, minute: &str, from: &str, dial: EventKind) -> Vec<LoggedEvent> {
    let number = DESK.parse().unwrap();
    let forward = "team".parse().unwrap();
    vec![
        started(call, &format!("{minute}00Z"), from),
        event(call, &format!("{minute}01Z"), EventKind::Menu { menu: "main".parse().unwrap(), step: 1 }),
        event(
            call,
            &format!("{minute}04Z"),
            EventKind::Forward { forward, step: 2, position: 0, number, screened: false },
        ),
        event(call, &format!("{minute}24Z"), dial),
        ended(call, &format!("{minute}30Z"), 30),
    ]
}

async fn legs(log: &impl CallLog, query: CallQuery) -> Vec<String> {
    let page = log.list(&CallQuery { limit: 100, ..query }).await.unwrap();
    page.calls.iter().map(|call| call.leg.id().to_owned()).collect()
}

async fn record(log: &impl CallLog, id: &str) -> CallRecord {
    let query = CallQuery { provider_id: Some(id.into()), ..CallQuery::newest(1) };
    log.list(&query).await.unwrap().calls.remove(0)
}

async fn missed_calls_and_voicemails_need_attention(log: &impl CallLog) {
    let attention = CallQuery { attention: true, ..CallQuery::default() };
    assert_eq!(legs(log, attention).await, ["v1", "m2", "m1"]);
    assert_eq!(legs(log, CallQuery { live: Some(true), ..CallQuery::default() }).await, ["now"]);
    assert_eq!(legs(log, CallQuery { live: Some(false), ..CallQuery::default() }).await.len(), 4);
    let ended = Some(frontdesk_domain::call::CallState::Ended);
    let contradiction = CallQuery { live: Some(true), state: ended, ..CallQuery::default() };
    assert_eq!(legs(log, contradiction).await.len(), 0);
    let reason = Some(Reason::NoAnswer);
    assert_eq!(legs(log, CallQuery { reason, ..CallQuery::default() }).await, ["m2", "m1"]);
    let destination = Some(DESK.to_owned());
    assert_eq!(legs(log, CallQuery { destination, ..CallQuery::default() }).await, ["m2", "a1", "m1"]);
    let menu = Some("main".to_owned());
    assert_eq!(legs(log, CallQuery { menu, ..CallQuery::default() }).await.len(), 3);
    assert_eq!(legs(log, CallQuery { mailbox: Some("x".into()), ..CallQuery::default() }).await.len(), 0);
}

async fn a_miss_is_resolved_by_a_later_conversation_only<L: CallLog + WorkStore>(log: &L) {
    let resolved = log.resolved_since(Change(0), 10).await.unwrap();
    let [only] = resolved.as_slice() else { panic!("only the earlier miss is resolved: {resolved:?}") };
    assert_eq!((only.missed.leg.id(), only.later), ("m1", record(log, "a1").await.id));
    let latest = log.latest_change().await.unwrap();
    assert_eq!(log.resolved_since(latest, 10).await.unwrap(), [], "nothing has changed since");
    let work = only.missed.work.after_later_call(only.later, time("2026-11-24T11:00:00Z")).unwrap();
    assert!(log.save_work(only.missed.id, &work).await.unwrap());
    assert_eq!(log.resolved_since(Change(0), 10).await.unwrap(), [], "a miss is resolved once");
}

async fn work_is_saved_once_per_version<L: CallLog + WorkStore>(log: &L) {
    let before = log.latest_change().await.unwrap();
    let call = record(log, "m2").await;
    let at = time("2026-11-24T12:00:00Z");
    let work = call.work.after(&WorkChange::Handle, "ann", at, BasedOn::Decisions(0)).unwrap().unwrap();
    assert!(log.save_work(call.id, &work).await.unwrap());
    assert!(!log.save_work(call.id, &work).await.unwrap(), "another change was saved first");
    let nobody = CallId::floor(time("2020-01-01T00:00:00Z"));
    assert!(!log.save_work(nobody, &Work { version: 1, ..Work::default() }).await.unwrap());
    let changed = log.changed_since(before, 10).await.unwrap();
    assert_eq!(changed.len(), 1, "readers see the change");
    let handled = changed[0].work.handled.as_ref().unwrap();
    assert_eq!((&handled.by, handled.at), (&HandledBy::Person("ann".into()), at));
    assert_eq!(legs(log, CallQuery { attention: true, ..CallQuery::default() }).await, ["v1"]);
    assert_eq!(legs(log, CallQuery { handled: Some(true), ..CallQuery::default() }).await, ["m2", "m1"]);
    assert_eq!(legs(log, CallQuery { handled: Some(false), ..CallQuery::default() }).await.len(), 3);
    let reopened = work.after(&WorkChange::Reopen, "ann", at, BasedOn::Decisions(1)).unwrap().unwrap();
    assert!(log.save_work(call.id, &reopened).await.unwrap());
    assert_eq!(legs(log, CallQuery { attention: true, ..CallQuery::default() }).await, ["v1", "m2"]);
    let of = |assignee: &str| CallQuery { assignee: Some(assignee.into()), ..CallQuery::default() };
    let assigned =
        reopened.after(&WorkChange::Assign("bob".into()), "ann", at, BasedOn::Decisions(2)).unwrap().unwrap();
    assert!(log.save_work(call.id, &assigned).await.unwrap());
    assert_eq!(legs(log, of("bob")).await, ["m2"]);
    assert_eq!(legs(log, of("ann")).await, Vec::<String>::new(), "not assigned to the user who assigned it");
    let reopened = assigned.after(&WorkChange::Release, "bob", at, BasedOn::Decisions(3)).unwrap().unwrap();
    assert!(log.save_work(call.id, &reopened).await.unwrap());
    assert_eq!(legs(log, of("bob")).await, Vec::<String>::new());
    let again = reopened.after(&WorkChange::Handle, "ann", at, BasedOn::Decisions(4)).unwrap().unwrap();
    assert!(log.save_work(call.id, &again).await.unwrap());
}

async fn call_events_do_not_change_follow_up(log: &impl CallLog) {
    let (recording, sound) = ("RE9".parse().unwrap(), frontdesk_domain::call::Sound::new(100, 0, &[0; 96]));
    let news = EventKind::VoicemailMeasured { recording, sound };
    log.append(vec![event("m2", "2026-11-24T13:00:00Z", news)]).await.unwrap();
    assert!(record(log, "m2").await.work.handled.is_some());
    assert_eq!(legs(log, CallQuery { attention: true, ..CallQuery::default() }).await, ["v1"]);
}

async fn calls_are_found_by_what_people_wrote<L: CallLog + WorkStore>(log: &L) {
    let mut call = record(log, "a1").await;
    let at = time("2026-11-24T12:30:00Z");
    for change in [
        WorkChange::Note("Wants a \"blue\" boiler, 50%".into()),
        WorkChange::Tag("Quote".into()),
        WorkChange::Played,
    ] {
        let work = call.work.after(&change, "bob", at, BasedOn::Decisions(0)).unwrap().unwrap();
        assert!(log.save_work(call.id, &work).await.unwrap());
        call.work = work;
    }
    assert_eq!(record(log, "a1").await.work, call.work, "read back as it was saved");
    let text = |text: &str| CallQuery { text: Some(TextMatch::of(text)), ..CallQuery::default() };
    for wanted in ["BOILER", "\"blue\"", "50%", "quote", "blue\" b"] {
        assert_eq!(legs(log, text(wanted)).await, ["a1"], "{wanted}");
    }
    assert_eq!(legs(log, text("blue boiler")).await, Vec::<String>::new());
    let named = |text: &str| {
        let callers = vec![BOB.to_owned()];
        CallQuery { text: Some(TextMatch { text: text.into(), callers }), ..CallQuery::default() }
    };
    assert_eq!(legs(log, named("boiler")).await, ["now", "v1", "a1"], "also by the names of their callers");
    assert_eq!(legs(log, named("no such text")).await, ["now", "v1"]);
    assert_eq!(legs(log, CallQuery { tag: Some("quote".into()), ..CallQuery::default() }).await, ["a1"]);
    let work = call
        .work
        .after(&WorkChange::Untag("quote".into()), "bob", at, BasedOn::Decisions(0))
        .unwrap()
        .unwrap();
    assert!(log.save_work(call.id, &work).await.unwrap());
    assert_eq!(legs(log, text("quote")).await, Vec::<String>::new());
    assert_eq!(legs(log, CallQuery { tag: Some("quote".into()), ..CallQuery::default() }).await.len(), 0);
}

async fn calls_are_counted_by_outcome<L: CallLog + CallFigures>(log: &L) {
    let all = log.tally(&CallQuery::default(), 100).await.unwrap();
    assert_eq!((all.all(), all.more), (5, false));
    assert_eq!((all.of(Some(Outcome::Missed)), all.of(Some(Outcome::Voicemail)), all.of(None)), (2, 1, 1));
    let ann = CallQuery { from: Some(ANN.into()), ..CallQuery::newest(1) };
    assert_eq!(log.tally(&ann, 100).await.unwrap().all(), 3, "the limit of a page does not count");
    assert!(log.tally(&ann, 2).await.unwrap().more, "there are more than two");
}

async fn what_caps_allow_is_counted<L: CallLog + CallFigures>(log: &L) {
    let usage = async |often| {
        let (day, hour) = (time("2026-11-24T00:00:00Z"), time("2026-11-24T09:10:00Z"));
        log.usage(day, hour, often).await.unwrap()
    };
    let before = usage(2).await;
    assert_eq!((before.forwards_now, before.forwards_today, before.forward_seconds_today), (0, 3, 9));
    assert_eq!(
        before.frequent_callers,
        [ANN.to_owned(), BOB.to_owned()].into(),
        "each twice within the hour"
    );
    assert_eq!(usage(3).await.frequent_callers, [].into());
    // A call that is being forwarded has no end yet; a call with a caller who is asked for a message is no longer being forwarded.
    let mut forwarded = answered("f1", "2026-11-24T11:00:", BOB);
    forwarded.retain(|logged| !matches!(logged.event.kind, EventKind::Ended(_) | EventKind::Dial { .. }));
    log.append(forwarded).await.unwrap();
    assert_eq!((usage(3).await.forwards_now, usage(3).await.forwards_today), (1, 4));
    let kind = EventKind::Mailbox {
        mailbox: "main".parse().unwrap(),
        step: 3,
        cause: frontdesk_domain::call::MailboxCause::NoAnswer,
    };
    log.append(vec![event("f1", "2026-11-24T11:00:40Z", kind)]).await.unwrap();
    assert_eq!((usage(3).await.forwards_now, usage(3).await.forwards_today), (0, 4));
    let tomorrow = time("2026-11-25T00:00:00Z");
    assert_eq!(log.usage(tomorrow, tomorrow, 1).await.unwrap(), Usage::default());
}

/// Calls in progress and calls of the span are found; a refused call without a reported end is not.
async fn admitted_calls_are_found_by_others<L: CallLog + CallFigures>(log: &L) {
    let admitted = async |since: &str, most| {
        let calls = log.admitted(time(since), most).await.unwrap();
        calls.into_iter().map(|call| (call.leg.id().to_owned(), call.was_forwarded)).collect::<Vec<_>>()
    };
    let refused = EventKind::Refused { why: frontdesk_domain::call::RefusalReason::Limit };
    let at = "2026-11-24T12:00:00Z";
    log.append(vec![started("r1", at, BOB), event("r1", at, refused)]).await.unwrap();
    // Its first request is not in the log yet.
    log.append(vec![event("u1", at, EventKind::CallerLeft { step: 1 })]).await.unwrap();
    let in_progress = admitted("2026-11-25T00:00:00Z", 100).await;
    assert!(in_progress.contains(&("f1".to_owned(), true)), "{in_progress:?}");
    assert!(!in_progress.iter().any(|(id, _)| id == "r1"), "{in_progress:?}");
    let all = admitted("2026-11-24T00:00:00Z", 100).await;
    assert!(all.len() > in_progress.len() && !all.iter().any(|(id, _)| id == "r1" || id == "u1"), "{all:?}");
    assert_eq!(admitted("2026-11-25T00:00:00Z", 1).await.len(), 1);
    let calls = log.admitted(time("2026-11-24T00:00:00Z"), 100).await.unwrap();
    assert!(calls.iter().any(|call| call.leg.id() == "f1" && call.from.as_text() == Some(BOB)));
}

async fn figures_count_every_call_once(log: &impl CallFigures) {
    let figures = log.figures(None, None).await.unwrap();
    let first = log.first_start().await.unwrap().unwrap();
    assert_eq!(log.figures(None, Some(first)).await.unwrap().quarters, []);
    assert_ne!(
        log.figures(None, Some(first + std::time::Duration::from_millis(1))).await.unwrap().quarters,
        []
    );
    let shown = |count: &QuarterCount| (count.began_at().to_string(), count.outcome, count.calls);
    let quarters: Vec<_> = figures.quarters.iter().map(shown).collect();
    let quarter = |time: &str, outcome, calls| (format!("2026-11-24T{time}:00Z"), outcome, calls);
    let mut expected = vec![
        quarter("09:00", Some(Outcome::Missed), 1),
        quarter("09:15", Some(Outcome::Answered), 1),
        quarter("10:00", None, 1),
        quarter("10:00", Some(Outcome::Voicemail), 1),
        quarter("10:00", Some(Outcome::Missed), 1),
    ];
    assert!(figures.quarters.is_sorted_by_key(QuarterCount::began_at), "in chronological order");
    let mut found = quarters;
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(figures.waits, [(12_500, 1)]);
    let mut destinations = figures.destinations;
    destinations.sort();
    assert_eq!(
        destinations,
        [(DESK.into(), Some(Outcome::Answered), 1), (DESK.into(), Some(Outcome::Missed), 2)]
    );
    let menus: u64 = figures.menus.iter().map(|(.., calls)| calls).sum();
    assert_eq!(menus, 3);
    let ann = FollowUp { done: 1, assigned: 0 };
    assert_eq!(figures.users, [("ann".into(), ann)], "calls that a later call resolved are not counted");
    let none = log.figures(Some(time("2026-11-25T00:00:00Z")), None).await.unwrap();
    assert!(none.users.is_empty() && none.carriers.is_empty());
    assert!(none.quarters.is_empty() && none.waits.is_empty() && none.menus.is_empty());
    let until = log.figures(None, Some(time("2026-11-24T09:20:00Z"))).await.unwrap();
    assert_eq!(until.quarters.len(), 1, "until is exclusive");
    assert_eq!(log.days_changed(Change(0)).await.unwrap(), [20_781].into(), "all began on one day");
    assert_eq!(log.days_changed(Change(u64::from(u32::MAX))).await.unwrap(), [].into());
}

async fn calls_of_each_carrier_are_found_and_counted<L: CallLog + WorkStore + CallFigures>(log: &L) {
    // Two carriers may use the same id for different calls.
    let leg = frontdesk_domain::LegId::new("line", "m1").unwrap();
    let mut call = started("m1", "2026-11-24T14:00:00Z", BOB);
    call.event.call = leg.clone();
    log.append(vec![call]).await.unwrap();
    let of = |provider: &str| CallQuery { provider: Some(provider.into()), ..CallQuery::newest(100) };
    let found = log.list(&of("line")).await.unwrap().calls;
    assert_eq!(found.iter().map(|call| &call.leg).collect::<Vec<_>>(), [&leg]);
    assert_eq!(legs(log, of("test")).await.len(), 6);
    assert_eq!(legs(log, of("another")).await.len(), 0);
    let both = CallQuery { provider_id: Some("m1".into()), ..CallQuery::newest(100) };
    assert_eq!(log.list(&both).await.unwrap().calls.len(), 2);
    let work = found[0].work.after(&WorkChange::Claim, "ann", time("2026-11-24T14:01:00Z"), BasedOn::Latest);
    assert!(log.save_work(found[0].id, &work.unwrap().unwrap()).await.unwrap());
    let figures = log.figures(None, None).await.unwrap();
    let calls = |carrier: &str| {
        let of_carrier = figures.carriers.iter().filter(|(name, ..)| name == carrier);
        of_carrier.map(|(_, outcome, calls)| (*outcome, *calls)).collect::<Vec<_>>()
    };
    assert_eq!(calls("line"), [(None, 1)]);
    assert!(calls("test").contains(&(Some(Outcome::Missed), 2)), "{:?}", figures.carriers);
    assert_eq!(figures.users, [("ann".into(), FollowUp { done: 1, assigned: 1 })]);
}
