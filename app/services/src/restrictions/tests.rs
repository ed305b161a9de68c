//! Caps are compared with the usage in the log and the usage since it was read.
use adapters_memory::{ManualClock, MemoryLog, MemoryOverrides, SeededIds};
use frontdesk_domain::call::RefusalReason;
use frontdesk_domain::{CallEvent, EventKind, Parties};
use frontdesk_ports::{AdmittedCall, Blocked, CallLog, Closed};

use super::*;

const CALLER: &str = "+33123456789";

struct Desk {
    clock: Arc<ManualClock>,
    restrictions: Restrictions,
    store: Arc<MemoryOverrides>,
    log: Arc<MemoryLog>,
}

fn desk(caps: Caps) -> Desk {
    let clock = Arc::new(ManualClock::at("2026-11-22T12:00:00Z".parse().unwrap()));
    let log = Arc::new(MemoryLog::new(clock.clone(), Arc::new(SeededIds::default())));
    let store = Arc::new(MemoryOverrides::default());
    let restrictions = Restrictions::new(store.clone(), log.clone(), caps, TimeZone::UTC, clock.clone());
    Desk { clock, restrictions, store, log }
}

fn caller() -> CallerId {
    CallerId::read(CALLER)
}

async fn call(log: &MemoryLog, id: &str) {
    let parties = Parties { from: caller(), to: "+15556667777".into(), from_name: None, from_place: None };
    let at = "2026-11-22T11:30:00Z".parse().unwrap();
    let call = format!("test:{id}").parse().unwrap();
    log.append(vec![CallEvent { call, at, kind: EventKind::Started(parties), received_at: None }.into()])
        .await
        .unwrap();
}

#[tokio::test]
async fn overrides_apply_after_a_refresh_and_stay_while_the_store_is_unavailable() {
    let desk = desk(Caps::default());
    let until = "2026-11-22T14:00:00Z".parse().unwrap();
    let from = "2026-11-22T12:00:00Z".parse().unwrap();
    let closure = Closure { from, until, say: None };
    desk.store.set_closed(Some(&Closed { closure: closure.clone(), by: "ann".into() })).await.unwrap();
    desk.store.block(&Blocked { caller: CallerId::read(CALLER), by: "ann".into(), at: from }).await.unwrap();
    assert_eq!(
        desk.restrictions.of(&caller(), ""),
        CallRestrictions::default(),
        "nothing is known before the first refresh"
    );
    desk.restrictions.refresh().await.unwrap();
    let restrictions = desk.restrictions.of(&caller(), "");
    assert_eq!((restrictions.is_blocked, restrictions.closure), (true, Some(closure)));
    assert!(!desk.restrictions.of(&CallerId::Withheld, "").is_blocked);
}

#[tokio::test]
async fn forwards_count_immediately() {
    let desk = desk(Caps { forwards_a_day: Some(2), ..Caps::default() });
    desk.restrictions.refresh().await.unwrap();
    desk.restrictions.forwarded();
    assert!(!desk.restrictions.of(&caller(), "").may_not_forward);
    desk.restrictions.forwarded();
    assert!(desk.restrictions.of(&caller(), "").may_not_forward);
}

#[tokio::test]
async fn a_forward_counts_until_the_log_has_it() {
    let desk = desk(Caps { concurrent_forwards: Some(1), ..Caps::default() });
    desk.restrictions.refresh().await.unwrap();
    desk.restrictions.forwarded();
    // The announcement is played; the log knows no forward yet.
    desk.clock.advance(Duration::from_secs(3));
    desk.restrictions.refresh().await.unwrap();
    assert!(desk.restrictions.of(&caller(), "").may_not_forward);
    desk.clock.advance(Duration::from_secs(10));
    desk.restrictions.refresh().await.unwrap();
    assert!(!desk.restrictions.of(&caller(), "").may_not_forward, "it never rang");
}

