//! Snapshots of the first steps of some flows: for each signal in each state, the instructions for the carrier and the
//! events for the log.
use std::collections::{BTreeSet, VecDeque};
use std::fmt::Write;

use frontdesk_domain::call::DialOutcome;
use frontdesk_domain::dialogue::{CallRestrictions, Closure, DialResult};
use frontdesk_domain::flow::{Attestation, Speech};
use frontdesk_domain::{
    CallEvent, CallFlow, CallerId, Context, Dialogue, Instruction, PhoneNumber, Signal, advance,
};

use crate::desk::{CALLER, FIRST, MAIN, SECOND, TestCall};
use crate::flow_files::{PLUMBER, PRACTICE, SHOP, read};

/// A flow with the features that the examples leave out.
const ALL_FEATURES: &str = r#"
[flow]
language = "en-GB"
start = "hours office"
closed = "mailbox main"

[flow.hours.office]
timezone = "Europe/London"
week.mon-fri = "09:00-17:00"
holidays = ["12-25"]
open = "menu main"
closed = "goodbye closed"

[flow.menus.main]
prompt = "Press 1 for sales, 2 for another menu, star to hear this again, or dial an extension."
keys.1 = { label = "Sales", then = "forward sales" }
keys.2 = { label = "More", then = "menu more" }
keys."*" = "repeat"
extensions.21 = { label = "Ann", then = "forward ann" }
no_input = { tries = 2, then = "mailbox main" }
no_match = { tries = 2, then = "goodbye closed" }

[flow.menus.more]
prompt = "Press 0 to go back, 3 to leave a message."
keys.0 = "back"
keys.3 = { label = "Message", then = "mailbox main" }

[flow.forwards.sales]
strategy = "round_robin"
to = ["+441632960001", "+441632960002"]
ring = "20s"
caller_id = "caller"
otherwise = "forward ann"

[flow.forwards.ann]
strategy = "simultaneous"
announcement = "One moment."
to = ["+441632960003", "+441632960004"]
caller_id = "ours"
screening = { tries = 2, accept = "5", decline = "6" }
otherwise = "mailbox main"

[flow.mailboxes.main]
consent = "You will be recorded."
confirm = true
min_length = "2s"

[flow.goodbyes.closed]
prompt = "We are closed."

[[flow.callers]]
callers = ["+4420*"]
then = "menu more"

[[flow.callers]]
callers = ["withheld"]
then = "reject"
"#;

fn spoken(speech: &[Speech]) -> String {
    let words: Vec<String> = speech.iter().map(|speech| speech.words().chars().take(16).collect()).collect();
    words.join("; ")
}

fn instruction(instruction: &Instruction) -> String {
    match instruction {
        Instruction::Say(speech) => format!("say {:?}", spoken(std::slice::from_ref(speech))),
        Instruction::Gather { prompts, max_keys, finish_on_key, timeout, between_keys: _, then } => format!(
            "gather {:?} {max_keys} keys end {finish_on_key:?} {timeout:?} then {then}",
            spoken(prompts)
        ),
        Instruction::Dial { targets, ring, caller_id, time_limit, then } => {
            let targets: Vec<String> = targets
                .iter()
                .map(|target| {
                    let screening = target.screening.as_ref().map(ToString::to_string);
                    format!(
                        "{} {}.{} {}",
                        target.phone,
                        target.step,
                        target.position,
                        screening.unwrap_or_default()
                    )
                })
                .collect();
            let shown = caller_id.as_ref().map_or("the caller's", |number| number.as_str());
            format!("dial {targets:?} {ring:?} shows {shown} at most {time_limit:?} then {then}")
        }
        Instruction::Record { max_length, silence, beep, finish_on_key, transcribe, then } => format!(
            "record {max_length:?} silence {silence:?} beep {beep} end {finish_on_key:?} transcribe {transcribe} then {then}"
        ),
        Instruction::Reject { .. } => "reject".into(),
        Instruction::Bridge => "bridge".into(),
        Instruction::HangUp => "hang up".into(),
    }
}

fn signals() -> Vec<(&'static str, Signal)> {
    let dialled = |outcome, bridged, seconds| {
        let leg = "test:CA-callee".parse().ok();
        Signal::DialEnded(DialResult { outcome, leg, bridged, seconds })
    };
    let keyed = |keys: &str| Signal::Keyed(keys.parse().unwrap());
    let recorded = |seconds| Signal::Recorded { recording: "RE1".parse().ok(), seconds };
    vec![
        ("1", keyed("1")),
        ("2", keyed("2")),
        ("5", keyed("5")),
        ("6", keyed("6")),
        ("0", keyed("0")),
        ("*", keyed("*")),
        ("21", keyed("21")),
        ("no key", Signal::NoInput),
        ("taken", dialled(DialOutcome::Answered, Some(true), Some(30))),
        ("picked up, not bridged", dialled(DialOutcome::Answered, Some(false), Some(9))),
        ("picked up, not said whether bridged", dialled(DialOutcome::Answered, None, Some(9))),
        ("no answer", dialled(DialOutcome::NoAnswer, Some(false), None)),
        ("busy", dialled(DialOutcome::Busy, None, None)),
        ("failed", dialled(DialOutcome::Failed, None, None)),
        ("canceled", dialled(DialOutcome::Canceled, None, None)),
        ("recorded", recorded(Some(9))),
        ("recorded too short", recorded(Some(1))),
        ("recorded nothing", Signal::Recorded { recording: None, seconds: None }),
        ("callee answered", Signal::CalleeAnswered),
        ("fault", Signal::Fault),
    ]
}

