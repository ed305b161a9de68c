//! Repairs from the carrier's own records: lost requests, lost calls, lost ends.
use frontdesk_domain::call::{
    CallState, CarrierCall, CarrierRecord, CopyFate, LegStatus, RecordedLeg, RecordedMessage,
    RecordingStatus, VoicemailStatus,
};
use frontdesk_domain::{Call, CallEvent, CallerId, Effect, EventKind, Facts, Parties, Timestamp};
use proptest::prelude::*;

use crate::desk::{CALLER, FIRST, MAIN, TestCall, sample_calls};

fn time(text: &str) -> Timestamp {
    format!("2026-11-22T{text}Z").parse().unwrap()
}

fn leg(id: &str, number: &str, status: LegStatus, seconds: u32) -> RecordedLeg {
    RecordedLeg {
        leg: format!("test:{id}").parse().unwrap(),
        number: number.parse().ok(),
        status,
        seconds: Some(seconds),
        ended_at: Some(time("09:00:50")),
    }
}

fn message(seconds: u32) -> RecordedMessage {
    RecordedMessage {
        recording: "RE1".parse().unwrap(),
        status: RecordingStatus::Completed,
        seconds: Some(seconds),
        at: Some(time("09:00:40")),
    }
}

fn record(legs: Vec<RecordedLeg>, messages: Vec<RecordedMessage>) -> CarrierCall {
    CarrierCall {
        call: TestCall::call(),
        record: CarrierRecord {
            status: "completed".into(),
            failed: false,
            seconds: Some(60),
            started_at: Some(time("09:00:00")),
            ended_at: Some(time("09:01:00")),
            parties: Parties {
                from: CallerId::read(CALLER),
                to: MAIN.into(),
                from_name: None,
                from_place: None,
            },
            legs,
        },
        messages,
    }
}

/// The row of a call with these events after it was repaired from the carrier's record.
fn repaired(events: &[CallEvent], record: &CarrierCall) -> Call {
    let mut facts = Facts::of(events);
    for event in record.repairs(&facts) {
        facts.absorb(&event);
    }
    assert!(record.repairs(&facts).is_empty(), "a second repair changes nothing");
    Call::of(&facts)
}

fn verdict(call: &Call) -> String {
    call.verdict.as_ref().map_or_else(|| "none".into(), |v| format!("{}/{}", v.outcome, v.reason))
}

#[test]
fn a_call_that_never_arrived_is_recovered_from_the_carriers_record() {
    let talked = repaired(&[], &record(vec![leg("CA2", FIRST, LegStatus::Completed, 30)], vec![]));
    assert_eq!(verdict(&talked), "answered/carrier_record");
    assert_eq!((talked.talk_seconds, talked.duration_seconds), (Some(30), Some(60)));
    assert_eq!(talked.forwarded_to.unwrap().as_str(), FIRST);
    assert_eq!(talked.started_at, Some(time("09:00:00")));
    assert_eq!(talked.parties.unwrap().to, MAIN);

    let rung = vec![leg("CA2", FIRST, LegStatus::NoAnswer, 0)];
    assert_eq!(verdict(&repaired(&[], &record(rung.clone(), vec![]))), "missed/no_answer");
    assert_eq!(verdict(&repaired(&[], &record(rung, vec![message(9)]))), "voicemail/after_no_answer");
    assert_eq!(verdict(&repaired(&[], &record(vec![], vec![message(9)]))), "voicemail/carrier_record");
    assert_eq!(verdict(&repaired(&[], &record(vec![], vec![]))), "abandoned/carrier_record");
    let silent = vec![leg("CA2", FIRST, LegStatus::Completed, 0)];
    assert_eq!(verdict(&repaired(&[], &record(silent, vec![]))), "missed/no_answer");
}

#[test]
fn a_recording_without_callback_is_fetched() {
    let desk = TestCall::screened().presses("2");
    let mut facts = desk.facts();
    let found = record(vec![], vec![message(9)]);
    let effects: Vec<Effect> = found.repairs(&facts).iter().flat_map(|event| facts.absorb(event)).collect();
    assert!(matches!(effects.as_slice(), [Effect::FetchRecording { .. }]), "{effects:?}");
    assert_eq!(verdict(&Call::of(&facts)), "voicemail/chosen");
}

#[test]
fn a_completed_leg_without_acceptance_is_not_a_conversation() {
    // The leg lasted 30 s, but no callee accepted, so the record does not count as a conversation.
    let desk = TestCall::screened().presses("1").rings(20).picks_up().callee_stays_silent();
    let row =
        repaired(&desk.events, &record(vec![leg("CA-callee-1", FIRST, LegStatus::Completed, 30)], vec![]));
    assert_eq!(verdict(&row), "missed/declined");
}

#[test]
fn a_lost_end_of_a_conversation_is_repaired() {
    let desk = TestCall::screened().presses("1").rings(6).picks_up().callee_presses("1");
    assert_eq!(desk.row().state, CallState::InProgress);
    let row =
        repaired(&desk.events, &record(vec![leg("CA-callee-1", FIRST, LegStatus::Completed, 32)], vec![]));
    assert_eq!((verdict(&row).as_str(), row.talk_seconds), ("answered/accepted", Some(30)));
    assert_eq!(row.ended_at, Some(time("09:01:00")));
}

