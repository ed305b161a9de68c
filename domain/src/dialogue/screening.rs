//! The callee's own short conversation: who calls, and whether they take it.

use super::Dialogue;
use super::context::Context;
use super::instruction::{CallerShown, Instruction};
use super::signal::Signal;
use super::turn::Turn;
use crate::call::event::ScreeningAnswer;
use crate::flow::{CallFlow, Prompt, Screening};
use crate::keys::Keys;

/// The key that takes a call.
const ACCEPT: char = '1';
/// The key that declines it.
const DECLINE: char = '2';

pub(super) fn advance(flow: &CallFlow, at: &Dialogue, signal: &Signal, cx: &Context) -> Turn {
    let mut turn = Turn::on(cx);
    let Dialogue::Screening { forward, position, step, attempt, .. } = at else {
        turn.hang_up();
        return turn;
    };
    let screening = flow
        .forward(forward)
        .and_then(|forward| forward.destinations.get(usize::from(*position)))
        .and_then(|destination| destination.screening.as_ref());
    match (screening, answer(signal)) {
        (_, Some(ACCEPT)) => {
            turn.note_screening(*step, *position, ScreeningAnswer::Accepted);
            turn.instructions.push(Instruction::Bridge);
        }
        (_, Some(DECLINE)) => {
            turn.note_screening(*step, *position, ScreeningAnswer::Declined);
            turn.hang_up();
        }
        (Some(screening), _) if *attempt < screening.limit => {
            if *attempt == 0 {
                turn.note_screening(*step, *position, ScreeningAnswer::Asked);
            }
            turn.instructions.push(ask(screening, at, cx));
            // Reached only if the carrier falls through: not accepted is not put through.
            turn.hang_up();
        }
        // Asked often enough, or the flow no longer screens here: never put through without an answer.
        _ => {
            turn.note_screening(*step, *position, ScreeningAnswer::Unanswered);
            turn.hang_up();
        }
    }
    turn
}

fn answer(signal: &Signal) -> Option<char> {
    match signal {
        Signal::Keyed(keys) => Keys::single(keys).map(char::from),
        Signal::Arrived
        | Signal::NoInput
        | Signal::DialEnded(_)
        | Signal::Recorded { .. }
        | Signal::CalleeAnswered
        | Signal::Fault => None,
    }
}

fn ask(screening: &Screening, at: &Dialogue, cx: &Context) -> Instruction {
    let mut then = at.clone();
    let mut shown = CallerShown::Withheld;
    if let Dialogue::Screening { attempt, caller, .. } = &mut then {
        *attempt = attempt.saturating_add(1);
        shown = *caller;
    }
    let caller = match (shown, cx.from.number()) {
        (CallerShown::Number, Some(number)) => number.spoken(),
        (CallerShown::Number | CallerShown::Withheld, _) => screening.withheld.clone(),
        (CallerShown::Address, _) => screening.no_number.clone(),
    };
    let prompt =
        Prompt::new(screening.prompt.text.replace("{caller}", &caller), screening.prompt.language.clone());
    Instruction::Gather { prompts: vec![prompt], max_keys: 1, timeout: screening.timeout, then }
}
