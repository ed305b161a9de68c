//! Properties of every call, for any order of the carrier's reports.
use frontdesk_domain::call::DialOutcome;
use frontdesk_domain::dialogue::DialResult;
use frontdesk_domain::{
    BuiltinFlow, Call, CallEvent, Context, Dialogue, Facts, Instruction, Keys, LegId, Signal, advance,
    builtin_flow,
};
use proptest::prelude::*;

use crate::desk::{CALLER, FIRST, MAIN, SECOND, TestCall, sample_calls};

/// Indices of a call's events: a permutation, and repeats.
fn orders(events: usize) -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    let all: Vec<usize> = (0..events).collect();
    (Just(all).prop_shuffle(), prop::collection::vec(0..events, 0..events * 2))
}

fn absorb(events: &[CallEvent], order: &[usize]) -> Facts {
    Facts::of(order.iter().map(|&index| &events[index]))
}

proptest! {
    #[test]
    fn any_order_any_repetition_and_repaired_loss_give_one_row(
        (story, (order, repeats), lost) in (0..sample_calls().len()).prop_flat_map(|story| {
            let events = sample_calls()[story].1.events.len();
            (Just(story), orders(events), 0..=events)
        })
    ) {
        let (name, desk) = &sample_calls()[story];
        let expected = desk.facts();
        // Applied in any order, with repetitions.
        let mixed: Vec<usize> = order.iter().copied().chain(repeats).collect();
        prop_assert_eq!(absorb(&desk.events, &mixed), expected.clone(), "{}", name);
        // Some events are lost, a row is derived from the rest, and repair supplies all of them again.
        let mut facts = absorb(&desk.events, &order[..lost]);
        let _incomplete = Call::of(&facts);
        for event in &desk.events {
            facts.absorb(event);
        }
        prop_assert_eq!(Call::of(&facts), Call::of(&expected), "{}", name);
    }

    #[test]
    fn merging_in_parts_is_merging_at_once(story in 0..sample_calls().len(), cut in 0usize..30) {
        let (_, desk) = &sample_calls()[story];
        let cut = cut.min(desk.events.len());
        let (left, right) = desk.events.split_at(cut);
        let backwards = Facts::of(right.iter().chain(left));
        prop_assert_eq!(backwards, desk.facts());
    }

    #[test]
    fn an_ended_call_has_exactly_one_outcome_with_proof(story in 0..sample_calls().len()) {
        let (name, desk) = &sample_calls()[story];
        let row = desk.row();
        let verdict = row.verdict.expect("every call has ended");
        let facts = desk.facts();
        let known: Vec<&str> = facts.story().into_iter().map(|(identity, _)| identity).collect();
        prop_assert!(!verdict.evidence.is_empty(), "{} has no evidence", name);
        for proof in &verdict.evidence {
            prop_assert!(known.contains(&proof.as_str()), "{}: {} is not an event", name, proof);
        }
        if let (Some(talk), Some(whole)) = (row.talk_seconds, row.duration_seconds) {
            prop_assert!(talk <= whole, "{}: {} s of talk in {} s", name, talk, whole);
        }
    }
}

fn any_keys() -> impl Strategy<Value = Keys> {
    "[0-9*#]{0,3}".prop_map(|keys| keys.parse().expect("keys"))
}

fn any_signal() -> impl Strategy<Value = Signal> {
    let outcome = prop::sample::select(vec![
        DialOutcome::Answered,
        DialOutcome::Busy,
        DialOutcome::NoAnswer,
        DialOutcome::Failed,
        DialOutcome::Canceled,
    ]);
    prop_oneof![
        Just(Signal::Arrived),
        any_keys().prop_map(Signal::Keyed),
        Just(Signal::NoInput),
        Just(Signal::CalleeAnswered),
        Just(Signal::Fault),
        (outcome, any::<Option<bool>>(), any::<Option<u32>>()).prop_map(|(outcome, bridged, seconds)| {
            Signal::DialEnded(DialResult { outcome, leg: None, bridged, seconds })
        }),
        any::<(bool, Option<u32>)>().prop_map(|(some, seconds)| {
            Signal::Recorded { recording: some.then(|| "RE1".parse().expect("an id")), seconds }
        }),
    ]
}