#[tokio::test]
async fn without_the_log_counted_forwards_expire() {
    let caps = Caps { concurrent_forwards: Some(2), calls_a_caller_an_hour: Some(3), ..Caps::default() };
    let desk = desk(caps);
    for id in ["a", "b", "c"] {
        call(&desk.log, id).await;
    }
    desk.restrictions.refresh().await.unwrap();
    let restrictions = || desk.restrictions.of(&caller(), "");
    assert!(restrictions().calls_too_often);
    desk.restrictions.forwarded();
    desk.restrictions.forwarded();
    assert!(restrictions().may_not_forward);
    // No refresh succeeds from here on.
    desk.clock.advance(Duration::from_secs(11 * 60));
    assert!(!restrictions().may_not_forward, "conversations have ended meanwhile");
    desk.clock.advance(Duration::from_secs(50 * 60));
    assert!(!restrictions().calls_too_often, "those calls are more than an hour old");
}

#[tokio::test]
async fn a_caller_is_refused_once_the_cap_is_reached() {
    let desk = desk(Caps { calls_a_caller_an_hour: Some(3), ..Caps::default() });
    for id in ["a", "b"] {
        call(&desk.log, id).await;
    }
    desk.restrictions.refresh().await.unwrap();
    assert!(!desk.restrictions.of(&caller(), "").calls_too_often);
    call(&desk.log, "c").await;
    desk.restrictions.refresh().await.unwrap();
    assert!(desk.restrictions.of(&caller(), "").calls_too_often);
    assert!(!desk.restrictions.of(&CallerId::read("+33123456780"), "").calls_too_often);
    // A burst between two refreshes.
    let other = CallerId::read("+33123456781");
    for _ in 0..3 {
        desk.restrictions.called(&other, "");
    }
    assert!(desk.restrictions.of(&other, "").calls_too_often);
}

#[tokio::test]
async fn a_call_that_another_instance_admitted_is_known_and_a_repeat_of_its_request_counts_no_more() {
    let desk = desk(Caps { calls_a_caller_an_hour: Some(1), ..Caps::default() });
    let leg = |id: &str| format!("test:{id}").parse().unwrap();
    call(&desk.log, "a").await;
    call(&desk.log, "b").await;
    let refused = EventKind::Refused { why: RefusalReason::Limit };
    desk.log.append(vec![CallEvent::new(leg("b"), desk.clock.now(), refused).into()]).await.unwrap();
    desk.restrictions.refresh().await.unwrap();
    assert!(desk.restrictions.of(&caller(), "").calls_too_often);
    assert_eq!(desk.restrictions.recent().get(&leg("a")).map(|call| call.from), Some(caller()));
    assert!(!desk.restrictions.recent().remember(&leg("a"), &caller()), "a repeat");
    assert_eq!(desk.restrictions.recent().get(&leg("b")), None, "a refused call is not remembered");
    // The events that a killed server had buffered are in the log a moment after the start.
    call(&desk.log, "late").await;
    desk.clock.advance(Duration::from_secs(3));
    desk.restrictions.refresh().await.unwrap();
    assert!(desk.restrictions.recent().get(&leg("late")).is_some());
    desk.clock.advance(Duration::from_secs(10));
    call(&desk.log, "c").await;
    desk.restrictions.refresh().await.unwrap();
    assert_eq!(
        desk.restrictions.recent().get(&leg("c")),
        None,
        "without other instances, all calls since the start are its own"
    );
    let beside = desk.restrictions.beside_others(true);
    beside.refresh().await.unwrap();
    assert!(beside.recent().get(&leg("c")).is_some());
}

#[test]
fn phones_take_turns_over_the_forwards_of_an_instance() {
    let recent = RecentCalls::default();
    let call = |id: &str| AdmittedCall {
        leg: format!("test:{id}").parse().unwrap(),
        from: caller(),
        was_forwarded: true,
    };
    recent.remember(&call("own").leg, &caller());
    assert!(recent.mark_forwarded(&call("own").leg));
    recent.learn(call("of-another"));
    assert_eq!(recent.rotation(&call("next").leg), 1, "forwards of other instances do not count");
    recent.learn(call("own"));
    assert_eq!(recent.rotation(&call("own").leg), 0, "a repeat gets the same rotation");
    assert!(!recent.mark_forwarded(&call("of-another").leg), "and is not counted again");
}
