//! Calls in which the carrier's clock and ours differ.
use frontdesk_domain::call::{LegStatus, Timeline};
use frontdesk_domain::{Call, CallEvent, EventKind, Facts};
use jiff::SignedDuration;

use crate::desk::{CALLER, FIRST, TestCall};

/// The events of a call as they are logged when our clock is ahead by some seconds.
fn skewed(desk: &TestCall, ahead: i64) -> Facts {
    let ours = |event: &CallEvent| {
        !matches!(event.kind, EventKind::Leg { .. } | EventKind::Ended(_) | EventKind::Recovered(_))
    };
    let events: Vec<CallEvent> = desk
        .events
        .iter()
        .map(|event| {
            let by = SignedDuration::from_secs(ahead);
            let here = event.at.checked_add(by).unwrap();
            if ours(event) {
                CallEvent { at: here, ..event.clone() }
            } else {
                CallEvent { received_at: Some(here), ..event.clone() }
            }
        })
        .collect();
    Facts::of(&events)
}

fn answered() -> TestCall {
    TestCall::new(&[FIRST], true)
        .called_by(CALLER)
        .presses("1")
        .rings(6)
        .picks_up()
        .callee_presses("1")
        .after(30)
        .leg_is(LegStatus::Completed, Some(34), None)
        .dial_over(frontdesk_domain::call::DialOutcome::Answered, Some(true), Some(34), false)
        .ends("completed", 45)
}

fn voicemail() -> TestCall {
    TestCall::new(&[FIRST], true).called_by(CALLER).presses("2").leaves_message(8).ends("completed", 20)
}

#[test]
fn times_are_corrected_whichever_clock_is_ahead() {
    for (name, desk) in [("answered", answered()), ("voicemail", voicemail())] {
        let truth = Call::of(&skewed(&desk, 0));
        let order: Vec<String> =
            skewed(&desk, 0).in_one_clock().story().iter().map(|(id, _)| (*id).to_owned()).collect();
        for ahead in [-120, -30, 30, 120, 3600] {
            let facts = skewed(&desk, ahead);
            let call = Call::of(&facts);
            let near = |a: Option<frontdesk_domain::Timestamp>, b: Option<frontdesk_domain::Timestamp>| {
                a.zip(b).is_none_or(|(a, b)| a.duration_since(b).abs() <= SignedDuration::from_secs(2))
            };
            assert!(near(call.started_at, truth.started_at), "{name} {ahead}: {call:#?}");
            assert!(near(call.answered_at, truth.answered_at), "{name} {ahead}: {call:#?}");
            assert!(call.ended_at >= call.started_at);
            assert_eq!(call.ended_at, truth.ended_at);
            assert_eq!(call.verdict, truth.verdict);
            assert_eq!(
                (call.duration_seconds, call.talk_seconds, call.ring_seconds, call.menu_seconds),
                (truth.duration_seconds, truth.talk_seconds, truth.ring_seconds, truth.menu_seconds),
                "{name} {ahead}"
            );
            let corrected = facts.in_one_clock();
            let sorted: Vec<String> = corrected.story().iter().map(|(id, _)| (*id).to_owned()).collect();
            assert_eq!(sorted, order, "{name} {ahead}");
            assert!(Timeline::of(&facts, call.ended_at.unwrap()).is_some());
        }
    }
}

#[test]
fn a_call_ends_after_it_began_even_if_the_offset_is_unknown() {
    let desk = TestCall::new(&[FIRST], true).called_by(CALLER).ends("completed", 0);
    for ahead in [-120, 120] {
        let call = Call::of(&skewed(&desk, ahead));
        assert!(call.ended_at >= call.started_at, "{ahead}: {call:#?}");
    }
}

/// A callback that arrives late does not mean that the clocks differ.
#[test]
fn a_late_report_moves_nothing() {
    let desk = voicemail();
    let late = SignedDuration::from_secs(90);
    let events: Vec<CallEvent> = desk
        .events
        .iter()
        .map(|event| match event.kind {
            EventKind::Ended(_) => {
                CallEvent { received_at: event.at.checked_add(late).ok(), ..event.clone() }
            }
            _ => event.clone(),
        })
        .collect();
    assert_eq!(Call::of(&Facts::of(&events)).started_at, Call::of(&Facts::of(&desk.events)).started_at);
}

#[test]
fn connected_is_when_it_happened_and_not_when_it_was_reported() {
    let desk = answered();
    let facts = Facts::of(&desk.events);
    let corrected = facts.in_one_clock();
    let story = corrected.story();
    let bridged = story.iter().find(|(_, event)| matches!(event.kind, EventKind::Bridged { .. })).unwrap();
    assert_eq!(Some(bridged.1.at), Call::of(&facts).answered_at);
}

/// A simulated call runs faster than the server's clock: ten minutes of it may take one second.
#[test]
fn a_call_that_reports_all_of_its_times_keeps_them() {
    for desk in [answered(), voicemail()] {
        let arrived = desk.events.first().map(|event| event.at);
        let events = desk.events.iter().map(|event| CallEvent { received_at: arrived, ..event.clone() });
        let facts = Facts::of(&events.collect::<Vec<_>>());
        assert_eq!(Call::of(&facts), Call::of(&Facts::of(&desk.events)));
    }
}
