//! A call in the terminal, without HTTP, database or carrier.
//!
//! `cargo run -p frontdesk-domain --example desk`: type keys and Enter, Enter alone for silence, `q` to hang up. When a
//! phone rings, type `p` to pick up, `b` if it is busy, or Enter to let it ring.
use std::io::{BufRead, Write};

use frontdesk_domain::session::{Callee, Input, LegEnd, Output, Party, Session};
use frontdesk_domain::{
    BuiltinFlow, Call, CallEvent, CallFlow, Context, Facts, Key, LegId, Timestamp, advance, builtin_flow,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let flow =
        builtin_flow(&BuiltinFlow { forward_to: vec!["+33611223344".parse()?], ..BuiltinFlow::default() })?;
    let call = LegId::new("terminal", "caller")?;
    let mut session = Session::new(call.clone());
    let now = "2026-11-22T09:00:00Z".parse()?;
    let mut desk = Desk { flow, call, facts: Facts::default(), now, waits: Awaiting::Key(Party::Caller) };
    loop {
        while let Some(output) = session.poll_output() {
            if let Some(input) = desk.carry_out(output) {
                session.handle_input(desk.now, input);
            }
        }
        if session.is_over() {
            break;
        }
        let inputs = desk.read()?;
        if inputs.is_empty() {
            // Silence lasts until something happens.
            desk.now = session.deadline().unwrap_or(desk.now);
            session.handle_timeout(desk.now);
        }
        for input in inputs {
            session.handle_input(desk.now, input);
        }
    }
    if let Some(verdict) = Call::of(&desk.facts).verdict {
        println!("\nThe log says: {} ({})", verdict.outcome, verdict.reason);
        println!("because of:   {}", verdict.evidence.join(", "));
    }
    Ok(())
}

/// What the person at the keyboard is asked for next.
#[derive(Clone, Copy)]
enum Awaiting {
    Key(Party),
    PickUp(Callee),
    Message,
}

struct Desk {
    flow: CallFlow,
    call: LegId,
    facts: Facts,
    now: Timestamp,
    waits: Awaiting,
}

impl Desk {
    fn absorb(&mut self, event: &CallEvent) {
        for effect in self.facts.absorb(event) {
            println!("  (to do afterwards: {effect:?})");
        }
    }

    /// Carries out an output of the session; returns the input that follows immediately, if any.
    fn carry_out(&mut self, output: Output) -> Option<Input> {
        match output {
            Output::Ask { party, leg, at, signal, caller_gone } => {
                let mut cx =
                    Context::new(self.call.clone(), self.now).with_parties("+33123456789", "+15556667777");
                (cx.leg, cx.caller_gone) = (leg, caller_gone);
                let turn = advance(&self.flow, &at, &signal, &cx);
                turn.events.iter().for_each(|event| self.absorb(event));
                return Some(Input::Instructions(party, turn.instructions));
            }
            Output::Report(notice) => self.absorb(&notice.into_event(self.call.clone(), self.now)),
            Output::Play { party, number, speech } => {
                println!(
                    "  {}\u{ab}{}\u{bb}",
                    if party == Party::Caller { "" } else { "to the callee: " },
                    speech.words()
                );
                self.waits = Awaiting::Key(party);
                return Some(Input::Played(party, number));
            }
            Output::Ring { callee, phone, .. } => {
                println!("  ({phone} rings)");
                self.waits = Awaiting::PickUp(callee);
            }
            Output::Connect(_) => {
                println!("  (caller and callee talk)");
                self.waits = Awaiting::Key(Party::Caller);
            }
            Output::Record { .. } => {
                println!("  (tone)");
                self.waits = Awaiting::Message;
            }
            Output::StopRecording => return Some(Input::Recorded { recording: None, seconds: 0 }),
            Output::Cancel(_) => println!("  (it stops ringing)"),
            Output::Reject(_) | Output::HangUp(_) => println!("  (the line is closed)"),
            Output::Answer | Output::StopPlaying(_) => {}
        }
        None
    }

    /// One line from the terminal; nothing for silence.
    fn read(&mut self) -> Result<Vec<Input>, Box<dyn std::error::Error>> {
        print!(
            "{}> ",
            match self.waits {
                Awaiting::Key(Party::Caller) => "key",
                Awaiting::Key(Party::Callee(_)) => "callee's key",
                Awaiting::PickUp(_) => "p/b",
                Awaiting::Message => "message",
            }
        );
        std::io::stdout().flush()?;
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line)?;
        self.now += std::time::Duration::from_secs(2);
        let line = line.trim();
        Ok(match (self.waits, line) {
            _ if read == 0 || line == "q" => vec![Input::Ended(Party::Caller, LegEnd::HungUp)],
            (Awaiting::PickUp(callee), "p") => vec![Input::PickedUp(callee)],
            (Awaiting::PickUp(callee), "b") => vec![Input::Ended(Party::Callee(callee), LegEnd::Busy)],
            (Awaiting::Message, words) if !words.is_empty() => {
                vec![Input::Recorded { recording: Some("RE1".parse()?), seconds: 5 }]
            }
            (Awaiting::Key(party), keys) => keys
                .chars()
                .filter_map(|key| Key::try_from(key).ok())
                .map(|key| Input::Key(party, key))
                .collect(),
            _ => Vec::new(),
        })
    }
}