fn context() -> Context {
    // A Monday morning.
    Context::new(TestCall::call(), "2026-11-23T09:30:00Z".parse().unwrap()).with_parties(CALLER, MAIN)
}

/// A state with its digits replaced by 0, so that states that differ only in numbers are visited once.
fn shape(at: &Dialogue) -> String {
    let digits = |c: char| if c.is_ascii_digit() { '0' } else { c };
    at.to_string().chars().map(digits).collect()
}

fn step(
    flow: &CallFlow,
    at: &Dialogue,
    name: &str,
    signal: &Signal,
    cx: &Context,
) -> (String, Vec<Dialogue>) {
    let turn = advance(flow, at, signal, cx);
    let mut next = Vec::new();
    for instruction in &turn.instructions {
        match instruction {
            Instruction::Gather { then, .. } | Instruction::Record { then, .. } => next.push(then.clone()),
            Instruction::Dial { targets, then, .. } => {
                next.push(then.clone());
                next.extend(targets.iter().filter_map(|target| target.screening.clone()));
            }
            Instruction::Say(_) | Instruction::Reject { .. } | Instruction::Bridge | Instruction::HangUp => {}
        }
    }
    let instructions: Vec<String> = turn.instructions.iter().map(instruction).collect();
    let events: Vec<String> = turn.events.iter().map(CallEvent::identity).collect();
    (format!("  {name}: {} | {}", instructions.join(", "), events.join(", ")), next)
}

/// Applies every signal to each of the first `most` states of a flow.
fn walk(flow: &CallFlow, most: usize) -> String {
    let (mut text, mut seen) = (String::new(), BTreeSet::new());
    let mut waiting: VecDeque<Dialogue> = VecDeque::new();
    for (name, cx) in callers() {
        let (line, next) = step(flow, &Dialogue::Start, name, &Signal::Arrived, &cx);
        let _ = writeln!(text, "start\n{line}");
        waiting.extend(next);
    }
    while let Some(at) = waiting.pop_front() {
        if seen.len() == most || !seen.insert(shape(&at)) {
            continue;
        }
        let _ = writeln!(text, "{at}");
        for (name, signal) in signals() {
            let (line, next) = step(flow, &at, name, &signal, &context());
            let _ = writeln!(text, "{line}");
            waiting.extend(next);
        }
        for (name, signal) in [
            ("recorded", Signal::Recorded { recording: "RE1".parse().ok(), seconds: Some(9) }),
            ("no key", Signal::NoInput),
        ] {
            let cx = Context { caller_gone: true, ..context() };
            let (line, _) = step(flow, &at, &format!("{name}, caller gone"), &signal, &cx);
            let _ = writeln!(text, "{line}");
        }
    }
    text
}

/// The contexts of different callers and restrictions.
fn callers() -> Vec<(&'static str, Context)> {
    let from = |text: &str| Context { from: CallerId::read(text), ..context() };
    let with = |restrictions: CallRestrictions| Context { restrictions, ..context() };
    let closure = |say: Option<&str>| {
        let (from, until) =
            ("2026-11-23T09:00:00Z".parse().unwrap(), "2026-11-23T12:00:00Z".parse().unwrap());
        CallRestrictions {
            closure: Some(Closure { from, until, say: say.map(Into::into) }),
            ..CallRestrictions::default()
        }
    };
    vec![
        ("a caller", context()),
        ("from London", from("+442071838750")),
        ("withheld", from("anonymous")),
        ("a SIP address", from("sip:ann@example.org")),
        ("at night", Context { now: "2026-11-23T23:00:00Z".parse().unwrap(), ..context() }),
        ("on a holiday", Context { now: "2026-12-25T10:00:00Z".parse().unwrap(), ..context() }),
        ("attested", Context { attestation: Attestation::Full, ..context() }),
        ("blocked", with(CallRestrictions { is_blocked: true, ..CallRestrictions::default() })),
        ("too often", with(CallRestrictions { calls_too_often: true, ..CallRestrictions::default() })),
        ("closed", with(closure(None))),
        ("closed with words", with(closure(Some("Back at noon")))),
        ("gone", Context { caller_gone: true, ..context() }),
    ]
}

