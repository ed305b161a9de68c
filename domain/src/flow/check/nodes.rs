//! Checks the settings of each node on its own.
use std::fmt;
use std::time::Duration;

use super::super::carrier_limits::CarrierLimits;
use super::super::draft::FlowDraft;
use super::super::forward::{Forward, Screening, Strategy};
use super::super::mailbox::Transcribe;
use super::super::menu::{Menu, Reprompt};
use super::super::problem::{Problem, ProblemKind};
use super::super::target::Target;
use crate::keys::Key;

/// A node that is being checked, and the list that collects problems.
struct NodeCheck<'p> {
    name: Target,
    problems: &'p mut Vec<Problem>,
}

impl NodeCheck<'_> {
    fn report(&mut self, setting: impl Into<String>, kind: ProblemKind) {
        self.problems.push(Problem::new(&self.name, setting, kind));
    }

    fn seconds(
        &mut self,
        setting: impl fmt::Display,
        what: &'static str,
        got: Duration,
        least: u64,
        most: u64,
    ) {
        let got = got.as_secs();
        if !(least..=most).contains(&got) {
            self.report(setting.to_string(), ProblemKind::BadSeconds { what, got, least, most });
        }
    }

    fn limit(&mut self, setting: impl fmt::Display, limit: u8) {
        if !(1..=9).contains(&limit) {
            self.report(setting.to_string(), ProblemKind::BadLimit(limit));
        }
    }

    fn check_distinct(&mut self, setting: impl fmt::Display, keys: [Key; 2]) {
        if keys[0] == keys[1] {
            self.report(setting.to_string(), ProblemKind::SameKeyTwice(keys[0].into()));
        }
    }
}

pub(super) fn check_menus(flow: &FlowDraft, problems: &mut Vec<Problem>) {
    for (name, menu) in &flow.menus {
        check_menu(menu, &mut NodeCheck { name: Target::Menu(name.clone()), problems });
    }
}

fn check_menu(menu: &Menu, place: &mut NodeCheck<'_>) {
    if menu.ways().next().is_none() {
        place.report("", ProblemKind::NoChoices);
    }
    for keys in menu.extensions.keys() {
        let digits = keys.to_string();
        if !(2..=6).contains(&keys.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
            place.report(format!("extensions.{digits}"), ProblemKind::BadExtension(keys.clone()));
        }
    }
    if !menu.extensions.is_empty() && menu.choices.keys().any(|key| char::from(*key) == '#') {
        place.report("keys.#", ProblemKind::HashEndsExtensions);
    }
    let Menu { no_input: Reprompt { limit: silent, .. }, no_match: Reprompt { limit: wrong, .. }, .. } = menu;
    place.limit("no_input.tries", *silent);
    place.limit("no_match.tries", *wrong);
    place.seconds("timeout", "timeout", menu.timeout, 1, 60);
    place.seconds("between_keys", "time between keys", menu.between_keys.unwrap_or(menu.timeout), 1, 60);
}

pub(super) fn check_forwards(flow: &FlowDraft, limits: &CarrierLimits, problems: &mut Vec<Problem>) {
    for (name, forward) in &flow.forwards {
        check_forward(forward, limits, &mut NodeCheck { name: Target::Forward(name.clone()), problems });
    }
}

fn check_forward(forward: &Forward, limits: &CarrierLimits, place: &mut NodeCheck<'_>) {
    if forward.destinations.is_empty() {
        place.report("", ProblemKind::NoDestinations);
    }
    for (position, destination) in forward.destinations.iter().enumerate() {
        place.seconds(format_args!("to.{position}.ring"), "ring", destination.ring, 5, 600);
        if let Some(Screening { timeout, limit, accept, decline, .. }) = &destination.screening {
            let setting = |name: &str| format!("to.{position}.screening.{name}");
            place.seconds(setting("timeout"), "screening timeout", *timeout, 1, 60);
            place.limit(setting("tries"), *limit);
            place.check_distinct(setting("decline"), [*accept, *decline]);
        }
        let twice = forward.destinations[..position]
            .iter()
            .any(|other| (&other.phone, &other.digits) == (&destination.phone, &destination.digits));
        if twice {
            let setting = format!("to.{position}.number");
            place.report(setting, ProblemKind::SameNumberTwice(destination.phone.clone()));
        }
    }
    place.seconds("time_limit", "time limit", forward.time_limit, 1, 86_400);
    if forward.strategy == Strategy::Simultaneous {
        let count = forward.destinations.len();
        if count > limits.phones_at_once {
            let most = limits.phones_at_once;
            place.report("to", ProblemKind::TooManyAtOnce { count, most });
        }
        let mut rings = forward.destinations.iter().map(|destination| destination.ring);
        let first = rings.next();
        if !limits.different_ring_times && rings.any(|ring| Some(ring) != first) {
            place.report("to", ProblemKind::DifferentRings);
        }
    }
}

pub(super) fn check_mailboxes(flow: &FlowDraft, limits: &CarrierLimits, problems: &mut Vec<Problem>) {
    for (name, mailbox) in &flow.mailboxes {
        let place = &mut NodeCheck { name: Target::Mailbox(name.clone()), problems };
        place.seconds("max_length", "longest message", mailbox.max_length, 2, 3_600);
        place.seconds("silence", "silence", mailbox.silence, 1, 60);
        place.seconds("min_length", "shortest message", mailbox.min_length, 0, 60);
        if mailbox.min_length >= mailbox.max_length {
            place.report("min_length", ProblemKind::ShortestTooLong);
        }
        let (seconds, most) = (mailbox.max_length.as_secs(), limits.transcribed_seconds);
        if mailbox.transcribe == Transcribe::Carrier && seconds > most {
            place.report("transcribe", ProblemKind::TooLongToTranscribe { seconds, most });
        }
        if let Some(confirm) = &mailbox.confirm {
            place.check_distinct("confirm.again", [confirm.keep, confirm.again]);
            place.seconds("confirm.timeout", "timeout", confirm.timeout, 1, 60);
        }
    }
}

pub(super) fn check_hours_and_callers(flow: &FlowDraft, problems: &mut Vec<Problem>) {
    for (name, hours) in &flow.hours {
        if !hours.schedule.has_hours() {
            problems.push(Problem::new(Target::Hours(name.clone()), "", ProblemKind::NeverOpen));
        }
    }
    for (place, rule) in flow.callers.iter().enumerate() {
        if rule.callers.is_empty() {
            problems.push(Problem::new("", format!("callers.{place}.callers"), ProblemKind::NoCallers));
        }
    }
}
