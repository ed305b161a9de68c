//! Whole calls through a session: the outputs for the line, and the resulting call.

mod callees;
mod line;
mod random;

use frontdesk_domain::call::{CallState, HungUpBy, LegStatus};
use frontdesk_domain::flow::FlowSettings;
use frontdesk_domain::session::{Callee, Input, LegEnd, Party};
use frontdesk_domain::{CallFlow, read_flow};

use crate::desk::{CALLER as TEST_CALLER, FIRST, SECOND};
use line::{Line, flow};

const CALLER: Party = Party::Caller;
const FIRST_CALLEE: Party = Party::Callee(Callee(0));
const SECOND_CALLEE: Party = Party::Callee(Callee(1));

/// Three phones that ring at the same time and ask for acceptance.
const RING_ALL: &str = r#"
        company = "Example"
        start = "menu main"
        [menus.main]
        prompt = "For the team, press 1."
        keys.1 = { label = "Team", then = "forward team" }
        no_input = { prompt = "Please press a key.", tries = 2, then = "mailbox main" }
        no_match = { prompt = "That is not one of the choices.", tries = 2, then = "mailbox main" }
        [forwards.team]
        strategy = "simultaneous"
        to = ["+33611223344", "+33611223355", "+33611223366"]
        otherwise = "mailbox main"
        [mailboxes.main]
        greeting = "Leave a message."
        farewell = "Goodbye."
    "#;

pub fn ring_all() -> CallFlow {
    read_flow(RING_ALL, &FlowSettings::default()).expect("a sound flow")
}

/// A flow that refuses the caller.
fn blocking() -> CallFlow {
    let rule = format!("[[callers]]\ncallers = [\"{TEST_CALLER}\"]\nthen = \"reject\"\n[menus.main]");
    let text = RING_ALL.replacen("[menus.main]", &rule, 1);
    read_flow(&text, &FlowSettings::default()).expect("a sound flow")
}

/// A line after its caller has pressed 1.
fn forwarded(flow: CallFlow) -> Line {
    let mut line = Line::new(flow);
    line.press(CALLER, "1");
    line.listen();
    line
}

#[test]
fn a_key_interrupts_the_menu_and_a_message_ends_with_hash() {
    let mut line = Line::new(flow(&[FIRST], true));
    line.press(CALLER, "2");
    assert!(line.said.iter().any(|said| said.starts_with("StopPlaying")));
    line.listen();
    assert!(line.is_recording);
    line.input(Input::Spoke);
    line.wait(4);
    line.press(CALLER, "5");
    assert!(!line.is_stopped, "only one key ends the message");
    line.press(CALLER, "#");
    assert!(line.is_stopped);
    line.message(Some("RE1"), 4);
    line.listen();
    line.assert_over();
    assert_eq!(line.verdict(), "voicemail (chosen)");
}

#[test]
fn silence_ends_a_message_and_a_voice_delays_that() {
    let mut line = Line::new(flow(&[FIRST], true));
    line.press(CALLER, "2");
    line.listen();
    for _ in 0..4 {
        line.wait(3);
        line.input(Input::Spoke);
    }
    assert!(!line.is_stopped);
    line.wait(60);
    assert!(line.is_stopped || !line.is_recording);
}

#[test]
fn a_recording_that_is_never_handed_over_does_not_keep_the_caller() {
    let mut line = Line::new(flow(&[FIRST], true));
    line.press(CALLER, "2");
    line.listen();
    line.press(CALLER, "#");
    line.wait(11);
    line.is_recording = false;
    line.listen();
    line.assert_over();
}

#[test]
fn a_recording_that_is_handed_over_late_is_still_a_message() {
    let mut line = Line::new(flow(&[FIRST], true));
    line.press(CALLER, "2");
    line.listen();
    line.wait(3);
    line.press(CALLER, "#");
    line.wait(11);
    line.message(Some("RE1"), 3);
    line.listen();
    line.assert_over();
    assert_eq!(line.verdict(), "voicemail (chosen)");
}

#[test]
fn the_late_end_of_an_earlier_prompt_does_not_end_the_next_one() {
    let mut line = Line::new(flow(&[FIRST], true));
    line.press(CALLER, "2");
    line.input(Input::Played(CALLER, 1));
    assert!(!line.is_recording, "the greeting is still played");
    line.input(Input::Played(CALLER, 2));
    assert!(line.is_recording);
}

#[test]
fn a_caller_who_hangs_up_while_recording_leaves_the_message() {
    let mut line = Line::new(flow(&[FIRST], true));
    line.press(CALLER, "2");
    line.listen();
    line.wait(3);
    line.hang_up(CALLER);
    line.wait(60);
    assert!(!line.session.is_over(), "the session waits for the message");
    line.message(Some("RE1"), 3);
    line.assert_over();
    assert_eq!(line.verdict(), "voicemail (chosen)");
}

#[test]
fn a_caller_who_hangs_up_in_the_menu_is_only_reported_as_ended() {
    let mut line = Line::new(flow(&[FIRST], true));
    line.wait(2);
    line.hang_up(CALLER);
    line.assert_over();
    assert_eq!(line.said.iter().filter(|said| said.starts_with("Ask")).count(), 1);
    assert_eq!(line.verdict(), "abandoned (in_menu)");
    assert_eq!(line.call().duration_seconds, Some(2));
}

