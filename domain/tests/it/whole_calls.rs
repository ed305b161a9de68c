//! Whole calls as short scripts, and the resulting rows.
use frontdesk_domain::call::{
    Activity, CallState, DialOutcome, HungUpBy, LegStatus, RecordingStatus, VoicemailStatus,
};
use frontdesk_domain::{Call, CallerId, Effect, EventKind, Facts};

use crate::desk::{CALLER, FIRST, SECOND, TestCall};

#[test]
fn an_accepted_call_is_answered_and_has_distinct_durations() {
    let desk = TestCall::screened().presses("1").rings(6).picks_up().callee_presses("1").talk(30, 32, false);
    let row = desk.ends("completed", 45).row();
    let verdict = row.verdict.expect("it has ended");
    assert_eq!((verdict.outcome.as_str(), verdict.reason.as_str()), ("answered", "accepted"));
    assert_eq!((row.ring_seconds, row.talk_seconds, row.menu_seconds), (Some(6), Some(30), Some(3)));
    assert_eq!(row.duration_seconds, Some(45));
    assert_eq!(row.forwarded_to.expect("a phone").as_str(), FIRST);
    assert!(verdict.evidence.iter().any(|e| e.ends_with(":accepted")), "{:?}", verdict.evidence);
    assert!(verdict.evidence.iter().any(|e| e.starts_with("bridged")), "{:?}", verdict.evidence);
}

#[test]
fn who_hung_up_follows_from_what_came_before_the_end() {
    let ended = |desk: TestCall| desk.ends("completed", 45).row().hung_up_by;
    let talk = |caller_hangs_up| {
        TestCall::screened().presses("1").rings(6).picks_up().callee_presses("1").talk(
            30,
            32,
            caller_hangs_up,
        )
    };
    assert_eq!(ended(talk(false)), Some(HungUpBy::Callee));
    assert_eq!(ended(talk(true)), Some(HungUpBy::Caller));
    assert_eq!(talk(false).row().hung_up_by, None, "not before the call is over");
    assert_eq!(ended(TestCall::screened()), None, "unknown for a call that ends in a menu");
    assert_eq!(ended(TestCall::screened().presses("1").rings_out()), None);
}

#[test]
fn unscreened_call_is_answered_by_the_bridge_alone_even_of_no_length() {
    let desk = TestCall::unscreened().presses("1").rings(2).picks_up().talk(0, 0, true).ends("completed", 5);
    assert_eq!(desk.verdict(), "answered/bridged");
    assert_eq!(desk.row().talk_seconds, Some(0));
}

#[test]
fn a_mobiles_voicemail_does_not_take_the_call() {
    let desk = TestCall::screened().presses("1").rings(20).picks_up();
    let desk = desk.callee_stays_silent().callee_stays_silent().callee_stays_silent();
    let desk = desk.dial_over(DialOutcome::Answered, Some(false), Some(30), false).leaves_message(10);
    let desk = desk.recording_is(RecordingStatus::Completed, Some(10)).ends("completed", 70);
    assert_eq!(desk.verdict(), "voicemail/after_not_accepted");
    assert_eq!(desk.row().talk_seconds, None);
}

#[test]
fn never_accepted_and_no_message_is_missed() {
    let desk = TestCall::screened().presses("1").rings(20).picks_up();
    let desk = desk.callee_stays_silent().callee_stays_silent().callee_stays_silent();
    let desk = desk.dial_over(DialOutcome::Answered, Some(false), Some(30), false).ends("completed", 70);
    assert_eq!(desk.verdict(), "missed/not_accepted");
}

#[test]
fn each_unanswered_outcome_has_its_own_reason() {
    let rung = || TestCall::screened().presses("1");
    let with_message = |desk: TestCall| desk.leaves_message(5).ends("completed", 40).verdict();
    let without = |desk: TestCall| desk.ends("completed", 30).verdict();
    let fails = |desk: TestCall| {
        desk.leg_is(LegStatus::Failed, None, Some(404)).dial_over(DialOutcome::Failed, None, None, false)
    };
    // Called twice: with the caller's number, and then with ours.
    let failed = || fails(fails(rung()));
    let declined = || {
        rung().rings(3).picks_up().callee_presses("2").dial_over(
            DialOutcome::Answered,
            Some(false),
            None,
            false,
        )
    };
    let hung_up = || rung().rings(3).picks_up().dial_over(DialOutcome::Answered, Some(false), None, false);
    let rejected_by_phone = || {
        rung().rings(3).leg_is(LegStatus::Declined, None, Some(603)).dial_over(
            DialOutcome::NoAnswer,
            None,
            None,
            false,
        )
    };
    for (desk, left, none) in [
        (rung().rings_out(), "after_no_answer", "no_answer"),
        (rung().busy(), "after_busy", "busy"),
        (failed(), "after_failure", "unreachable"),
        (declined(), "after_decline", "declined"),
        (hung_up(), "after_decline", "declined"),
        (rejected_by_phone(), "after_decline", "declined"),
    ] {
        assert_eq!(without(desk.clone()), format!("missed/{none}"));
        assert_eq!(with_message(desk), format!("voicemail/{left}"));
    }
}

#[test]
fn a_list_is_judged_by_the_last_one_tried() {
    let desk = TestCall::new(&[FIRST, SECOND], true).called_by(CALLER).presses("1").busy().rings_out();
    let desk = desk.leaves_message(4).ends("completed", 60);
    assert_eq!(desk.verdict(), "voicemail/after_no_answer");
    assert_eq!(desk.row().forwarded_to.expect("rung").as_str(), SECOND);
    assert_eq!(desk.row().ring_seconds, Some(21));
}

