//! Phones that ring, and how they end.
use super::*;

#[test]
fn a_callee_who_accepts_is_connected_and_the_talk_is_counted() {
    let mut line = forwarded(flow(&[FIRST], true));
    line.input(Input::Ringing(Callee(0)));
    line.wait(4);
    line.input(Input::PickedUp(Callee(0)));
    line.wait(2);
    line.press(FIRST_CALLEE, "1");
    line.wait(12);
    line.hang_up(FIRST_CALLEE);
    line.assert_over();
    assert_eq!(line.verdict(), "answered (accepted)");
    let call = line.call();
    assert_eq!((call.ring_seconds, call.talk_seconds), (Some(4), Some(12)));
    assert_eq!(call.hung_up_by, Some(HungUpBy::Callee));
}

#[test]
fn phones_that_ring_at_once_have_their_own_ring_times() {
    let text = RING_ALL.replace("\"+33611223355\"", "{ number = \"+33611223355\", ring = \"8s\" }");
    let mut line = forwarded(read_flow(&text, &FlowSettings::default()).expect("a sound flow"));
    line.wait(8);
    assert!(!line.is_ringing(SECOND_CALLEE) && line.is_ringing(FIRST_CALLEE));
    line.wait(11);
    assert!(line.is_ringing(FIRST_CALLEE));
    line.wait(1);
    assert!(!line.is_ringing(FIRST_CALLEE));
}

#[test]
fn a_callee_who_declines_by_key_sends_the_caller_to_the_mailbox() {
    let mut line = forwarded(flow(&[FIRST], true));
    line.input(Input::PickedUp(Callee(0)));
    line.press(FIRST_CALLEE, "2");
    line.listen();
    assert!(line.is_recording);
    line.press(CALLER, "#");
    line.message(Some("RE1"), 5);
    line.listen();
    line.assert_over();
    assert_eq!(line.verdict(), "voicemail (after_decline)");
}

#[test]
fn a_machine_that_picks_up_and_presses_nothing_never_gets_the_call() {
    let mut line = forwarded(flow(&[FIRST], true));
    line.input(Input::PickedUp(Callee(0)));
    for _ in 0..5 {
        line.listen();
        line.wait(15);
    }
    assert!(!line.is_up(FIRST_CALLEE));
    line.hang_up(CALLER);
    if line.is_recording {
        line.message(None, 0);
    }
    line.assert_over();
    assert_eq!(line.verdict(), "missed (not_accepted)");
}

#[test]
fn ends_of_a_phone_that_was_not_picked_up_have_their_reasons() {
    let ends = [
        (LegEnd::Busy, "missed (busy)"),
        (LegEnd::Declined, "missed (declined)"),
        (LegEnd::HungUp, "missed (declined)"),
        (LegEnd::NoAnswer, "missed (no_answer)"),
        (LegEnd::Failed, "missed (unreachable)"),
    ];
    for (end, verdict) in ends {
        let mut line = forwarded(flow(&[FIRST], true));
        line.input(Input::Ended(FIRST_CALLEE, end));
        // The phone is rung again with our number, because the network may have refused the caller's.
        if line.is_ringing(SECOND_CALLEE) {
            line.input(Input::Ended(SECOND_CALLEE, end));
        }
        line.hang_up(CALLER);
        line.assert_over();
        assert_eq!(line.verdict(), verdict, "{end:?}");
    }
}

#[test]
fn a_phone_that_rings_out_is_cancelled_and_the_caller_goes_on() {
    let mut line = forwarded(flow(&[FIRST], true));
    line.input(Input::Ringing(Callee(0)));
    line.wait(120);
    assert!(line.said.iter().any(|said| said.starts_with("Cancel")));
    line.input(Input::PickedUp(Callee(0)));
    assert!(line.said.last().is_some_and(|said| said.starts_with("HangUp")), "picked up too late");
    line.hang_up(CALLER);
    line.assert_over();
    assert_eq!(line.verdict(), "missed (no_answer)");
}

#[test]
fn a_caller_who_gives_up_while_it_rings_cancels_the_phone() {
    let mut line = forwarded(flow(&[FIRST], true));
    line.input(Input::Ringing(Callee(0)));
    line.wait(5);
    line.hang_up(CALLER);
    line.assert_over();
    assert_eq!(line.verdict(), "missed (caller_gave_up)");
}

#[test]
fn of_phones_that_ring_at_once_the_first_to_accept_takes_the_call() {
    let mut line = forwarded(ring_all());
    line.input(Input::PickedUp(Callee(0)));
    line.input(Input::PickedUp(Callee(1)));
    line.press(FIRST_CALLEE, "2");
    line.press(SECOND_CALLEE, "1");
    assert!(!line.is_up(FIRST_CALLEE) && line.is_up(SECOND_CALLEE));
    assert!(!line.is_ringing(Party::Callee(Callee(2))));
    line.wait(6);
    line.hang_up(CALLER);
    line.assert_over();
    assert_eq!(line.verdict(), "answered (accepted)");
    let taken: Vec<String> =
        line.call().phones.iter().filter(|(_, taken)| *taken).map(|(number, _)| number.to_string()).collect();
    assert_eq!(taken, [SECOND]);
}

#[test]
fn a_phone_that_is_not_screened_is_connected_when_it_is_picked_up() {
    let mut line = forwarded(flow(&[FIRST], false));
    line.input(Input::PickedUp(Callee(0)));
    assert!(line.said.iter().any(|said| said.starts_with("Connect")));
    line.wait(7);
    line.hang_up(CALLER);
    line.assert_over();
    assert_eq!(line.verdict(), "answered (bridged)");
}

#[test]
fn legs_report_each_status_once_and_in_order() {
    let mut line = forwarded(flow(&[FIRST], true));
    for _ in 0..2 {
        line.input(Input::Ringing(Callee(0)));
    }
    line.input(Input::PickedUp(Callee(0)));
    line.hang_up(FIRST_CALLEE);
    let statuses: Vec<LegStatus> = line
        .events
        .iter()
        .filter_map(|event| match event.kind {
            frontdesk_domain::EventKind::Leg { status, .. } => Some(status),
            _ => None,
        })
        .collect();
    assert_eq!(
        statuses,
        [LegStatus::Initiated, LegStatus::Ringing, LegStatus::Answered, LegStatus::Completed]
    );
}
