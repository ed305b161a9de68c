//! Compares the check with what callers would experience: random flows are walked with `advance` until no new state appears.
//!
//! No flow that passes the check can trap or lose a caller, and every flow that is refused has a fault.
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use frontdesk_domain::call::{DialOutcome, MailboxCause};
use frontdesk_domain::dialogue::DialResult;
use frontdesk_domain::flow::{
    CarrierLimits, Choice, DatedRule, Destination, FlowDraft, Forward, Goodbye, Hours, Mailbox, Menu,
    NodeName, ProblemKind, Prompt, Range, Reprompt, Schedule, ShownNumber, Spoken, Strategy as Order, Target,
    Then, Transcribe,
};
use frontdesk_domain::{
    Context, Dialogue, EventKind, Instruction, Key, LegId, Signal, Timestamp, Turn, advance,
};
use jiff::tz::TimeZone;
use proptest::prelude::*;

fn name(text: &str) -> NodeName {
    text.parse().unwrap()
}

fn say() -> Prompt {
    Prompt::new("en-GB".parse().unwrap(), Spoken::Text("x".into()))
}

fn key(c: char) -> Key {
    Key::try_from(c).unwrap()
}

/// The number of days on which the walk takes place: one for each combination of the states of the two schedules.
const DAYS: i8 = 9;

fn noon(day: i8) -> Timestamp {
    format!("2026-01-{:02}T12:00:00Z", day + 1).parse().unwrap()
}

/// A schedule that is open (0), on holiday (1) or closed (2), depending on the day.
fn schedule(state_of: impl Fn(i8) -> i8) -> Schedule {
    let mut schedule = Schedule::closed(TimeZone::UTC);
    for day in 0..DAYS {
        let days = format!("2026-01-{:02}", day + 1).parse().unwrap();
        match state_of(day) {
            0 => schedule.dates.push(DatedRule { days, ranges: vec![Range::ALL_DAY] }),
            1 => schedule.dates.push(DatedRule { days, ranges: vec![] }),
            _ => {}
        }
    }
    schedule
}

/// A target of any kind; some of them do not exist in a given flow.
fn any_target() -> impl Strategy<Value = Target> {
    prop_oneof![
        8 => (0..4u8).prop_map(|n| Target::Menu(name(&format!("m{n}")))),
        4 => (0..2u8).prop_map(|n| Target::Forward(name(&format!("f{n}")))),
        6 => (0..2u8).prop_map(|n| Target::Mailbox(name(&format!("b{n}")))),
        3 => (0..2u8).prop_map(|n| Target::Hours(name(&format!("h{n}")))),
        2 => Just(Target::Goodbye(name("g0"))),
    ]
}

fn any_choice() -> impl Strategy<Value = Choice> {
    let then = prop_oneof![
        6 => any_target().prop_map(Then::Go),
        1 => Just(Then::Back),
        1 => Just(Then::Repeat),
    ];
    then.prop_map(|then| Choice { label: then.to_string(), language: None, then })
}

fn any_menu() -> impl Strategy<Value = Menu> {
    let reprompt =
        || (1u8..4, any_target()).prop_map(|(limit, then)| Reprompt { prompt: say(), limit, then });
    (prop::collection::vec(any_choice(), 1..4), reprompt(), reprompt()).prop_map(
        |(choices, no_input, no_match)| Menu {
            prompt: say(),
            choices: "123".chars().map(key).zip(choices).collect(),
            extensions: BTreeMap::new(),
            timeout: Duration::from_secs(5),
            between_keys: None,
            interruptible: true,
            no_input,
            no_match,
        },
    )
}

fn any_forward() -> impl Strategy<Value = Forward> {
    let strategy = prop::sample::select(Order::VARIANTS.to_vec());
    (strategy, 1usize..4, any_target()).prop_map(|(strategy, phones, otherwise)| Forward {
        announcement: None,
        strategy,
        destinations: (0..phones)
            .map(|n| Destination {
                phone: format!("+3361122334{n}").parse().unwrap(),
                digits: None,
                ring: Duration::from_secs(20),
                screening: None,
            })
            .collect(),
        shows: ShownNumber::Caller,
        time_limit: Duration::from_secs(60),
        otherwise,
    })
}

fn mailbox() -> Mailbox {
    Mailbox {
        unavailable: say(),
        consent: None,
        greeting: say(),
        farewell: say(),
        max_length: Duration::from_secs(60),
        min_length: Duration::ZERO,
        silence: Duration::from_secs(5),
        beep: true,
        finish_on_key: key('#'),
        confirm: None,
        transcribe: Transcribe::Nobody,
        notify: Vec::new(),
    }
}

