//! A complete carrier on top of a session: each TCP connection is a call, and both sides write lines. A SIP line does
//! the same with audio instead of text.
//!
//! `cargo run -p frontdesk-domain --example line`, then `nc 127.0.0.1 8091`. The session's outputs are printed; answer with
//! `played 1`, `key 1`, `rings 0`, `up 0`, `played 0 1`, `key 0 1`, `busy 0`, `gone 0`, `recorded RE1 5`, `gone`.
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use frontdesk_domain::session::{Callee, Input, LegEnd, Output, Party, Session};
use frontdesk_domain::{
    BuiltinFlow, Call, CallFlow, Context, Facts, LegId, Timestamp, advance, builtin_flow,
};

type Failure = Box<dyn std::error::Error>;

/// Parses a line as a report of a phone.
fn read(line: &str) -> Option<Input> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let callee = |word: &str| word.parse().ok().map(Callee);
    let party =
        |rest: &[&str]| rest.first().map_or(Some(Party::Caller), |word| callee(word).map(Party::Callee));
    let key = |word: &str| word.parse::<char>().ok()?.try_into().ok();
    Some(match words.as_slice() {
        ["key", pressed] => Input::Key(Party::Caller, key(pressed)?),
        ["key", who, pressed] => Input::Key(Party::Callee(callee(who)?), key(pressed)?),
        ["played", number] => Input::Played(Party::Caller, number.parse().ok()?),
        ["played", who, number] => Input::Played(Party::Callee(callee(who)?), number.parse().ok()?),
        ["rings", who] => Input::Ringing(callee(who)?),
        ["up", who] => Input::PickedUp(callee(who)?),
        ["busy", who] => Input::Ended(Party::Callee(callee(who)?), LegEnd::Busy),
        ["gone", rest @ ..] => Input::Ended(party(rest)?, LegEnd::HungUp),
        ["spoke"] => Input::Spoke,
        ["recorded", id, seconds] => {
            Input::Recorded { recording: id.parse().ok(), seconds: seconds.parse().ok()? }
        }
        _ => return None,
    })
}

/// Serves one call, from the first ring to its outcome.
fn serve(stream: TcpStream, flow: &CallFlow, clock: fn() -> Timestamp) -> Result<(), Failure> {
    let call = LegId::from_foreign("line", &stream.peer_addr()?.to_string())?;
    let (mut session, mut facts) = (Session::new(call.clone()), Facts::default());
    let (mut answers, mut lines) = (stream.try_clone()?, BufReader::new(stream));
    let mut line = String::new();
    loop {
        let now = clock();
        while let Some(output) = session.poll_output() {
            match output {
                Output::Ask { party, leg, at, signal, caller_gone } => {
                    let mut cx = Context::new(call.clone(), now).with_parties("+33123456789", "+15556667777");
                    (cx.leg, cx.caller_gone) = (leg, caller_gone);
                    let turn = advance(flow, &at, &signal, &cx);
                    turn.events.iter().for_each(|event| drop(facts.absorb(event)));
                    session.handle_input(now, Input::Instructions(party, turn.instructions));
                }
                Output::Report(notice) => drop(facts.absorb(&notice.into_event(call.clone(), now))),
                other => writeln!(answers, "{other:?}")?,
            }
        }
        if session.is_over() {
            let verdict = Call::of(&facts).verdict.ok_or("every call has an outcome")?;
            writeln!(answers, "log: {} ({})", verdict.outcome, verdict.reason)?;
            return Ok(());
        }
        let wait =
            session.deadline().and_then(|deadline| Duration::try_from(deadline.duration_since(now)).ok());
        answers.set_read_timeout(wait.map(|wait| wait.max(Duration::from_millis(1))))?;
        match lines.read_line(&mut line) {
            Ok(0) => session.handle_input(clock(), Input::Ended(Party::Caller, LegEnd::HungUp)),
            Ok(_) => {
                if let Some(input) = read(&std::mem::take(&mut line)) {
                    session.handle_input(clock(), input);
                }
            }
            // The part of a line that has arrived stays in the buffer for the next attempt.
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                session.handle_timeout(clock());
            }
            Err(error) => return Err(error.into()),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the clock of this program is read here")]
fn clock() -> Timestamp {
    Timestamp::now()
}

fn flow() -> Result<CallFlow, Failure> {
    Ok(builtin_flow(&BuiltinFlow { forward_to: vec!["+33611223344".parse()?], ..BuiltinFlow::default() })?)
}

fn main() -> Result<(), Failure> {
    let flow = flow()?;
    for stream in TcpListener::bind("127.0.0.1:8091")?.incoming() {
        let (stream, flow) = (stream?, flow.clone());
        std::thread::spawn(move || serve(stream, &flow, clock).map_err(|error| eprintln!("a call: {error}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays a phone that writes each line after the awaited output; returns the last line it receives.
    fn call(lines: &[(&str, &str)]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut phone = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let stream = listener.accept().unwrap().0;
        let line = std::thread::spawn(move || serve(stream, &flow().unwrap(), clock).unwrap());
        let mut answers = BufReader::new(phone.try_clone().unwrap()).lines();
        for (awaited, line) in lines {
            assert!(answers.any(|answer| answer.unwrap().starts_with(awaited)), "{awaited} did not arrive");
            writeln!(phone, "{line}").unwrap();
        }
        let last = answers.last().unwrap().unwrap();
        line.join().unwrap();
        last
    }

    #[test]
    fn a_message_is_left() {
        let lines = [
            ("Play { party: Caller", "key 2"),
            ("Play { party: Caller", "played 2"),
            ("Record", "recorded RE1 5"),
            ("Play { party: Caller", "played 3"),
        ];
        assert_eq!(call(&lines), "log: voicemail (chosen)");
    }

    #[test]
    fn a_callee_accepts_and_hangs_up() {
        let lines = [
            ("Play { party: Caller", "key 1"),
            ("Play { party: Caller", "played 2"),
            ("Ring", "rings 0\nup 0"),
            ("Play { party: Callee", "key 0 1"),
            ("Connect", "gone 0"),
        ];
        assert_eq!(call(&lines), "log: answered (accepted)");
    }
}
