//! Single steps of a conversation; whole calls are in `tests/it/whole_calls.rs`.
use super::*;
use crate::dialogue::DialResult;
use crate::flow::builtin::{BuiltinFlow, builtin_flow};
use crate::phone::caller::CallerId;
use crate::{EventKind, Instruction, LegId};

const CALLER: &str = "+33123456789";
const MAIN: &str = "+15556667777";

fn flow(numbers: &[&str], screening: bool) -> CallFlow {
    let forward_to = numbers.iter().map(|n| n.parse().unwrap()).collect();
    builtin_flow(&BuiltinFlow { forward_to, screening, ..BuiltinFlow::default() }).unwrap()
}

fn cx() -> Context {
    let leg = LegId::new("test", "CA1").unwrap();
    Context::new(leg, "2026-11-22T09:00:00Z".parse().unwrap()).with_parties(CALLER, MAIN)
}

fn step(at: &str, signal: &Signal) -> Turn {
    advance(&flow(&["+33611223344", "+33611223355"], true), &Dialogue::read(at), signal, &cx())
}

fn keyed(keys: &str) -> Signal {
    Signal::Keyed(keys.parse().unwrap())
}

fn ended(outcome: DialOutcome, bridged: Option<bool>) -> Signal {
    Signal::DialEnded(DialResult { outcome, leg: None, bridged, seconds: None })
}

/// The dialogue that follows the turn, without the rest of the caller's history in the address.
fn then(turn: &Turn) -> String {
    let then = turn.instructions.iter().find_map(|instruction| match instruction {
        Instruction::Gather { then, .. }
        | Instruction::Dial { then, .. }
        | Instruction::Record { then, .. } => then.to_string().split('~').next().map(ToOwned::to_owned),
        Instruction::Say(_) | Instruction::Reject { .. } | Instruction::Bridge | Instruction::HangUp => None,
    });
    then.unwrap_or_else(|| format!("{:?}", turn.instructions.last().unwrap()))
}

#[test]
fn the_first_turn_asks_the_menu() {
    assert_eq!(then(&step("start", &Signal::Arrived)), "menu.main.0.0.1");
}

#[test]
fn second_no_input_goes_to_voicemail() {
    assert_eq!(then(&step("menu.main.0.0.1", &Signal::NoInput)), "menu.main.1.0.2");
    assert_eq!(then(&step("menu.main.1.0.2", &Signal::NoInput)), "mailbox.main.no_input.3");
}

#[test]
fn third_no_match_goes_to_voicemail_and_is_counted_apart_from_no_input() {
    assert_eq!(then(&step("menu.main.1.0.2", &keyed("9"))), "menu.main.1.1.3");
    assert_eq!(then(&step("menu.main.1.1.3", &keyed("9"))), "menu.main.1.2.4");
    assert_eq!(then(&step("menu.main.1.2.4", &keyed("9"))), "mailbox.main.no_match.5");
}