fn any_flow() -> impl Strategy<Value = FlowDraft> {
    let hours = (any_target(), any_target(), prop::option::of(any_target()));
    (
        any_target(),
        prop::collection::vec(any_menu(), 1..5),
        prop::collection::vec(any_forward(), 0..3),
        1usize..3,
        prop::collection::vec(hours, 0..3),
        any::<bool>(),
    )
        .prop_map(|(start, menus, forwards, mailboxes, hours, says_goodbye)| {
            let numbered = |kind: &str, n: usize| name(&format!("{kind}{n}"));
            let mut flow = FlowDraft::empty("en-GB".parse().unwrap(), start, name("b0"));
            flow.menus = menus.into_iter().enumerate().map(|(n, menu)| (numbered("m", n), menu)).collect();
            flow.forwards = forwards.into_iter().enumerate().map(|(n, f)| (numbered("f", n), f)).collect();
            flow.mailboxes = (0..mailboxes).map(|n| (numbered("b", n), mailbox())).collect();
            let schedules = [schedule(|day| day % 3), schedule(|day| day / 3)];
            flow.hours = hours
                .into_iter()
                .zip(schedules)
                .enumerate()
                .map(|(n, ((open, closed, holiday), schedule))| {
                    (numbered("h", n), Hours { schedule, open, closed, holiday })
                })
                .collect();
            if says_goodbye {
                flow.goodbyes.insert(name("g0"), Goodbye { prompt: say() });
            }
            flow
        })
}

/// The flow without unreachable nodes, so that most generated flows have few other problems.
fn pruned(mut flow: FlowDraft) -> FlowDraft {
    for _ in 0..12 {
        let unreachable = flow
            .problems(&CarrierLimits::default())
            .into_iter()
            .filter(|p| p.kind == ProblemKind::Unreachable);
        for place in unreachable.map(|problem| problem.place).collect::<Vec<_>>() {
            let (_, rest) = place.split_once(' ').unwrap();
            let rest = name(rest);
            flow.menus.remove(&rest);
            flow.forwards.remove(&rest);
            flow.mailboxes.remove(&rest);
            flow.hours.remove(&rest);
            flow.goodbyes.remove(&rest);
        }
    }
    flow
}

/// A walk through a flow with every signal from every state that is reached, on every day.
struct Walk {
    flow: frontdesk_domain::CallFlow,
    visited: BTreeSet<Target>,
    states: BTreeSet<(i8, Dialogue)>,
    faults: bool,
    /// Menus from which "back" led to another menu.
    led_back: BTreeSet<NodeName>,
}

impl Walk {
    fn of(draft: &FlowDraft) -> Self {
        let mut walk = Self {
            flow: draft.clone().unchecked(),
            visited: BTreeSet::new(),
            states: BTreeSet::new(),
            faults: false,
            led_back: BTreeSet::new(),
        };
        let mut open: Vec<(i8, Dialogue)> = (0..DAYS).map(|day| (day, Dialogue::Start)).collect();
        while let Some((day, at)) = open.pop() {
            for signal in signals(&at) {
                let turn = walk.step(day, &at, &signal);
                if let Some(next) = then(&turn).filter(|next| walk.states.insert((day, next.clone()))) {
                    open.push((day, next));
                }
            }
        }
        walk
    }

    fn step(&mut self, day: i8, at: &Dialogue, signal: &Signal) -> Turn {
        let leg = LegId::new("test", "CA1").unwrap();
        let cx = Context::new(leg, noon(day)).with_parties("+33123456789", "+15556667777");
        let turn = advance(&self.flow, at, signal, &cx);
        for event in &turn.events {
            match &event.kind {
                EventKind::Menu { menu, .. } => self.visited.insert(Target::Menu(menu.clone())),
                EventKind::Forward { forward, .. } => self.visited.insert(Target::Forward(forward.clone())),
                EventKind::Mailbox { mailbox, cause, .. } => {
                    self.faults |= *cause == MailboxCause::Fault;
                    self.visited.insert(Target::Mailbox(mailbox.clone()))
                }
                EventKind::Hours { hours: Some(hours), .. } => {
                    self.visited.insert(Target::Hours(hours.clone()))
                }
                EventKind::Goodbye { goodbye, .. } => self.visited.insert(Target::Goodbye(goodbye.clone())),
                _ => false,
            };
        }
        if let (Dialogue::Menu { menu, .. }, Signal::Keyed(keys)) = (at, signal) {
            let back =
                self.flow.menu(menu).and_then(|m| m.choice(keys)).is_some_and(|c| c.then == Then::Back);
            let leads_on = matches!(then(&turn), Some(Dialogue::Menu { menu: next, .. }) if next != *menu);
            if back && leads_on {
                self.led_back.insert(menu.clone());
            }
        }
        turn
    }