#[test]
fn a_call_without_an_end_is_closed_as_unknown_and_corrected_by_later_events() {
    let closed = |desk: TestCall| {
        let mut events = desk.events;
        events.push(CallEvent {
            call: TestCall::call(),
            at: time("21:00:00"),
            kind: EventKind::Closed,
            received_at: None,
        });
        events
    };
    let in_menu = closed(TestCall::screened());
    let row = Call::of(&Facts::of(&in_menu));
    assert_eq!(
        (verdict(&row).as_str(), row.state, row.ended_at),
        ("abandoned/unknown", CallState::Ended, None)
    );
    let ringing = closed(TestCall::screened().presses("1").rings(3));
    assert_eq!(verdict(&Call::of(&Facts::of(&ringing))), "missed/unknown");
    let talked =
        closed(TestCall::screened().presses("1").rings(6).picks_up().callee_presses("1").talk(9, 9, false));
    assert_eq!(verdict(&Call::of(&Facts::of(&talked))), "answered/accepted");
    let corrected = repaired(&in_menu, &record(vec![], vec![]));
    assert_eq!(
        (verdict(&corrected).as_str(), corrected.ended_at),
        ("abandoned/in_menu", Some(time("09:01:00")))
    );
}

#[test]
fn a_failed_message_can_be_retried() {
    let desk = TestCall::screened().presses("2").leaves_message(9).ends("completed", 20);
    let mut facts = desk.facts();
    let recording: frontdesk_domain::RecordingId = "RE1".parse().unwrap();
    let mut apply = |kind: EventKind| {
        let effects = facts.absorb(&CallEvent {
            call: TestCall::call(),
            at: time("10:00:00"),
            kind,
            received_at: None,
        });
        (Call::of(&facts).voicemail.unwrap().status, effects.len())
    };
    let failed =
        |round| EventKind::VoicemailFailed { recording: recording.clone(), why: "gone".into(), round };
    let retried = |round| EventKind::VoicemailRetried { recording: recording.clone(), round };
    assert_eq!(apply(failed(0)).0, VoicemailStatus::Failed);
    assert_eq!(apply(retried(1)), (VoicemailStatus::Pending, 1));
    assert_eq!(apply(failed(1)).0, VoicemailStatus::Failed, "the retry failed as well");
    assert_eq!(apply(retried(1)), (VoicemailStatus::Failed, 0), "a repeated request is not another retry");
    assert_eq!(apply(retried(2)), (VoicemailStatus::Pending, 1));
}

#[test]
fn the_carriers_copy_is_deleted_once_and_only_when_it_is_unwanted() {
    let desk = TestCall::screened().presses("2").leaves_message(9).ends("completed", 20);
    let mut facts = desk.facts();
    let recording: frontdesk_domain::RecordingId = "RE1".parse().unwrap();
    let mut apply = |fate| {
        let kind = EventKind::CarrierCopy { recording: recording.clone(), fate };
        let effects = facts.absorb(&CallEvent {
            call: TestCall::call(),
            at: time("10:00:00"),
            kind,
            received_at: None,
        });
        effects.into_iter().filter(|effect| matches!(effect, Effect::DeleteCarrierCopy { .. })).count()
    };
    assert_eq!(apply(CopyFate::Unwanted), 1);
    assert_eq!(apply(CopyFate::Unwanted), 0);
    assert_eq!(apply(CopyFate::Deleted), 0);
    assert!(facts.effects().iter().all(|effect| matches!(effect, Effect::FetchRecording { .. })));
}

proptest! {
    /// Regardless of which events are lost, the carrier's record ends the call once, in any order of events.
    #[test]
    fn the_carriers_record_ends_every_call_regardless_of_lost_events(
        story in 0..sample_calls().len(), keep in any::<u64>(), with_message in any::<bool>(),
        status in prop::sample::select(vec![LegStatus::Completed, LegStatus::Busy, LegStatus::NoAnswer]),
        seconds in 0u32..100,
    ) {
        let (_, desk) = &sample_calls()[story];
        let known: Vec<CallEvent> =
            desk.events.iter().enumerate().filter(|(i, _)| keep >> (i % 64) & 1 == 1).map(|(_, e)| e.clone()).collect();
        let messages = if with_message { vec![message(9)] } else { vec![] };
        let record_of_carrier = record(vec![leg("CA-callee-1", FIRST, status, seconds)], messages);
        let row = repaired(&known, &record_of_carrier);
        prop_assert_eq!(row.state, CallState::Ended);
        prop_assert!(row.verdict.is_some_and(|verdict| !verdict.evidence.is_empty()));
        prop_assert_eq!(row.duration_seconds, Some(60));
        prop_assert!(!with_message || row.voicemail.is_some());
        // The same events, but with the record first.
        let mut first = Facts::default();
        for event in record_of_carrier.repairs(&Facts::of(&known)).iter().chain(&known) {
            first.absorb(event);
        }
        prop_assert_eq!(Call::of(&first), repaired(&known, &record_of_carrier));
    }
}