/// The number that the turn's last instruction shows to the callee.
fn shown_number(turn: &Turn) -> Option<String> {
    match turn.instructions.last() {
        Some(Instruction::Dial { caller_id, .. }) => caller_id.as_ref().map(ToString::to_string),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_forward_shows_the_caller_or_else_the_number_that_was_called() {
    let shown = |from: &str, to: &str| {
        let own_number = MAIN.parse().ok();
        let cx = Context { from: CallerId::read(from), to: to.to_owned(), own_number, ..cx() };
        let turn =
            advance(&flow(&["+33611223344"], true), &Dialogue::read("menu.main.0.0.1"), &keyed("1"), &cx);
        shown_number(&turn)
    };
    assert_eq!(shown(CALLER, MAIN).as_deref(), Some(CALLER));
    let refused_by_networks = ["+1234", "+10000000000", "+11234567890", "+5521999", "+330631966543"];
    for none in ["anonymous", "+266696687", "sip:bob@example.com", "client:ann", "1234", ""]
        .into_iter()
        .chain(refused_by_networks)
    {
        for to in [MAIN, "", "client:desk", "sip:+15556667777@acme.sip.twilio.com", "whatsapp:+15556667777"] {
            assert_eq!(shown(none, to).as_deref(), Some(MAIN), "{none} to {to}");
        }
    }
}

#[test]
fn the_list_is_rung_in_order_and_then_a_message_is_taken() {
    assert_eq!(then(&step("forward.team.0.2", &ended(DialOutcome::Busy, None))), "forward.team.1.3");
    assert_eq!(then(&step("forward.team.1.3", &ended(DialOutcome::Busy, None))), "mailbox.main.busy.4");
    for (outcome, cause) in [(DialOutcome::NoAnswer, "no_answer"), (DialOutcome::Canceled, "canceled")] {
        assert_eq!(then(&step("forward.team.1.3", &ended(outcome, None))), format!("mailbox.main.{cause}.4"));
    }
}

#[test]
fn a_call_that_fails_with_the_callers_number_is_retried_with_our_number() {
    let failed = ended(DialOutcome::Failed, None);
    let retried = step("forward.team.1.3", &failed);
    assert_eq!(then(&retried), "forward.team.1.4");
    assert_eq!(shown_number(&retried).as_deref(), Some(MAIN));
    assert_eq!(then(&step("forward.team.1.4~o", &failed)), "mailbox.main.failed.5");
    assert_eq!(
        then(&step("forward.team.0.4~o", &failed)),
        "forward.team.1.5",
        "the next phone shows the caller's number again"
    );
    assert_eq!(shown_number(&step("forward.team.0.4~o", &failed)).as_deref(), Some(CALLER));
}

#[test]
fn answered_but_not_put_through_leads_on() {
    let picked_up = ended(DialOutcome::Answered, Some(false));
    assert_eq!(then(&step("forward.team.1.3", &picked_up)), "mailbox.main.no_answer.4");
}

#[test]
fn without_a_bridge_report_only_an_unscreened_answer_counts() {
    let silent = ended(DialOutcome::Answered, None);
    assert_eq!(then(&step("forward.team.1.3", &silent)), "mailbox.main.no_answer.4");
    let plain = advance(&flow(&["+33611223344"], false), &Dialogue::read("forward.team.0.2"), &silent, &cx());
    assert_eq!(plain.instructions, [Instruction::HangUp]);
}

#[test]
fn a_caller_who_hung_up_is_not_sent_to_a_mailbox() {
    let mut cx = cx();
    cx.caller_gone = true;
    let turn = advance(
        &flow(&["+33611223344"], true),
        &Dialogue::read("forward.team.0.2"),
        &ended(DialOutcome::NoAnswer, None),
        &cx,
    );
    assert_eq!(turn.instructions, [Instruction::HangUp]);
    assert!(turn.events.iter().any(|e| matches!(e.kind, EventKind::CallerLeft { step: 2 })));
    assert!(!turn.events.iter().any(|e| matches!(e.kind, EventKind::Mailbox { .. })));
}

#[test]
fn screening_takes_1_declines_2_and_asks_again_otherwise() {
    let at = "screening.team.0.2.1.number";
    assert_eq!(step(at, &keyed("1")).instructions, [Instruction::Bridge]);
    assert_eq!(step(at, &keyed("2")).instructions, [Instruction::HangUp]);
    for other in [keyed("7"), keyed("11"), Signal::NoInput] {
        assert_eq!(then(&step(at, &other)), "screening.team.0.2.2.number");
    }
    assert_eq!(step("screening.team.0.2.3.number", &Signal::NoInput).instructions, [Instruction::HangUp]);
}

#[test]
fn the_callee_hears_the_callers_number() {
    let announced = |caller: &str| {
        let turn = step(&format!("screening.team.0.2.0.{caller}"), &Signal::CalleeAnswered);
        match &turn.instructions[0] {
            Instruction::Gather { prompts, .. } => prompts[0].words(),
            other => panic!("{other:?}"),
        }
    };
    assert!(announced("number").contains("3 3 1 2 3 4 5 6 7 8 9"));
    assert!(announced("withheld").contains("a withheld number"));
    assert!(announced("address").contains("without a number"));
}

#[test]
fn a_removed_node_leads_to_the_mailbox() {
    for at in ["menu.gone.0.0.3", "forward.gone.0.3", "lost"] {
        assert!(then(&step(at, &keyed("1"))).starts_with("mailbox.main.fault."), "{at}");
    }
    assert_eq!(then(&step("menu.main.0.0.1", &Signal::Fault)), "mailbox.main.fault.2");
}

#[test]
fn a_repeated_request_gets_the_same_answer() {
    assert_eq!(step("menu.main.0.0.1", &keyed("1")), step("menu.main.0.0.1", &keyed("1")));
}

#[test]
fn a_phone_that_its_owner_has_diverted_to_us_is_not_rung_again() {
    let flow = flow(&["+33611223344", "+33611223355"], true);
    let at = |cx: &Context| {
        let turn = advance(&flow, &Dialogue::read("menu.main.0.0.1"), &keyed("1"), cx);
        let rung = turn.instructions.iter().find_map(|instruction| match instruction {
            Instruction::Dial { targets, .. } => Some(targets[0].phone.to_string()),
            _ => None,
        });
        (rung, then(&turn))
    };
    let diverted = Context { diverted_from: "+33611223344".parse().ok(), ..cx() };
    assert_eq!(at(&diverted), (Some("+33611223355".into()), "forward.team.1.2".into()));
    // One phone has diverted the call, and the other is the number that was called.
    let both = Context { to: "+33611223355".into(), ..diverted };
    assert_eq!(at(&both), (None, "mailbox.main.no_answer.2".into()));
}

#[test]
fn a_callee_whose_phone_shows_a_company_number_hears_the_callers_number() {
    let mut draft = flow(&["+33611223344"], true).draft().clone();
    for forward in draft.forwards.values_mut() {
        forward.shows = crate::flow::ShownNumber::Ours;
    }
    let flow = draft.check(&crate::flow::CarrierLimits::default()).unwrap();
    let turn = advance(&flow, &Dialogue::read("menu.main.0.0.1"), &keyed("1"), &cx());
    let Some(Instruction::Dial { targets, caller_id, .. }) = turn.instructions.last() else { panic!() };
    assert_eq!(caller_id.as_ref().unwrap().as_str(), MAIN);
    let asked = |caller: Option<CallerId>| {
        let cx = Context { from: CallerId::read(MAIN), caller, ..cx() };
        let turn = advance(&flow, targets[0].screening.as_ref().unwrap(), &Signal::CalleeAnswered, &cx);
        let Instruction::Gather { prompts, .. } = &turn.instructions[0] else { panic!() };
        prompts[0].words()
    };
    assert!(asked(Some(CallerId::read(CALLER))).contains("from 3 3 1 2 3 4 5 6 7 8 9"));
    assert!(asked(None).starts_with("You have a call from a caller."), "{}", asked(None));
}

#[test]
fn the_callee_hears_the_callers_name_if_the_company_knows_it() {
    let announced = |shown: &str, caller: Option<&str>| {
        let caller_name = Some("Ann {choice} Miller".to_owned());
        let cx = Context { caller: caller.map(CallerId::read), caller_name, ..cx() };
        let at = Dialogue::read(&format!("screening.team.0.2.0.{shown}"));
        let turn = advance(&flow(&["+33611223344"], true), &at, &Signal::CalleeAnswered, &cx);
        let Instruction::Gather { prompts, .. } = &turn.instructions[0] else { panic!() };
        prompts[0].words()
    };
    let named = "You have a call from Ann {choice} Miller.";
    assert!(announced("number", None).starts_with(named), "placeholders in a name are not replaced");
    assert!(announced("hidden", Some(CALLER)).starts_with(named));
    assert!(announced("address", Some("sip:ann@example.com")).starts_with(named));
    for (shown, caller) in
        [("withheld", None), ("withheld", Some("anonymous")), ("hidden", None), ("address", None)]
    {
        assert!(!announced(shown, caller).contains("Miller"), "{shown}: the name is not announced");
    }
}

#[test]
fn phones_that_ring_in_turn_take_turns_fairly() {
    let mut draft = flow(&["+33611223344", "+33611223355", "+33611223366"], true).draft().clone();
    for forward in draft.forwards.values_mut() {
        forward.strategy = crate::flow::forward::Strategy::RoundRobin;
    }
    let flow = draft.check(&crate::flow::CarrierLimits::default()).unwrap();
    let mut first = Vec::new();
    for rotation in 0..60 {
        let cx = Context { rotation: Some(rotation), ..cx() };
        let mut turn = advance(&flow, &Dialogue::read("menu.main.0.0.1"), &keyed("1"), &cx);
        let mut rung = Vec::new();
        while let Some(Instruction::Dial { targets, then, .. }) = turn.instructions.last() {
            rung.push(targets[0].phone.to_string());
            let busy = ended(DialOutcome::Busy, None);
            turn = advance(&flow, &Dialogue::read(&then.to_string()), &busy, &cx);
        }
        rung.sort();
        assert_eq!(rung.len(), 3, "each phone rings once: {rung:?}");
        rung.dedup();
        assert_eq!(rung.len(), 3);
        let turn = advance(&flow, &Dialogue::read("menu.main.0.0.1"), &keyed("1"), &cx);
        let Some(Instruction::Dial { targets, .. }) = turn.instructions.last() else { panic!("{turn:?}") };
        first.push(targets[0].phone.to_string());
    }
    for phone in ["+33611223344", "+33611223355", "+33611223366"] {
        assert_eq!(first.iter().filter(|number| *number == phone).count(), 20, "{phone}");
    }
}