    /// Whether a caller who does nothing from here on reaches an end.
    fn ends_by_itself(&mut self, day: i8, from: &Dialogue) -> bool {
        let mut at = from.clone();
        for _ in 0..100 {
            let nothing = match at {
                Dialogue::Forward { .. } => dial_ended(DialOutcome::NoAnswer, false),
                Dialogue::Mailbox { .. } => return true,
                _ => Signal::NoInput,
            };
            match then(&self.step(day, &at, &nothing)) {
                Some(next) => at = next,
                None => return true,
            }
        }
        false
    }

    /// The faults that the walk finds, without the check.
    fn faults(&mut self, draft: &FlowDraft) -> Vec<String> {
        let mut faults = Vec::new();
        if self.faults {
            faults.push("a caller reaches the safety mailbox because of a fault".to_owned());
        }
        let safety = Target::Mailbox(draft.safety.clone());
        let unseen = draft.places().filter(|place| *place != safety && !self.visited.contains(place));
        faults.extend(unseen.map(|place| format!("no caller reaches {place}")));
        for (name, menu) in &draft.menus {
            let leads_back = menu.choices.values().any(|choice| choice.then == Then::Back);
            let seen = self.visited.contains(&Target::Menu(name.clone()));
            if leads_back && seen && !self.led_back.contains(name) {
                faults.push(format!("back leads nowhere from {name}"));
            }
        }
        for (day, state) in self.states.clone() {
            if !self.ends_by_itself(day, &state) {
                faults.push(format!("a caller is trapped in {state}"));
            }
        }
        faults
    }
}

fn dial_ended(outcome: DialOutcome, bridged: bool) -> Signal {
    Signal::DialEnded(DialResult { outcome, leg: None, bridged: Some(bridged), seconds: None })
}

fn signals(at: &Dialogue) -> Vec<Signal> {
    match at {
        Dialogue::Menu { .. } => {
            let keys = "1239".chars().map(|c| Signal::Keyed(key(c).into()));
            keys.chain([Signal::NoInput]).collect()
        }
        Dialogue::Forward { .. } => vec![
            dial_ended(DialOutcome::Answered, true),
            dial_ended(DialOutcome::Answered, false),
            dial_ended(DialOutcome::Busy, false),
            dial_ended(DialOutcome::NoAnswer, false),
            dial_ended(DialOutcome::Failed, false),
        ],
        Dialogue::Mailbox { .. } => vec![Signal::Recorded { recording: None, seconds: None }],
        _ => vec![Signal::Arrived],
    }
}

/// The state after a turn, with the history of a new call, so that the number of states stays finite. Of the menus
/// that led here, only the last is kept.
fn then(turn: &Turn) -> Option<Dialogue> {
    let mut then = turn.instructions.iter().find_map(|instruction| match instruction {
        Instruction::Gather { then, .. }
        | Instruction::Dial { then, .. }
        | Instruction::Record { then, .. } => Some(then.clone()),
        _ => None,
    })?;
    if let Dialogue::Menu { history, .. }
    | Dialogue::Forward { history, .. }
    | Dialogue::Mailbox { history, .. } = &mut then
    {
        history.step = 0;
        (history.chosen, history.version, history.forwarded) = (None, None, false);
        let last = history.menus.pop();
        history.menus = last.into_iter().collect();
    }
    Some(then)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn the_check_agrees_with_what_callers_experience(draft in any_flow().prop_map(pruned)) {
        let found: Vec<String> = draft.problems(&CarrierLimits::default()).iter().map(ToString::to_string).collect();
        let met = Walk::of(&draft).faults(&draft);
        prop_assert_eq!(found.is_empty(), met.is_empty(), "found {:?}, callers met {:?}", found, met);
    }

    #[test]
    fn every_flow_has_a_version_that_follows_from_its_content(draft in any_flow()) {
        let version = draft.clone().unchecked().version();
        prop_assert_eq!(version.to_string().parse(), Ok(version));
        prop_assert_eq!(draft.clone().unchecked().version(), version);
        let renamed = FlowDraft { company: format!("{} & sons", draft.company), ..draft };
        prop_assert_ne!(renamed.unchecked().version(), version);
    }
}

#[test]
fn generated_flows_include_valid_and_broken_ones() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut sound = 0;
    for _ in 0..400 {
        let draft = pruned(any_flow().new_tree(&mut runner).unwrap().current());
        sound += usize::from(draft.problems(&CarrierLimits::default()).is_empty());
    }
    assert!((10..390).contains(&sound), "{sound} of 400 are valid");
}
