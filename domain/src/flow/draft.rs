//! A flow as somebody wrote it, before anyone may call through it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::problem::{Problem, ProblemKind, Problems};
use super::{CallFlow, Forward, Mailbox, Menu, NodeName, Prompt, Reprompt, Target};

/// The longest text a carrier speaks in one go (Twilio, error 13521: 4096 characters with the basic voices).
const LONGEST_PROMPT: usize = 4096;

/// A flow with every place filled in but nothing checked. [`FlowDraft::check`] is the only way to a [`CallFlow`].
#[derive(Debug, Clone)]
pub struct FlowDraft {
    /// Where every call begins.
    pub start: Target,
    /// The mailbox for callers who can be helped in no other way.
    pub safety: NodeName,
    /// The menus by name.
    pub menus: BTreeMap<NodeName, Menu>,
    /// The forwards by name.
    pub forwards: BTreeMap<NodeName, Forward>,
    /// The mailboxes by name.
    pub mailboxes: BTreeMap<NodeName, Mailbox>,
}

impl FlowDraft {
    /// The flow, or everything that is wrong with it.
    pub fn check(self) -> Result<CallFlow, Problems> {
        let mut problems = Vec::new();
        self.check_targets(&mut problems);
        self.check_menus(&mut problems);
        self.check_forwards(&mut problems);
        self.check_prompts(&mut problems);
        self.check_reach(&mut problems);
        self.check_silence(&mut problems);
        if problems.is_empty() {
            let Self { start, safety, menus, forwards, mailboxes } = self;
            Ok(CallFlow { start, safety, menus, forwards, mailboxes })
        } else {
            Err(Problems(problems))
        }
    }

    fn exists(&self, target: &Target) -> bool {
        match target {
            Target::Menu(name) => self.menus.contains_key(name),
            Target::Forward(name) => self.forwards.contains_key(name),
            Target::Mailbox(name) => self.mailboxes.contains_key(name),
        }
    }

    fn places(&self) -> impl Iterator<Item = Target> + '_ {
        let menus = self.menus.keys().cloned().map(Target::Menu);
        let forwards = self.forwards.keys().cloned().map(Target::Forward);
        let mailboxes = self.mailboxes.keys().cloned().map(Target::Mailbox);
        menus.chain(forwards).chain(mailboxes)
    }

    /// Everywhere a caller can go next from a place.
    fn exits(&self, place: &Target) -> Vec<&Target> {
        match place {
            Target::Menu(name) => self.menus.get(name).map_or_else(Vec::new, |menu| {
                let choices = menu.choices.values().map(|choice| &choice.then);
                choices.chain([&menu.no_input.then, &menu.no_match.then]).collect()
            }),
            Target::Forward(name) => self.forwards.get(name).map(|f| &f.otherwise).into_iter().collect(),
            Target::Mailbox(_) => Vec::new(),
        }
    }

    /// Where a caller goes who does nothing.
    fn silent_exit(&self, place: &Target) -> Option<&Target> {
        match place {
            Target::Menu(name) => self.menus.get(name).map(|menu| &menu.no_input.then),
            Target::Forward(name) => self.forwards.get(name).map(|forward| &forward.otherwise),
            Target::Mailbox(_) => None,
        }
    }

    fn check_targets(&self, problems: &mut Vec<Problem>) {
        let safety = Target::Mailbox(self.safety.clone());
        for (from, target) in [("start", &self.start), ("safety", &safety)] {
            if !self.exists(target) {
                problems.push(Problem::new(from, ProblemKind::UnknownTarget(target.clone())));
            }
        }
        for place in self.places() {
            for target in self.exits(&place) {
                if !self.exists(target) {
                    problems.push(Problem::new(&place, ProblemKind::UnknownTarget(target.clone())));
                }
            }
        }
    }

    fn check_menus(&self, problems: &mut Vec<Problem>) {
        for (name, menu) in &self.menus {
            let place = Target::Menu(name.clone());
            if menu.choices.is_empty() {
                problems.push(Problem::new(&place, ProblemKind::NoChoices));
            }
            for Reprompt { limit, .. } in [&menu.no_input, &menu.no_match] {
                if !(1..=9).contains(limit) {
                    problems.push(Problem::new(&place, ProblemKind::BadLimit(*limit)));
                }
            }
            check_seconds(&place, "timeout", menu.timeout, 1, 60, problems);
        }
    }

    fn check_forwards(&self, problems: &mut Vec<Problem>) {
        for (name, forward) in &self.forwards {
            let place = Target::Forward(name.clone());
            if forward.destinations.is_empty() {
                problems.push(Problem::new(&place, ProblemKind::NoDestinations));
            }
            for destination in &forward.destinations {
                check_seconds(&place, "ring", destination.ring, 5, 600, problems);
                if let Some(screening) = &destination.screening {
                    check_seconds(&place, "screening timeout", screening.timeout, 1, 60, problems);
                    if !(1..=9).contains(&screening.limit) {
                        problems.push(Problem::new(&place, ProblemKind::BadLimit(screening.limit)));
                    }
                }
            }
            check_seconds(&place, "time limit", forward.time_limit, 1, 86_400, problems);
        }
        for (name, mailbox) in &self.mailboxes {
            let place = Target::Mailbox(name.clone());
            check_seconds(&place, "longest message", mailbox.max_length, 2, 14_400, problems);
            check_seconds(&place, "silence", mailbox.silence, 1, 60, problems);
        }
    }

    fn check_prompts(&self, problems: &mut Vec<Problem>) {
        let mut check = |place: Target, prompt: &Prompt| {
            let length = prompt.text.chars().count();
            if prompt.text.trim().is_empty() {
                problems.push(Problem::new(&place, ProblemKind::EmptyPrompt));
            } else if length > LONGEST_PROMPT {
                problems.push(Problem::new(&place, ProblemKind::LongPrompt(length)));
            }
        };
        for (name, menu) in &self.menus {
            for prompt in [&menu.prompt, &menu.no_input.prompt, &menu.no_match.prompt] {
                check(Target::Menu(name.clone()), prompt);
            }
        }
        for (name, forward) in &self.forwards {
            let screening =
                forward.destinations.iter().filter_map(|d| d.screening.as_ref()).map(|s| &s.prompt);
            for prompt in forward.announcement.iter().chain(screening) {
                check(Target::Forward(name.clone()), prompt);
            }
        }
        for (name, mailbox) in &self.mailboxes {
            for prompt in [&mailbox.unavailable, &mailbox.greeting, &mailbox.farewell] {
                check(Target::Mailbox(name.clone()), prompt);
            }
        }
    }

    fn check_reach(&self, problems: &mut Vec<Problem>) {
        let mut reached = BTreeSet::from([self.start.clone(), Target::Mailbox(self.safety.clone())]);
        let mut open: Vec<Target> = reached.iter().cloned().collect();
        while let Some(place) = open.pop() {
            for next in self.exits(&place) {
                if reached.insert(next.clone()) {
                    open.push(next.clone());
                }
            }
        }
        for place in self.places().filter(|place| !reached.contains(place)) {
            problems.push(Problem::new(&place, ProblemKind::Unreachable));
        }
    }

    /// A caller who presses nothing must come to a mailbox from wherever they are.
    fn check_silence(&self, problems: &mut Vec<Problem>) {
        for start in self.places() {
            let mut seen = BTreeSet::new();
            let mut place = &start;
            while let Some(next) = self.silent_exit(place) {
                if !seen.insert(next) {
                    problems.push(Problem::new(&start, ProblemKind::Loop));
                    break;
                }
                place = next;
            }
        }
    }
}

