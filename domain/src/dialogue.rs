//! Where a caller is in the flow, and one step onwards.

pub(crate) mod context;
pub(crate) mod instruction;
pub(crate) mod notice;
mod screening;
pub(crate) mod signal;
mod token;
mod turn;

use serde::{Deserialize, Serialize};

use crate::flow::{CallFlow, Menu, NodeName, Target};
use crate::keys::Keys;
use context::Context;
use instruction::CallerShown;
use signal::{DialOutcome, DialResult, Signal};

pub use turn::Turn;

/// Menus a caller can go through before being led to a mailbox. Nobody on the phone presses more keys than this.
const MOST_STEPS: u16 = 60;

/// Where the caller is. A small value that travels in the carrier's URLs and comes back with the next signal, so that
/// the answer depends on the request alone.
///
/// `step` counts the turns of the conversation: the same request is the same step, a second press is another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialogue {
    /// Nothing has been said yet.
    Start,
    /// A menu has been spoken.
    Menu {
        /// Which one.
        menu: NodeName,
        /// How often nothing was pressed.
        no_input: u8,
        /// How often a key without a meaning was pressed.
        no_match: u8,
        /// The turn.
        step: u16,
    },
    /// A phone is ringing.
    Forward {
        /// By which rule.
        forward: NodeName,
        /// Which of its destinations, from 0.
        position: u8,
        /// The turn.
        step: u16,
    },
    /// A message is being taken.
    Mailbox {
        /// By which mailbox.
        mailbox: NodeName,
        /// How the caller came to it.
        cause: MailboxCause,
        /// The turn.
        step: u16,
    },
    /// A callee is being asked whether they take the call (on the callee's leg).
    Screening {
        /// The forward that rang them.
        forward: NodeName,
        /// Which of its destinations.
        position: u8,
        /// The turn of the caller's conversation.
        step: u16,
        /// How often the callee has been asked.
        attempt: u8,
        /// What may be said about the caller.
        caller: CallerShown,
    },
    /// An address we cannot read: from another version, or mangled on the way.
    Lost,
}

/// How a caller came to a mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailboxCause {
    /// By pressing its key.
    Chosen,
    /// By pressing nothing.
    NoInput,
    /// By pressing keys without a meaning.
    NoMatch,
    /// Nobody picked up, or nobody accepted.
    NoAnswer,
    /// The line was engaged.
    Busy,
    /// The forward could not be connected.
    Failed,
    /// Ringing was stopped.
    Canceled,
    /// Something was wrong on our side or the carrier's.
    Fault,
}

/// One step of a conversation: what to do now and what has happened.
///
/// Total: late, repeated, contradictory and nonsensical signals get a safe answer that leads the caller on. The answer
/// never is empty and always ends the leg or hands control back.
pub fn advance(flow: &CallFlow, at: &Dialogue, signal: &Signal, cx: &Context) -> Turn {
    if let Dialogue::Screening { .. } = at {
        return screening::advance(flow, at, signal, cx);
    }
    let mut turn = Turn::on(cx);
    turn.note_caller(at);
    match (at, signal) {
        (_, Signal::Fault) => turn.enter_mailbox(flow, flow.safety(), MailboxCause::Fault, at.step()),
        (Dialogue::Start, _) => turn.enter(flow, flow.start(), MailboxCause::Chosen, 0),
        (Dialogue::Menu { menu, no_input, no_match, step }, _) => match flow.menu(menu) {
            None => turn.enter_mailbox(flow, flow.safety(), MailboxCause::Fault, *step),
            Some(found) => {
                let place = MenuPlace {
                    name: menu,
                    menu: found,
                    no_input: *no_input,
                    no_match: *no_match,
                    step: *step,
                };
                place.answer(flow, signal, &mut turn);
            }
        },
        (Dialogue::Forward { forward, position, step }, Signal::DialEnded(result)) => {
            turn.after_dial(flow, forward, *position, *step, result);
        }
        (Dialogue::Mailbox { mailbox, .. }, Signal::Recorded { recording, seconds }) => {
            turn.after_record(flow, mailbox, recording.as_ref(), *seconds);
        }
        // A message has been taken although we do not know where: keep it and say goodbye.
        (Dialogue::Lost | Dialogue::Forward { .. }, Signal::Recorded { recording, seconds }) => {
            turn.after_record(flow, flow.safety(), recording.as_ref(), *seconds);
        }
        // The carrier fell through the recording: nothing was said.
        (Dialogue::Mailbox { mailbox, .. }, _) => turn.after_record(flow, mailbox, None, None),
        (Dialogue::Lost | Dialogue::Forward { .. } | Dialogue::Screening { .. }, _) => {
            turn.enter_mailbox(flow, flow.safety(), MailboxCause::Fault, at.step());
        }
    }
    turn.finish()
}