#[test]
fn who_took_the_call_is_named_not_who_was_rung_first() {
    let desk = TestCall::new(&[FIRST, SECOND], true).called_by(CALLER).presses("1").busy();
    let desk = desk.rings(3).picks_up().callee_presses("1").talk(20, 22, false).ends("completed", 40);
    assert_eq!(
        (desk.verdict().as_str(), desk.row().forwarded_to.expect("one").as_str()),
        ("answered/accepted", SECOND)
    );
}

#[test]
fn hanging_up_at_any_point_gives_the_right_outcome() {
    let early = TestCall::new(&[FIRST], true).ends("canceled", 0);
    assert_eq!(early.verdict(), "abandoned/early");
    assert_eq!(TestCall::screened().ends("completed", 2).verdict(), "abandoned/in_menu");
    assert_eq!(TestCall::screened().presses("9").ends("completed", 6).verdict(), "abandoned/in_menu");
    let during_the_announcement = TestCall::screened().presses("1").ends("completed", 6);
    assert_eq!(during_the_announcement.verdict(), "abandoned/in_menu");
    assert_eq!(during_the_announcement.row().forwarded_to, None);
    let ringing = TestCall::screened().presses("1").rings(5);
    let gone = ringing.dial_over(DialOutcome::NoAnswer, None, None, true);
    assert_eq!(gone.ends("completed", 10).verdict(), "missed/caller_gave_up");
    assert_eq!(
        TestCall::screened().presses("1").rings(5).ends("completed", 10).verdict(),
        "missed/caller_gave_up"
    );
    let at_the_tone = TestCall::screened().presses("2").ends("completed", 12);
    assert_eq!(at_the_tone.verdict(), "abandoned/empty_message");
    assert_eq!(TestCall::screened().ends("failed", 0).verdict(), "failed/carrier");
}

#[test]
fn silence_and_unknown_keys_end_in_voicemail_with_distinct_reasons() {
    let silent = TestCall::screened().stays_silent().stays_silent();
    assert_eq!(silent.leaves_message(3).ends("completed", 30).verdict(), "voicemail/no_input");
    let unknown_keys = TestCall::screened().presses("9").presses("8").presses("7");
    assert_eq!(unknown_keys.row().choices.len(), 3);
    assert_eq!(unknown_keys.leaves_message(3).ends("completed", 30).verdict(), "voicemail/no_match");
    let silent = TestCall::screened().stays_silent().stays_silent().ends("completed", 30);
    assert_eq!(silent.verdict(), "abandoned/no_input");
}

#[test]
fn a_message_is_pending_until_its_audio_is_stored() {
    let desk = TestCall::screened().presses("2").leaves_message(9);
    let message = desk.row().voicemail.expect("a message");
    assert_eq!((message.status, message.duration_seconds), (VoicemailStatus::Pending, Some(9)));
    let desk = desk.recording_is(RecordingStatus::Completed, Some(7));
    assert_eq!(desk.row().voicemail.expect("a message").duration_seconds, Some(7));
}

#[test]
fn a_reported_length_stays() {
    let desk =
        TestCall::screened().presses("2").leaves_message(12).recording_is(RecordingStatus::Completed, None);
    assert_eq!(desk.row().voicemail.expect("a message").duration_seconds, Some(12));
}

#[test]
fn an_empty_recording_is_not_a_message() {
    let desk =
        TestCall::screened().presses("2").leaves_message(2).recording_is(RecordingStatus::Absent, Some(0));
    assert_eq!(desk.row().voicemail, None);
    assert_eq!(desk.ends("completed", 10).verdict(), "abandoned/empty_message");
}

#[test]
fn audio_is_fetched_once_whichever_report_comes_first() {
    let desk =
        TestCall::screened().presses("2").leaves_message(9).recording_is(RecordingStatus::Completed, Some(9));
    let mut facts = Facts::default();
    let effects: Vec<Effect> = desk.events.iter().flat_map(|event| facts.absorb(event)).collect();
    let [Effect::FetchRecording { recording, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(recording.as_str(), "RE1");
    let again: Vec<Effect> = desk.events.iter().flat_map(|event| facts.absorb(event)).collect();
    assert_eq!(again, []);
}

#[test]
fn what_a_call_is_doing_can_be_seen_while_it_lasts() {
    let desk = TestCall::screened();
    assert_eq!((desk.row().state, desk.row().activity), (CallState::InProgress, Some(Activity::InMenu)));
    let desk = desk.presses("1").rings(3);
    assert_eq!(desk.row().activity, Some(Activity::Ringing));
    let desk = desk.picks_up();
    assert_eq!(desk.row().activity, Some(Activity::Ringing));
    let desk = desk.callee_presses("1");
    assert_eq!(desk.row().activity, Some(Activity::Talking));
    assert_eq!(desk.row().verdict, None);
    let desk = desk.talk(5, 8, false).ends("completed", 20);
    assert_eq!((desk.row().state, desk.row().activity), (CallState::Ended, None));
}

#[test]
fn a_late_recording_turns_a_missed_call_into_a_voicemail() {
    let desk = TestCall::screened().presses("1").rings_out().ends("completed", 50);
    assert_eq!(desk.verdict(), "missed/no_answer");
    let desk = desk.recording_is(RecordingStatus::Completed, Some(6));
    assert_eq!(desk.verdict(), "voicemail/after_no_answer");
}

#[test]
fn the_report_of_the_end_alone_names_the_caller() {
    let desk = TestCall::screened().called_by(CALLER).ends("completed", 5);
    let (_, end) = desk.events.split_at(desk.events.len() - 1);
    assert!(matches!(end[0].kind, EventKind::Ended(_)));
    let alone = Call::of(&Facts::of(end));
    assert_eq!(alone.parties, desk.row().parties);
    assert_eq!(alone.parties.map(|parties| parties.from), Some(CallerId::read(CALLER)));
}
