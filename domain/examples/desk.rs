//! The domain alone, as a conversation in the terminal: no HTTP, no database, no carrier. What an embedder starts from.
//!
//! `cargo run -p frontdesk-domain --example desk`: type a key and Enter, Enter alone for silence, `q` to hang up.
//! When a phone rings, type how it goes: `a` accepted, `b` busy, anything else no answer.
use std::io::{BufRead, Write};

use frontdesk_domain::{
    BuiltinFlow, Call, CallEvent, CallFlow, Context, DialOutcome, DialResult, Dialogue, Ending, Facts,
    Instruction, Keys, LegId, Notice, ScreeningAnswer, Signal, Timestamp, advance, builtin_flow,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let flow =
        builtin_flow(&BuiltinFlow { forward_to: vec!["+33611223344".parse()?], ..BuiltinFlow::default() })?;
    let mut desk = Desk { flow, facts: Facts::default(), now: "2026-11-22T09:00:00Z".parse()?, seconds: 0 };
    let (mut at, mut signal) = (Dialogue::Start, Signal::Arrived);
    // A carrier's work: carry out the instructions, come back with what happened.
    loop {
        let turn = advance(&desk.flow, &at, &signal, &desk.context()?);
        desk.absorb(&turn.events);
        match desk.carry_out(turn.instructions)? {
            Some(next) => (at, signal) = next,
            None => break,
        }
    }
    let ending =
        Ending { status: "completed".into(), failed: false, seconds: Some(desk.seconds), parties: None };
    let ended = Notice::CallEnded(ending).into_event(Desk::call()?, desk.now);
    desk.absorb(&[ended]);

    let call = Call::of(&desk.facts);
    if let Some(verdict) = call.verdict {
        println!("\nThe log says: {} ({})", verdict.outcome, verdict.reason);
        println!("because of:   {}", verdict.evidence.join(", "));
    }
    Ok(())
}

struct Desk {
    flow: CallFlow,
    facts: Facts,
    now: Timestamp,
    seconds: u32,
}

impl Desk {
    fn call() -> Result<LegId, frontdesk_domain::InvalidId> {
        LegId::new("terminal", "caller")
    }

    fn context(&self) -> Result<Context, frontdesk_domain::InvalidId> {
        Ok(Context::new(Self::call()?, self.now).with_parties("+33123456789", "+15556667777"))
    }

    fn absorb(&mut self, events: &[CallEvent]) {
        for event in events {
            for effect in self.facts.absorb(event) {
                println!("  (to do afterwards: {effect:?})");
            }
        }
    }

    fn carry_out(
        &mut self,
        instructions: Vec<Instruction>,
    ) -> Result<Option<(Dialogue, Signal)>, Box<dyn std::error::Error>> {
        for instruction in instructions {
            match instruction {
                Instruction::Say(prompt) => println!("  \u{ab}{}\u{bb}", prompt.words()),
                Instruction::Gather { prompts, then, .. } => {
                    for prompt in prompts {
                        println!("  \u{ab}{}\u{bb}", prompt.words());
                    }
                    let signal = match self.ask("key")? {
                        None => return Ok(None),
                        Some(line) if line.is_empty() => Signal::NoInput,
                        Some(line) => Signal::Keyed(Keys::lenient(&line)),
                    };
                    return Ok(Some((then, signal)));
                }
                Instruction::Dial { targets, then, .. } => {
                    println!("  (ringing {})", targets[0].number);
                    let Some(line) = self.ask("a/b/n")? else { return Ok(None) };
                    let outcome = match line.as_str() {
                        "a" => DialOutcome::Answered,
                        "b" => DialOutcome::Busy,
                        _ => DialOutcome::NoAnswer,
                    };
                    if let (DialOutcome::Answered, Some(screening)) = (outcome, &targets[0].screening) {
                        let accepted =
                            advance(&self.flow, screening, &Signal::Keyed("1".parse()?), &self.context()?);
                        self.absorb(&accepted.events);
                        println!("  (the callee hears the caller's name: {:?})", ScreeningAnswer::Accepted);
                    }
                    let bridged = Some(outcome == DialOutcome::Answered);
                    return Ok(Some((
                        then,
                        Signal::DialEnded(DialResult { outcome, leg: None, bridged, seconds: Some(30) }),
                    )));
                }
                Instruction::Record { then, .. } => {
                    println!("  (tone)");
                    let words = self.ask("message")?;
                    let recording =
                        words.as_deref().is_some_and(|w| !w.is_empty()).then(|| "RE1".parse()).transpose()?;
                    return Ok(Some((then, Signal::Recorded { recording, seconds: Some(5) })));
                }
                Instruction::Reject | Instruction::Bridge | Instruction::HangUp => {
                    println!("  (the line is closed)");
                }
            }
        }
        Ok(None)
    }

    /// One line from the terminal; `None` when the caller hangs up.
    fn ask(&mut self, what: &str) -> std::io::Result<Option<String>> {
        print!("{what}> ");
        std::io::stdout().flush()?;
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line)?;
        self.seconds += 5;
        self.now += std::time::Duration::from_secs(5);
        let line = line.trim().to_owned();
        Ok((read > 0 && line != "q").then_some(line))
    }
}