fn any_dialogue() -> impl Strategy<Value = Dialogue> {
    prop_oneof![
        Just(Dialogue::Start),
        Just(Dialogue::Lost),
        "(menu|forward|mailbox|screening)(\\.(main|team|gone|[0-9]{1,5}|no_answer|busy|number|withheld)){1,5}"
            .prop_map(|token| Dialogue::read(&token)),
        (any::<u8>(), any::<u8>(), any::<u16>())
            .prop_map(|(a, b, step)| Dialogue::read(&format!("menu.main.{a}.{b}.{step}"))),
        (any::<u8>(), any::<u16>()).prop_map(|(p, step)| Dialogue::read(&format!("forward.team.{p}.{step}"))),
        (any::<u8>(), any::<u16>(), any::<u8>())
            .prop_map(|(p, step, n)| Dialogue::read(&format!("screening.team.{p}.{step}.{n}.number"))),
    ]
}

fn context(caller_gone: bool) -> Context {
    let leg = LegId::new("test", "CA1").expect("a leg");
    let mut cx =
        Context::new(leg, "2026-11-22T09:00:00Z".parse().expect("a time")).with_parties(CALLER, MAIN);
    cx.caller_gone = caller_gone;
    cx
}

proptest! {
    #[test]
    fn any_signal_anywhere_gets_an_answer_that_ends_or_leads_on(
        at in any_dialogue(), signal in any_signal(), gone in any::<bool>(), screening in any::<bool>()
    ) {
        let flow = builtin_flow(&BuiltinFlow {
            forward_to: vec![FIRST.parse().unwrap(), SECOND.parse().unwrap()], screening, ..BuiltinFlow::default()
        }).unwrap();
        let turn = advance(&flow, &at, &signal, &context(gone));
        let last = turn.instructions.last();
        prop_assert!(last.is_some_and(|last| !matches!(last, Instruction::Say(_))), "{:?}", turn.instructions);
        for instruction in &turn.instructions {
            if let Instruction::Dial { targets, .. } = instruction {
                for target in targets {
                    prop_assert!(flow.phones().any(|n| *n == target.phone), "only configured numbers are dialled");
                }
            }
        }
        // The same request gets the same answer.
        prop_assert_eq!(&turn, &advance(&flow, &at, &signal, &context(gone)));
    }

    #[test]
    fn no_caller_is_trapped(signals in prop::collection::vec(any_signal(), 0..40)) {
        let mut desk = TestCall::screened();
        for signal in &signals {
            desk = desk.signal(signal, false);
        }
        // From any state, a caller who does nothing more reaches a mailbox.
        for _ in 0..8 {
            if matches!(desk.at, Dialogue::Mailbox { .. }) {
                return Ok(());
            }
            let nothing = match desk.at {
                Dialogue::Forward { .. } => {
                    Signal::DialEnded(DialResult { outcome: DialOutcome::NoAnswer, leg: None, bridged: None, seconds: None })
                }
                _ => Signal::NoInput,
            };
            desk = desk.signal(&nothing, false);
        }
        prop_assert!(false, "still at {} after doing nothing eight times", desk.at);
    }

    #[test]
    fn a_caller_who_keeps_pressing_keys_leaves_the_menu(keys in prop::collection::vec(any_keys(), 80)) {
        let mut desk = TestCall::screened();
        for keys in keys {
            if !matches!(desk.at, Dialogue::Menu { .. }) {
                return Ok(());
            }
            desk = desk.signal(&Signal::Keyed(keys), false);
        }
        prop_assert!(!matches!(desk.at, Dialogue::Menu { .. }), "still in the menu");
    }
}