#[test]
fn the_steps_of_the_plumbers_flow() {
    insta::assert_snapshot!("plumber", walk(&read(PLUMBER).unwrap(), 12));
}

#[test]
fn the_steps_of_the_practices_flow() {
    insta::assert_snapshot!("practice", walk(&read(PRACTICE).unwrap(), 12));
}

#[test]
fn the_steps_of_the_shops_flow() {
    insta::assert_snapshot!("shop", walk(&read(SHOP).unwrap(), 12));
}

#[test]
fn the_steps_of_a_flow_with_every_feature() {
    let flow = read(ALL_FEATURES).unwrap_or_else(|findings| panic!("{findings}"));
    insta::assert_snapshot!("all_features", walk(&flow, 40));
}

#[test]
fn forwarding_that_is_capped_or_was_diverted_to_us_does_not_ring() {
    let flow = TestCall::new(&[FIRST, SECOND], true).flow;
    let arrived = advance(&flow, &Dialogue::Start, &Signal::Arrived, &context());
    let Some(Instruction::Gather { then, .. }) = arrived.instructions.last() else { panic!("a menu") };
    let mut text = String::new();
    let capped = CallRestrictions { may_not_forward: true, ..CallRestrictions::default() };
    for (name, cx) in [
        ("capped", Context { restrictions: capped, ..context() }),
        ("diverted by the first phone", Context { diverted_from: FIRST.parse().ok(), ..context() }),
        ("called by the first phone", Context { from: CallerId::read(FIRST), ..context() }),
        ("without a number", Context { from: CallerId::Withheld, ..context() }),
        (
            "without a number, to an unknown one",
            Context { from: CallerId::Withheld, to: String::new(), ..context() },
        ),
    ] {
        let (line, _) = step(&flow, then, name, &Signal::Keyed("1".parse().unwrap()), &cx);
        let _ = writeln!(text, "{line}");
    }
    insta::assert_snapshot!("not_rung", text);
}

#[test]
fn the_paths_of_the_examples() {
    let mut text = String::new();
    for (name, flow) in
        [("plumber", PLUMBER), ("practice", PRACTICE), ("shop", SHOP), ("all features", ALL_FEATURES)]
    {
        let paths = read(flow).unwrap().paths();
        let _ = writeln!(
            text,
            "{name}: {} complete {} longest {} s",
            paths.count, paths.is_complete, paths.longest.seconds
        );
        for step in &paths.longest.steps {
            let _ = writeln!(text, "  {step}");
        }
    }
    insta::assert_snapshot!("paths", text);
}

#[test]
fn the_exits_of_every_node_are_listed() {
    let mut text = String::new();
    for (name, flow) in [("practice", PRACTICE), ("shop", SHOP), ("all features", ALL_FEATURES)] {
        let flow = read(flow).unwrap();
        let draft = flow.draft();
        for (how, target) in draft.entrances() {
            let _ = writeln!(text, "{name}: {how} → {target}");
        }
        for place in draft.places() {
            for exit in draft.exits(&place) {
                let to = exit.target().map_or_else(|| "-".into(), ToString::to_string);
                let _ =
                    writeln!(text, "{name}: {place}: {} silent {} → {to}", exit.setting, exit.is_silent());
            }
        }
        for warning in draft.warnings() {
            let _ = writeln!(text, "{name}: warning: {warning}");
        }
        let numbers: Vec<&str> = flow.numbers().map(PhoneNumber::as_str).collect();
        let _ = writeln!(text, "{name}: rings {numbers:?}, at most {:?}", flow.longest_forward());
    }
    insta::assert_snapshot!("exits", text);
}

#[test]
fn the_number_that_was_called_chooses_the_language() {
    let flow = read(
        r#"
[flow]
language = "fr-FR"
start = "menu main"

[flow.numbers]
"+15556667777" = { language = "en-GB", start = "menu main" }

[flow.menus.main]
prompt = { fr-FR = "Tapez 1.", en-GB = "Press 1." }
keys.1 = { label = "Message", then = "mailbox main" }

[flow.mailboxes.main]
greeting = { fr-FR = "Parlez.", en-GB = "Speak." }
"#,
    )
    .unwrap_or_else(|findings| panic!("{findings}"));
    let mut text = String::new();
    for number in [MAIN, "+33199000199"] {
        let cx = Context { to: number.into(), ..context() };
        let (line, next) = step(&flow, &Dialogue::Start, number, &Signal::Arrived, &cx);
        let (then, _) = step(&flow, &next[0], "1", &Signal::Keyed("1".parse().unwrap()), &cx);
        let _ = writeln!(text, "{line}\n{then}");
    }
    insta::assert_snapshot!("language_of_the_number", text);
}
