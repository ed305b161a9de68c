//! Properties of every session, for any acts of its parties in any order.
use frontdesk_domain::CallFlow;
use frontdesk_domain::session::{Callee, Input, LegEnd, Party};
use proptest::prelude::*;

use super::line::{Line, flow};
use super::ring_all;
use crate::desk::{FIRST, SECOND};

/// An act of a party, or the passing of time.
#[derive(Debug, Clone)]
enum Act {
    Key(u16, char),
    Listen,
    Ring(u16),
    PickUp(u16),
    End(u16, LegEnd),
    Speak,
    HandOver(bool),
    Wait(u32),
}

/// The caller is 0; the callees follow from 1.
fn party(number: u16) -> Party {
    number.checked_sub(1).map_or(Party::Caller, |callee| Party::Callee(Callee(callee)))
}

fn any_act() -> impl Strategy<Value = Act> {
    let end = prop::sample::select(vec![
        LegEnd::HungUp,
        LegEnd::Busy,
        LegEnd::Declined,
        LegEnd::NoAnswer,
        LegEnd::Failed,
    ]);
    let key = prop::sample::select(vec!['1', '1', '1', '2', '2', '3', '9', '0', '*', '#']);
    prop_oneof![
        6 => (0u16..5, key).prop_map(|(party, key)| Act::Key(party, key)),
        6 => Just(Act::Listen),
        2 => (0u16..6).prop_map(Act::Ring),
        4 => (0u16..6).prop_map(Act::PickUp),
        2 => (0u16..6, end).prop_map(|(party, end)| Act::End(party, end)),
        1 => Just(Act::Speak),
        2 => any::<bool>().prop_map(Act::HandOver),
        5 => (0u32..45).prop_map(Act::Wait),
    ]
}

fn any_flow() -> impl Strategy<Value = CallFlow> {
    prop::sample::select(vec![
        flow(&[FIRST], true),
        flow(&[FIRST], false),
        flow(&[FIRST, SECOND], true),
        ring_all(),
    ])
}

/// Carries out an act, if it is possible on the line.
fn act(line: &mut Line, act: Act) {
    match act {
        Act::Key(number, key) if line.is_up(party(number)) => line.press(party(number), &key.to_string()),
        Act::Listen => line.listen(),
        Act::Ring(callee) if line.is_ringing(Party::Callee(Callee(callee))) => {
            line.input(Input::Ringing(Callee(callee)));
        }
        // Also for phones that were cancelled, because the answer may have been on its way.
        Act::PickUp(callee) if line.was_rung(Party::Callee(Callee(callee))) => {
            line.input(Input::PickedUp(Callee(callee)));
        }
        Act::End(number, end) if line.is_up(party(number)) || line.is_ringing(party(number)) => {
            line.input(Input::Ended(party(number), end));
        }
        Act::Speak if line.is_recording => line.input(Input::Spoke),
        Act::HandOver(with_audio) if line.is_stopped => {
            line.message(with_audio.then_some("RE1"), 3);
        }
        Act::Wait(seconds) => line.wait(seconds),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]
    #[test]
    fn every_session_goes_on_until_it_ends_with_one_report_and_one_status_for_each_leg(
        flow in any_flow(), acts in prop::collection::vec(any_act(), 0..60)
    ) {
        let mut line = Line::new(flow);
        for one in acts {
            act(&mut line, one);
            prop_assert!(line.session.is_over() || line.is_alive(), "stuck: {:#?}", line.said);
        }
        if line.is_up(Party::Caller) {
            line.hang_up(Party::Caller);
        }
        if line.is_recording {
            line.message(Some("RE1"), 3);
        }
        line.assert_over();
    }

    #[test]
    fn a_session_that_is_read_back_goes_on_as_the_one_that_was_stored(
        flow in any_flow(), acts in prop::collection::vec(any_act(), 0..40)
    ) {
        let (mut line, mut restarted) = (Line::new(flow.clone()), Line::new(flow));
        for one in acts {
            act(&mut line, one.clone());
            restarted.restart();
            act(&mut restarted, one);
        }
        prop_assert_eq!(line.said, restarted.said);
        prop_assert_eq!(line.events, restarted.events);
    }

    #[test]
    fn a_caller_who_does_nothing_is_led_to_an_end(flow in any_flow(), acts in prop::collection::vec(any_act(), 0..20)) {
        let mut line = Line::new(flow);
        for one in acts {
            act(&mut line, one);
        }
        // Four hours, which is the time limit of a forwarded conversation.
        for _ in 0..240 {
            line.listen();
            line.wait(60);
            if line.is_stopped {
                line.message(None, 0);
            }
        }
        line.assert_over();
    }
}