impl Dialogue {
    /// The turn this dialogue belongs to; 0 before the first.
    fn step(&self) -> u16 {
        match self {
            Self::Menu { step, .. }
            | Self::Forward { step, .. }
            | Self::Mailbox { step, .. }
            | Self::Screening { step, .. } => *step,
            Self::Start | Self::Lost => 0,
        }
    }
}

impl MailboxCause {
    fn after(outcome: DialOutcome) -> Self {
        match outcome {
            DialOutcome::Answered | DialOutcome::NoAnswer => Self::NoAnswer,
            DialOutcome::Busy => Self::Busy,
            DialOutcome::Failed => Self::Failed,
            DialOutcome::Canceled => Self::Canceled,
        }
    }
}

/// A menu with the caller in it.
struct MenuPlace<'a> {
    name: &'a NodeName,
    menu: &'a Menu,
    no_input: u8,
    no_match: u8,
    step: u16,
}

impl MenuPlace<'_> {
    fn answer(&self, flow: &CallFlow, signal: &Signal, turn: &mut Turn) {
        match signal {
            Signal::Keyed(keys) if !keys.is_empty() => self.keyed(flow, keys, turn),
            Signal::Keyed(_) | Signal::NoInput => self.silent(flow, turn),
            // Not what a menu can be told: ask again, as for a key that means nothing, so that it stays bounded.
            Signal::Arrived
            | Signal::DialEnded(_)
            | Signal::Recorded { .. }
            | Signal::CalleeAnswered
            | Signal::Fault => self.no_match(flow, turn),
        }
    }

    fn keyed(&self, flow: &CallFlow, keys: &Keys, turn: &mut Turn) {
        let choice = keys.single().and_then(|key| self.menu.choices.get(&key));
        turn.note_key(self.name, self.step, keys, choice.map(|choice| choice.label.as_str()));
        match choice {
            Some(choice) => turn.enter(flow, &choice.then, MailboxCause::Chosen, self.step),
            None => self.no_match(flow, turn),
        }
    }

    fn no_match(&self, flow: &CallFlow, turn: &mut Turn) {
        let count = self.no_match.saturating_add(1);
        let rule = &self.menu.no_match;
        if count >= rule.limit || self.step >= MOST_STEPS {
            turn.enter(flow, &rule.then, MailboxCause::NoMatch, self.step);
        } else {
            turn.ask(self.name, self.menu, Some(&rule.prompt), self.no_input, count, self.step);
        }
    }

    fn silent(&self, flow: &CallFlow, turn: &mut Turn) {
        turn.note_no_input(self.name, self.step);
        let count = self.no_input.saturating_add(1);
        let rule = &self.menu.no_input;
        if count >= rule.limit || self.step >= MOST_STEPS {
            turn.enter(flow, &rule.then, MailboxCause::NoInput, self.step);
        } else {
            turn.ask(self.name, self.menu, Some(&rule.prompt), count, self.no_match, self.step);
        }
    }
}

impl Turn {
    /// Goes where the flow says, if that is still possible.
    fn enter(&mut self, flow: &CallFlow, target: &Target, cause: MailboxCause, step: u16) {
        match target {
            Target::Menu(name) => match flow.menu(name) {
                Some(menu) if step < MOST_STEPS => self.ask(name, menu, None, 0, 0, step),
                _ => self.enter_mailbox(flow, flow.safety(), MailboxCause::Fault, step),
            },
            Target::Forward(name) => self.ring(flow, name, 0, step),
            Target::Mailbox(name) => self.enter_mailbox(flow, name, cause, step),
        }
    }

    fn after_dial(&mut self, flow: &CallFlow, name: &NodeName, position: u8, step: u16, result: &DialResult) {
        let rule = flow.forward(name);
        let screened = rule
            .and_then(|rule| rule.destinations.get(usize::from(position)))
            .is_none_or(|destination| destination.screening.is_some());
        self.note_dial(step, result, screened);
        if result.reached(screened) || self.caller_gone() {
            self.hang_up();
            return;
        }
        let next = position.saturating_add(1);
        match rule {
            Some(rule) if usize::from(next) < rule.destinations.len() => self.ring(flow, name, next, step),
            Some(rule) => self.enter(flow, &rule.otherwise, MailboxCause::after(result.outcome), step),
            None => self.enter_mailbox(flow, flow.safety(), MailboxCause::after(result.outcome), step),
        }
    }
}

#[cfg(test)]
mod tests;
