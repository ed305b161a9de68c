//! Checks that every path leads to an end, every node can be reached, and no caller is trapped in a cycle.
use std::collections::{BTreeMap, BTreeSet};

use super::super::draft::FlowDraft;
use super::super::exits::{By, Exit};
use super::super::problem::{Problem, ProblemKind};
use super::super::target::{Target, Then};
use crate::flow::MAX_STEPS;

pub(super) fn check_targets(flow: &FlowDraft, problems: &mut Vec<Problem>) {
    for (setting, target) in flow.entrances() {
        if !flow.exists(&target) {
            problems.push(Problem::new("", setting, ProblemKind::UnknownTarget(target)));
        }
    }
    for place in flow.places() {
        for exit in flow.exits(&place) {
            if let Some(target) = exit.target().filter(|target| !flow.exists(target)) {
                let kind = ProblemKind::UnknownTarget(target.clone());
                problems.push(Problem::new(&place, exit.setting, kind));
            }
        }
    }
}

pub(super) fn check_reachable(flow: &FlowDraft, problems: &mut Vec<Problem>) {
    let mut reached: BTreeSet<Target> = flow.entrances().into_iter().map(|(_, target)| target).collect();
    let mut open: Vec<Target> = reached.iter().cloned().collect();
    while let Some(place) = open.pop() {
        for next in flow.exits(&place).iter().filter_map(Exit::target) {
            if reached.insert(next.clone()) {
                open.push(next.clone());
            }
        }
    }
    for place in flow.places().filter(|place| !reached.contains(place)) {
        problems.push(Problem::new(&place, "", ProblemKind::Unreachable));
    }
}

/// A caller who presses nothing must reach an end from every node, at every time of day, within the maximum number of
/// steps of a call.
pub(super) fn check_no_input(flow: &FlowDraft, problems: &mut Vec<Problem>) {
    let mut found = BTreeMap::new();
    for place in flow.places() {
        let Some(got) = silent_steps(flow, &place, &mut Vec::new(), &mut found) else {
            problems.push(Problem::new(&place, silent_setting(&place), ProblemKind::Loop));
            continue;
        };
        let most = usize::from(MAX_STEPS);
        if got > most {
            problems.push(Problem::new(&place, "", ProblemKind::TooLong { got, most }));
        }
    }
}

fn silent_setting(place: &Target) -> &'static str {
    match place {
        Target::Menu(_) => "no_input.then",
        Target::Forward(_) => "otherwise",
        Target::Hours(_) | Target::Mailbox(_) | Target::Goodbye(_) => "",
    }
}

/// The maximum number of steps from this node to an end if no key is pressed; `None` if a path never ends.
fn silent_steps(
    flow: &FlowDraft,
    place: &Target,
    above: &mut Vec<Target>,
    found: &mut BTreeMap<Target, Option<usize>>,
) -> Option<usize> {
    if let Some(known) = found.get(place) {
        return *known;
    }
    if above.contains(place) {
        return None;
    }
    above.push(place.clone());
    let mut further = Some(0);
    for exit in flow.exits(place).iter().filter(|exit| exit.is_silent()) {
        let steps = exit.target().and_then(|next| silent_steps(flow, next, above, found));
        further = further.zip(steps).map(|(most, steps)| most.max(steps));
    }
    above.pop();
    let steps = further.map(|further| further + steps_at(flow, place));
    found.insert(place.clone(), steps);
    steps
}

/// How many steps a caller who presses nothing spends at a node.
fn steps_at(flow: &FlowDraft, place: &Target) -> usize {
    match place {
        Target::Menu(name) => flow.menus.get(name).map_or(0, |menu| usize::from(menu.no_input.limit)),
        Target::Forward(name) => flow.forwards.get(name).map_or(0, |forward| forward.destinations.len()),
        Target::Mailbox(_) | Target::Goodbye(_) => 1,
        Target::Hours(_) => 0,
    }
}

/// A key that goes back needs another menu to go back to: one with a key that leads here, directly or through nodes
/// without input.
pub(super) fn check_back(flow: &FlowDraft, problems: &mut Vec<Problem>) {
    for name in flow.menus.keys() {
        let here = Target::Menu(name.clone());
        let leads_here = flow.menus.keys().filter(|other| *other != name).any(|other| {
            let keys = flow.exits(&Target::Menu(other.clone()));
            let mut seen = BTreeSet::new();
            keys.iter()
                .filter(|exit| is_key(exit))
                .filter_map(Exit::target)
                .any(|next| reaches(flow, next, &here, &mut seen))
        });
        for exit in flow.exits(&here).into_iter().filter(|exit| exit.then == Then::Back) {
            if !leads_here {
                problems.push(Problem::new(&here, exit.setting, ProblemKind::NoWayBack));
            }
        }
    }
}

fn is_key(exit: &Exit) -> bool {
    matches!(exit.by, By::Keys { .. })
}

/// Whether a path leads from one node to another without another menu choice.
fn reaches(flow: &FlowDraft, from: &Target, to: &Target, seen: &mut BTreeSet<Target>) -> bool {
    if from == to {
        return true;
    }
    if !seen.insert(from.clone()) {
        return false;
    }
    let exits = flow.exits(from);
    exits
        .iter()
        .filter(|exit| !is_key(exit))
        .filter_map(Exit::target)
        .any(|next| reaches(flow, next, to, seen))
}
