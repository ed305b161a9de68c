//! Phones that ring at once: which one counts as answered, for different reports of the carrier about their legs.
use frontdesk_domain::call::{DialOutcome, Ending, LegStatus, PhoneEnd};
use frontdesk_domain::{Call, CallEvent, EventKind, Facts, LegId, Parties};

use crate::desk::{CALLER, FIRST, MAIN, SECOND};

fn leg(name: &str) -> LegId {
    LegId::new("test", name).unwrap()
}

fn event(kind: EventKind) -> CallEvent {
    CallEvent { call: leg("CA1"), at: "2026-11-22T09:00:00Z".parse().unwrap(), kind, received_at: None }
}

/// The facts of a call in which two phones ring at once, followed by these events.
fn facts(then: Vec<EventKind>) -> Facts {
    let from = frontdesk_domain::CallerId::read(CALLER);
    let parties = Parties { from, to: MAIN.into(), from_name: None, from_place: None };
    let forward = |position, number: &str| {
        let (forward, number) = ("team".parse().unwrap(), number.parse().unwrap());
        EventKind::Forward { forward, step: 2, position, number, screened: false }
    };
    let ended = Ending { seconds: Some(60), ..Ending::new("completed") };
    let mut kinds = vec![EventKind::Started(parties), forward(0, FIRST), forward(1, SECOND)];
    kinds.extend(then);
    kinds.push(EventKind::Ended(ended));
    let events: Vec<CallEvent> = kinds.into_iter().map(event).collect();
    Facts::of(&events)
}

fn leg_is(position: u8, status: LegStatus) -> EventKind {
    let name = format!("CA-callee-{position}");
    EventKind::Leg { step: 2, position, leg: leg(&name), status, seconds: None, sip_code: None }
}

fn dial(outcome: DialOutcome, of: Option<&str>) -> EventKind {
    let bridged = Some(outcome == DialOutcome::Answered);
    EventKind::Dial { step: 2, outcome, leg: of.map(leg), bridged, seconds: Some(30) }
}

fn ends(facts: &Facts) -> Vec<&'static str> {
    facts.rung().iter().map(|phone| phone.end.as_str()).collect()
}

#[test]
fn the_phone_that_picked_up_has_the_call_and_the_other_stopped_ringing() {
    let facts_of_call = facts(vec![
        leg_is(0, LegStatus::Ringing),
        leg_is(1, LegStatus::Ringing),
        leg_is(1, LegStatus::Answered),
        leg_is(0, LegStatus::Canceled),
        dial(DialOutcome::Answered, Some("CA-callee-1")),
    ]);
    assert_eq!(ends(&facts_of_call), ["elsewhere", "taken"]);
    let call = Call::of(&facts_of_call);
    assert_eq!(call.forwarded_to.unwrap().as_str(), SECOND);
    assert_eq!(call.verdict.unwrap().outcome.as_str(), "answered");
}

#[test]
fn without_leg_reports_exactly_one_phone_counts_as_answered() {
    let silent = facts(vec![dial(DialOutcome::Answered, Some("CA-unheard-of"))]);
    let taken = ends(&silent).iter().filter(|end| **end == PhoneEnd::Taken.as_str()).count();
    assert_eq!(taken, 1, "{:?}", ends(&silent));
    // The first phone was busy, so the second one answered.
    let facts_of_call =
        facts(vec![leg_is(0, LegStatus::Busy), dial(DialOutcome::Answered, Some("CA-unheard-of"))]);
    assert_eq!(Call::of(&facts_of_call).forwarded_to.unwrap().as_str(), SECOND);
}

#[test]
fn when_no_phone_is_picked_up_each_ends_by_its_leg_status() {
    let facts_of_call = facts(vec![
        leg_is(0, LegStatus::Busy),
        leg_is(1, LegStatus::Ringing),
        dial(DialOutcome::NoAnswer, Some("CA-callee-0")),
    ]);
    assert_eq!(
        ends(&facts_of_call),
        ["no_answer", "no_answer"],
        "the carrier's outcome of the attempt applies to the whole group"
    );
    assert_eq!(Call::of(&facts_of_call).verdict.unwrap().outcome.as_str(), "missed");
}
