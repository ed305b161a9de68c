//! The callee's own short conversation: who calls, and whether the callee takes the call.
use super::Dialogue;
use super::context::Context;
use super::history::DialogueHistory;
use super::instruction::{CallerShown, Instruction};
use super::signal::Signal;
use super::step_builder::StepBuilder;
use super::turn::Turn;
use crate::call::event::EventKind;
use crate::call::status::ScreeningAnswer;
use crate::flow::CallFlow;
use crate::flow::forward::Screening;
use crate::flow::prompt::Spoken;
use crate::keys::{Key, Keys};

/// The key that accepts a call if the flow names none.
const ACCEPT: char = '1';
/// The key that declines it.
const DECLINE: char = '2';

pub(super) fn advance(flow: &CallFlow, at: &Dialogue, signal: &Signal, cx: &Context) -> Turn {
    let mut conversation = StepBuilder::new(flow, cx);
    let Dialogue::Screening { forward, position, attempt, history, .. } = at else {
        return conversation.finish();
    };
    let note = |answer| {
        let (step, position, leg) = (history.step, *position, cx.leg.clone());
        EventKind::Screening { step, position, leg, answer }
    };
    let screening = flow
        .forward(forward)
        .and_then(|forward| forward.destinations.get(usize::from(*position)))
        .and_then(|destination| destination.screening.as_ref());
    let (accept, decline) = match screening {
        Some(screening) => (char::from(screening.accept), char::from(screening.decline)),
        // The flow no longer screens here, but this callee was already asked.
        None => (ACCEPT, DECLINE),
    };
    match (screening, answer(signal).map(char::from)) {
        (_, Some(key)) if key == accept => {
            conversation.note(note(ScreeningAnswer::Accepted));
            conversation.push(Instruction::Bridge);
        }
        (_, Some(key)) if key == decline => {
            conversation.note(note(ScreeningAnswer::Declined));
            conversation.hang_up();
        }
        (Some(screening), _) if *attempt < screening.limit => {
            if *attempt == 0 {
                conversation.note(note(ScreeningAnswer::Asked));
            }
            let question = ask(flow, screening, at, cx, history);
            conversation.push(question);
            // Reached only if the carrier falls through. A call that is not accepted is not connected.
            conversation.hang_up();
        }
        // The attempts are used up, or the flow no longer screens here: never connect without an answer.
        _ => {
            conversation.note(note(ScreeningAnswer::Unanswered));
            conversation.hang_up();
        }
    }
    conversation.finish()
}

fn answer(signal: &Signal) -> Option<Key> {
    match signal {
        Signal::Keyed(keys) => Keys::single(keys),
        Signal::Arrived
        | Signal::NoInput
        | Signal::DialEnded(_)
        | Signal::Recorded { .. }
        | Signal::CalleeAnswered
        | Signal::Fault => None,
    }
}

fn ask(
    flow: &CallFlow,
    screening: &Screening,
    at: &Dialogue,
    cx: &Context,
    history: &DialogueHistory,
) -> Instruction {
    let mut then = at.clone();
    let mut shown = CallerShown::Withheld;
    if let Dialogue::Screening { attempt, caller, .. } = &mut then {
        *attempt = attempt.saturating_add(1);
        shown = *caller;
    }
    // `from` of this leg is the caller's number only if the callee's phone shows the caller's number.
    let number = match (shown, &cx.caller) {
        (_, Some(caller)) => caller.number(),
        (CallerShown::Number, None) => cx.from.number(),
        (_, None) => None,
    };
    let name = cx.caller_name.clone().filter(|_| number.is_some() || cx.caller.is_some());
    let caller = match (shown, number) {
        (CallerShown::Number | CallerShown::Hidden | CallerShown::Address, _) if name.is_some() => {
            name.unwrap_or_default()
        }
        (CallerShown::Number | CallerShown::Hidden, Some(number)) => number.spoken(),
        (CallerShown::Hidden, None) => screening.unknown.clone(),
        (CallerShown::Number | CallerShown::Withheld, _) => screening.withheld.clone(),
        (CallerShown::Address, _) => screening.no_number.clone(),
    };
    let choice = history.chosen.as_ref().and_then(|(menu, keys)| flow.menu(menu)?.choice(keys));
    let choice = choice.map_or_else(String::new, |choice| choice.label.clone());
    // The callee belongs to the company and hears its language, regardless of the language that the caller chose.
    let prompts = match screening.prompt.spoken(None) {
        (language, Spoken::Text(text)) => {
            let words = text.replace("{company}", flow.company()).replace("{choice}", &choice);
            vec![flow.text(words.replace("{caller}", &caller), language)]
        }
        _ => flow.speech(&screening.prompt, None),
    };
    let timeout = screening.timeout;
    Instruction::Gather { prompts, max_keys: 1, finish_on_key: None, timeout, between_keys: timeout, then }
}