fn check_seconds(
    place: &Target,
    what: &'static str,
    got: Duration,
    least: u64,
    most: u64,
    problems: &mut Vec<Problem>,
) {
    if !(least..=most).contains(&got.as_secs()) {
        problems.push(Problem::new(place, ProblemKind::BadSeconds { what, got: got.as_secs(), least, most }));
    }
}

#[cfg(test)]
mod tests {
    use super::super::builtin::{BuiltinFlow, draft};
    use super::*;

    fn sound() -> FlowDraft {
        draft(&BuiltinFlow { forward_to: vec!["+33611223344".parse().unwrap()], ..BuiltinFlow::default() })
    }

    fn name(text: &str) -> NodeName {
        text.parse().unwrap()
    }

    fn kinds(draft: FlowDraft) -> Vec<ProblemKind> {
        draft.check().expect_err("a problem was planted").0.into_iter().map(|p| p.kind).collect()
    }

    #[test]
    fn a_target_that_does_not_exist_is_named() {
        let mut flow = sound();
        flow.start = Target::Menu(name("mian"));
        assert!(kinds(flow).contains(&ProblemKind::UnknownTarget(Target::Menu(name("mian")))));
    }

    #[test]
    fn a_place_nobody_can_reach_is_named() {
        let mut flow = sound();
        let menu = flow.menus[&name("main")].clone();
        flow.menus.insert(name("attic"), menu);
        assert_eq!(kinds(flow), [ProblemKind::Unreachable]);
    }

    #[test]
    fn a_loop_that_silence_cannot_leave_is_refused() {
        let mut flow = sound();
        flow.menus.get_mut(&name("main")).unwrap().no_input.then = Target::Menu(name("main"));
        assert!(kinds(flow).contains(&ProblemKind::Loop));
    }

    #[test]
    fn empty_menus_groups_and_prompts_are_refused() {
        let mut flow = sound();
        flow.menus.get_mut(&name("main")).unwrap().choices.clear();
        flow.forwards.get_mut(&name("team")).unwrap().destinations.clear();
        flow.mailboxes.get_mut(&name("main")).unwrap().greeting.text = "  ".into();
        let kinds = kinds(flow);
        for kind in [ProblemKind::NoChoices, ProblemKind::NoDestinations, ProblemKind::EmptyPrompt] {
            assert!(kinds.contains(&kind), "{kind:?} in {kinds:?}");
        }
    }

    #[test]
    fn limits_and_times_that_no_carrier_takes_are_refused() {
        let mut flow = sound();
        flow.menus.get_mut(&name("main")).unwrap().no_match.limit = 0;
        flow.forwards.get_mut(&name("team")).unwrap().destinations[0].ring = Duration::from_secs(601);
        assert_eq!(
            kinds(flow),
            [
                ProblemKind::BadLimit(0),
                ProblemKind::BadSeconds { what: "ring", got: 601, least: 5, most: 600 }
            ]
        );
    }
}
