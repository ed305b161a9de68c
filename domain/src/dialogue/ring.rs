//! The steps of a forward while the caller waits: which phones ring now, and what happens when ringing has ended.
use super::Dialogue;
use super::history::DialogueHistory;
use super::instruction::{CallerShown, DialTarget, Instruction};
use super::signal::DialResult;
use super::step_builder::StepBuilder;
use crate::call::event::EventKind;
use crate::call::status::{DialOutcome, MailboxCause};
use crate::flow::forward::{Destination, Forward, ShownNumber, Strategy};
use crate::flow::name::NodeName;
use crate::hash::fnv1a;
use crate::ids::LegId;
use crate::phone::PhoneNumber;
use crate::phone::caller::CallerId;

impl StepBuilder<'_> {
    /// Starts a forward.
    pub(super) fn begin_forward(&mut self, name: &NodeName, forward: &Forward, history: &DialogueHistory) {
        let rotates = forward.strategy == Strategy::RoundRobin;
        let rotation = self.cx.rotation.filter(|_| rotates);
        let history = &DialogueHistory { rotation, ..history.clone() };
        self.ring(name, first(forward, history, &self.cx.call), true, history);
    }

    /// Rings one destination of a forward, or all of them.
    fn ring(&mut self, name: &NodeName, position: u8, is_first: bool, history: &DialogueHistory) {
        let Some(forward) = self.flow.forward(name) else { return self.rescue(history) };
        let rung: Vec<(u8, &Destination)> = match forward.strategy {
            Strategy::Simultaneous => (0u8..=u8::MAX)
                .zip(&forward.destinations)
                .filter(|(_, destination)| !self.would_loop(destination))
                .collect(),
            Strategy::Sequential | Strategy::RoundRobin => {
                // Skip destinations that would lead the call back to us.
                let mut ahead =
                    std::iter::successors(Some(position), |at| next(forward, *at, history, &self.cx.call));
                let found = ahead.find_map(|place| {
                    let destination = forward.destinations.get(usize::from(place))?;
                    (!self.would_loop(destination)).then_some((place, destination))
                });
                found.into_iter().collect()
            }
        };
        let Some(ring) = rung.iter().map(|(_, destination)| destination.ring).max() else {
            return match forward.destinations.get(usize::from(position)) {
                Some(_) => self.enter(&forward.otherwise, MailboxCause::NoAnswer, history),
                None => self.rescue(history),
            };
        };
        if self.cx.caller_gone {
            return;
        }
        let history = DialogueHistory { forwarded: true, ..history.on(self.flow.version()) };
        if let (true, Some(announcement)) = (is_first, &forward.announcement) {
            self.say(announcement, &history);
        }
        let position = rung.first().map_or(position, |(place, _)| *place);
        let targets = rung
            .into_iter()
            .map(|(place, destination)| self.target((name, forward), place, destination, &history))
            .collect();
        self.push(Instruction::Dial {
            targets,
            ring,
            caller_id: self.shown_number(forward, &history),
            time_limit: forward.time_limit,
            then: Dialogue::Forward { forward: name.clone(), position, history },
        });
    }

    /// Whether ringing that phone would bring the call back to us: it is the number that was called, or one that its
    /// owner has diverted to us.
    fn would_loop(&self, destination: &Destination) -> bool {
        let number = destination.phone.number();
        number.is_some() && (self.cx.called().as_ref() == number || self.cx.diverted_from.as_ref() == number)
    }

    fn target(
        &mut self,
        (name, forward): (&NodeName, &Forward),
        position: u8,
        destination: &Destination,
        history: &DialogueHistory,
    ) -> DialTarget {
        let screened = destination.screening.is_some();
        let phone = destination.phone.clone();
        self.note(EventKind::Forward {
            forward: name.clone(),
            step: history.step,
            position,
            number: phone.clone(),
            screened,
        });
        let shown = self.shown_number(forward, history);
        let caller = match &self.cx.from {
            CallerId::Known(number) if shown.as_ref() == Some(number) => CallerShown::Number,
            CallerId::Known(_) => CallerShown::Hidden,
            CallerId::Withheld => CallerShown::Withheld,
            CallerId::Sip(_) | CallerId::Client(_) | CallerId::Other(_) => CallerShown::Address,
        };
        let screening = screened.then(|| Dialogue::Screening {
            forward: name.clone(),
            position,
            attempt: 0,
            caller,
            // The callee's own conversation has no menus to go back to.
            history: DialogueHistory { menus: Vec::new(), ..history.clone() },
        });
        DialTarget {
            phone,
            digits: destination.digits.clone(),
            step: history.step,
            position,
            ring: destination.ring,
            screening,
        }
    }

    /// The number the callee sees: ours if carriers refuse the caller's number or an attempt with it has failed.
    fn shown_number(&self, forward: &Forward, history: &DialogueHistory) -> Option<PhoneNumber> {
        let of_flow = || self.flow.draft().main_numbers.keys().next().cloned();
        let ours = || self.cx.called().or_else(|| self.cx.own_number.clone()).or_else(of_flow);
        match &forward.shows {
            ShownNumber::Caller if history.shows_ours => ours(),
            ShownNumber::Caller => {
                self.cx.from.number().filter(|number| number.can_be_shown()).cloned().or_else(ours)
            }
            ShownNumber::Ours => ours(),
            ShownNumber::Fixed(number) => Some(number.clone()),
        }
    }

    /// Ringing the phones has ended.
    pub(super) fn after_dial(
        &mut self,
        name: &NodeName,
        position: u8,
        history: &DialogueHistory,
        result: &DialResult,
    ) {
        let rule = self.flow.forward(name);
        let screened = rule.is_none_or(|rule| match rule.strategy {
            // Any of the phones may have picked up. If one of them is screened, only the carrier's report of a
            // connection counts as one.
            Strategy::Simultaneous => {
                rule.destinations.iter().any(|destination| destination.screening.is_some())
            }
            Strategy::Sequential | Strategy::RoundRobin => rule
                .destinations
                .get(usize::from(position))
                .is_none_or(|destination| destination.screening.is_some()),
        });
        self.note_dial(history.step, result, screened);
        if result.reached(screened) || self.cx.caller_gone {
            self.hang_up();
            return;
        }
        // Some networks refuse a caller's number that looks valid, so the same phones are rung again with ours.
        let can_show_ours = |rule: &Forward| {
            let with_ours = DialogueHistory { shows_ours: true, ..history.clone() };
            result.outcome == DialOutcome::Failed
                && !history.shows_ours
                && self.shown_number(rule, history) != self.shown_number(rule, &with_ours)
        };
        if let Some(rule) = rule
            && can_show_ours(rule)
        {
            let history = DialogueHistory { shows_ours: true, ..history.clone() };
            return self.ring(name, position, false, &history);
        }
        let history = &DialogueHistory { shows_ours: false, ..history.clone() };
        let cause = MailboxCause::after(result.outcome);
        match rule {
            Some(rule) => match next(rule, position, history, &self.cx.call) {
                Some(next) => self.ring(name, next, false, history),
                None => self.enter(&rule.otherwise, cause, history),
            },
            None => self.enter_mailbox(self.flow.safety(), cause, history),
        }
    }

    fn note_dial(&mut self, step: u16, result: &DialResult, screened: bool) {
        let DialResult { outcome, leg, bridged, seconds } = result.clone();
        self.note(EventKind::Dial { step, outcome, leg: leg.clone(), bridged, seconds });
        if result.reached(screened) {
            self.note(EventKind::Bridged { step, leg });
        }
    }
}

/// Which destination rings first.
fn first(forward: &Forward, history: &DialogueHistory, call: &LegId) -> u8 {
    match forward.strategy {
        Strategy::Sequential | Strategy::Simultaneous => 0,
        Strategy::RoundRobin => {
            // FNV-1a: the same on every machine and in every version, and evenly distributed over the carrier's random ids.
            let by_chance = || fnv1a(call.id().as_bytes()) >> 32;
            let rotation = history.rotation.map_or_else(by_chance, u64::from);
            let count = u64::try_from(forward.destinations.len().max(1)).unwrap_or(1);
            u8::try_from(rotation % count).unwrap_or(0)
        }
    }
}

/// Which destination rings after that one, if any does.
fn next(forward: &Forward, position: u8, history: &DialogueHistory, call: &LegId) -> Option<u8> {
    let count = u8::try_from(forward.destinations.len()).unwrap_or(u8::MAX);
    match forward.strategy {
        Strategy::Simultaneous => None,
        Strategy::Sequential => position.checked_add(1).filter(|next| *next < count),
        Strategy::RoundRobin => {
            let next = position.checked_add(1).filter(|next| *next < count).unwrap_or(0);
            (position < count && next != first(forward, history, call)).then_some(next)
        }
    }
}
