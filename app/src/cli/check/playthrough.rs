//! Plays through a call at a given time with given keys, by running the domain step by step.
use std::fmt::Write;

use frontdesk_domain::call::DialOutcome;
use frontdesk_domain::dialogue::DialResult;
use frontdesk_domain::{
    CallFlow, Context, Dialogue, EventKind, Instruction, Keys, LegId, Signal, Timestamp, advance,
};

/// More steps than a call can have.
const MAX_STEPS: usize = 100;

/// The caller of a playthrough.
pub(super) struct Caller<'a> {
    pub at: Timestamp,
    pub from: Option<String>,
    pub to: Option<&'a str>,
    pub presses: &'a [String],
}

/// The conversation, one line per prompt, key or ring. No phone answers.
pub(super) fn transcript(flow: &CallFlow, caller: &Caller<'_>) -> String {
    let mut text = String::new();
    let mut presses = caller.presses.iter();
    let call = LegId::new("check", "call").expect("a leg");
    let cx = Context::new(call, caller.at)
        .with_parties(caller.from.as_deref().unwrap_or_default(), caller.to.unwrap_or_default());
    let (mut at, mut signal) = (Dialogue::Start, Signal::Arrived);
    for _ in 0..MAX_STEPS {
        let turn = advance(flow, &at, &signal, &cx);
        for event in &turn.events {
            if let EventKind::Hours { hours: Some(hours), why, .. } = &event.kind {
                let _ = writeln!(text, "  (hours {hours}: {})", format!("{why:?}").to_lowercase());
            }
        }
        let mut next = None;
        for instruction in turn.instructions {
            next = one(&mut text, instruction, &mut presses);
            if next.is_some() {
                break;
            }
        }
        match next {
            Some(then) => (at, signal) = then,
            None => break,
        }
    }
    text
}

/// Writes the lines of one instruction. Returns the next state of the dialogue and its signal, if the call continues.
fn one<'p>(
    text: &mut String,
    instruction: Instruction,
    presses: &mut impl Iterator<Item = &'p String>,
) -> Option<(Dialogue, Signal)> {
    let mut line = |what: String| {
        let _ = writeln!(text, "{what}");
    };
    match instruction {
        Instruction::Say(speech) => line(format!("hears   {}", speech.words())),
        Instruction::Gather { prompts, then, .. } => {
            for prompt in prompts {
                line(format!("hears   {}", prompt.words()));
            }
            let Some(keys) = presses.next() else {
                line("presses nothing".to_owned());
                return Some((then, Signal::NoInput));
            };
            line(format!("presses {keys}"));
            return Some((then, Signal::Keyed(Keys::lenient(keys))));
        }
        Instruction::Dial { targets, ring, then, .. } => {
            let numbers: Vec<String> = targets.iter().map(|target| target.phone.to_string()).collect();
            line(format!("rings   {} for {} s; not answered", numbers.join(" and "), ring.as_secs()));
            let nobody =
                DialResult { outcome: DialOutcome::NoAnswer, leg: None, bridged: Some(false), seconds: None };
            return Some((then, Signal::DialEnded(nobody)));
        }
        Instruction::Record { max_length, then, .. } => {
            line(format!("leaves  a message of at most {} s", max_length.as_secs()));
            let _ = then;
        }
        Instruction::Reject { .. } => line("refused before it is answered".to_owned()),
        Instruction::Bridge | Instruction::HangUp => line("the call ends".to_owned()),
    }
    None
}

#[cfg(test)]
mod tests {
    use frontdesk_domain::flow::FlowSettings;
    use frontdesk_domain::read_flow;

    use super::*;

    fn practice(at: &str, presses: &[&str]) -> String {
        let text = include_str!("../../../../domain/examples/flows/practice.toml");
        let flow = read_flow(text, &FlowSettings { table: "flow", ..FlowSettings::default() }).unwrap();
        let presses: Vec<String> = presses.iter().map(|&keys| keys.to_owned()).collect();
        transcript(&flow, &Caller { at: at.parse().unwrap(), from: None, to: None, presses: &presses })
    }

    #[test]
    fn a_caller_in_the_lunch_break_hears_the_closure_in_the_language_they_chose() {
        let text = practice("2026-11-26T12:00:00Z", &["2"]);
        assert!(
            text.contains("(hours practice: closed)") && text.contains("The practice is closed."),
            "{text}"
        );
        assert!(
            practice("2026-11-26T10:00:00Z", &["1", "1"]).contains("rings   +33140000001 and +33140000002")
        );
        assert!(practice("2026-12-25T10:00:00Z", &[]).contains("fermé aujourd'hui"));
    }
}