#[test]
fn nothing_pressed_asks_again_and_then_ends_by_itself() {
    let mut line = Line::new(flow(&[FIRST], true));
    for _ in 0..20 {
        line.listen();
        line.wait(30);
        if line.is_stopped {
            line.message(None, 0);
        }
    }
    line.assert_over();
    assert_eq!(line.verdict(), "abandoned (no_input)");
}

#[test]
fn the_end_of_the_call_is_the_last_report() {
    let mut line = Line::new(flow(&[FIRST], true));
    line.press(CALLER, "2");
    line.listen();
    line.wait(4);
    line.hang_up(CALLER);
    let ended = |line: &Line| line.call().state == CallState::Ended;
    assert!(!ended(&line), "the message has not arrived yet");
    line.message(Some("RE1"), 4);
    assert_eq!(line.verdict(), "voicemail (chosen)");
    line.assert_over();
    let last = line.said.last().expect("something");
    assert!(last.starts_with("Report(CallEnded"), "{last}");
    // The end of a callee's leg is reported first.
    let mut line = forwarded(flow(&[FIRST], false));
    line.input(Input::PickedUp(Callee(0)));
    line.hang_up(CALLER);
    assert!(line.said.last().expect("something").starts_with("Report(CallEnded"));
    line.assert_over();
}

#[test]
fn who_hangs_up_is_reported() {
    let talking = || {
        let mut line = forwarded(flow(&[FIRST], false));
        line.input(Input::PickedUp(Callee(0)));
        line
    };
    let mut line = talking();
    line.hang_up(CALLER);
    assert_eq!(line.call().hung_up_by, Some(HungUpBy::Caller));
    let mut line = talking();
    line.input(Input::Ended(CALLER, LegEnd::Failed));
    assert_eq!(line.call().hung_up_by, Some(HungUpBy::Line), "the caller's connection was lost");
    let mut line = talking();
    line.input(Input::Ended(FIRST_CALLEE, LegEnd::Failed));
    assert_eq!(line.call().hung_up_by, Some(HungUpBy::Flow), "the callee's connection was lost");
    let mut line = talking();
    line.wait(5 * 60 * 60);
    assert_eq!(line.call().hung_up_by, Some(HungUpBy::Flow), "the time limit was reached");
    let mut line = Line::new(flow(&[FIRST], true));
    line.press(CALLER, "2");
    line.listen();
    line.press(CALLER, "#");
    line.message(Some("RE1"), 4);
    line.listen();
    assert_eq!(line.call().hung_up_by, Some(HungUpBy::Flow), "after the farewell");
    let line = Line::new(blocking());
    assert_eq!(
        (line.verdict().as_str(), line.call().hung_up_by),
        ("rejected (blocked)", Some(HungUpBy::Flow))
    );
    assert!(line.said.iter().any(|said| said == "Reject(Blocked)"), "{:?}", line.said);
    line.assert_over();
}

#[test]
fn the_next_of_several_keys_has_a_time_of_its_own() {
    let menu = "extensions.12 = \"mailbox main\"\nbetween_keys = \"2s\"\ntimeout = \"9s\"\nno_input";
    let text = RING_ALL.replacen("no_input", menu, 1);
    let flow = || read_flow(&text, &FlowSettings::default()).expect("a sound flow");
    let mut line = Line::new(flow());
    line.listen();
    line.wait(8);
    line.press(CALLER, "1");
    line.wait(1);
    assert!(!line.is_ringing(FIRST_CALLEE), "a second key may follow");
    line.wait(1);
    assert!(line.is_ringing(FIRST_CALLEE), "one key alone, after two seconds");
    let mut line = Line::new(flow());
    line.press(CALLER, "1");
    line.wait(1);
    line.press(CALLER, "2");
    line.listen();
    assert!(line.is_recording, "two keys");
}

#[test]
fn inputs_of_unknown_legs_change_nothing() {
    let mut line = forwarded(flow(&[FIRST], true));
    let (before, deadline) = (line.said.len(), line.session.deadline());
    let nobody = Party::Callee(Callee(7));
    for input in [
        Input::Ringing(Callee(7)),
        Input::Played(nobody, 1),
        Input::Played(CALLER, 0),
        Input::Ended(nobody, LegEnd::Busy),
        Input::Instructions(nobody, Vec::new()),
        Input::Spoke,
        Input::Recorded { recording: None, seconds: 1 },
        Input::Instructions(CALLER, Vec::new()),
    ] {
        line.session.handle_input(line.now, input);
    }
    assert_eq!((line.said.len(), line.session.deadline()), (before, deadline));
    assert_eq!(line.session.poll_output(), None);
}

#[test]
fn a_call_ends_as_it_was_when_its_driver_was_killed() {
    let mut talking = forwarded(flow(&[FIRST], false));
    talking.input(Input::PickedUp(Callee(0)));
    talking.wait(20);
    talking.restart();
    talking.hang_up(CALLER);
    talking.assert_over();
    assert_eq!(talking.verdict(), "answered (bridged)");
    let mut recording = Line::new(flow(&[FIRST], true));
    recording.press(CALLER, "2");
    recording.listen();
    recording.wait(4);
    recording.restart();
    recording.hang_up(CALLER);
    recording.message(Some("RE1"), 4);
    recording.assert_over();
    assert_eq!(recording.verdict(), "voicemail (chosen)");
}
