//! Builds the result of one step: follows the flow to the next node, with the parts that all nodes share.
use super::Dialogue;
use super::context::Context;
use super::history::DialogueHistory;
use super::instruction::Instruction;
use super::turn::Turn;
use crate::call::event::{CallEvent, EventKind};
use crate::call::parties::Parties;
use crate::call::status::HoursReason;
use crate::call::status::MailboxCause;
use crate::flow::CallFlow;
use crate::flow::MAX_STEPS;
use crate::flow::hours::schedule::Opening;
use crate::flow::name::NodeName;
use crate::flow::prompt::Prompt;
use crate::flow::target::Target;

/// Builds the result of one step.
pub(super) struct StepBuilder<'a> {
    pub flow: &'a CallFlow,
    pub cx: &'a Context,
    pub turn: Turn,
}

impl<'a> StepBuilder<'a> {
    pub fn new(flow: &'a CallFlow, cx: &'a Context) -> Self {
        Self { flow, cx, turn: Turn::default() }
    }

    pub fn note(&mut self, kind: EventKind) {
        self.turn.events.push(CallEvent {
            call: self.cx.call.clone(),
            at: self.cx.now,
            kind,
            received_at: None,
        });
    }

    pub fn push(&mut self, instruction: Instruction) {
        self.turn.instructions.push(instruction);
    }

    pub fn say(&mut self, prompt: &Prompt, history: &DialogueHistory) {
        for speech in self.flow.speech(prompt, history.language.as_ref()) {
            self.push(Instruction::Say(speech));
        }
    }

    pub fn hang_up(&mut self) {
        self.push(Instruction::HangUp);
    }

    /// Returns the turn. A turn without instructions hangs up, because no one is left to hear more.
    pub fn finish(mut self) -> Turn {
        if self.turn.instructions.is_empty() {
            self.hang_up();
        }
        self.turn
    }

    /// Records the parties with every request on the caller's leg, so that losing the first request does no harm. A request
    /// that arrives after the caller has left also records the end of the call.
    pub fn note_caller(&mut self, at: &Dialogue) {
        self.note(EventKind::Started(Parties {
            from: self.cx.from.clone(),
            to: self.cx.to.clone(),
            from_name: self.cx.from_name.clone(),
            from_place: self.cx.from_place.clone(),
        }));
        if self.cx.caller_gone {
            self.note(EventKind::CallerLeft { step: at.history().step });
        }
    }

    /// Enters a node, or the safety mailbox if the node does not exist.
    pub fn enter(&mut self, target: &Target, mut cause: MailboxCause, history: &DialogueHistory) {
        let flow = self.flow;
        let mut target = target;
        // In a checked flow, a caller passes each hours node, and each forward that may not ring, at most once.
        for _ in 0..=flow.draft().hours.len() + flow.draft().forwards.len() {
            target = match target {
                Target::Hours(name) => match self.pass_hours(name, history) {
                    Some((Opening::Open, next)) => next,
                    Some((Opening::Closed | Opening::Holiday, next)) => {
                        cause = MailboxCause::Closed;
                        next
                    }
                    None => return self.rescue(history),
                },
                Target::Forward(name) => match flow.forward(name) {
                    Some(forward) if self.cx.restrictions.may_not_forward && !history.forwarded => {
                        cause = MailboxCause::Limit;
                        &forward.otherwise
                    }
                    Some(forward) => return self.begin_forward(name, forward, history),
                    None => return self.rescue(history),
                },
                Target::Menu(name) => {
                    return match flow.menu(name) {
                        Some(menu) if history.step < MAX_STEPS => {
                            self.ask(name, menu, None, [0, 0], history);
                        }
                        _ => self.rescue(history),
                    };
                }
                Target::Mailbox(name) if flow.mailbox(name).is_none() => return self.rescue(history),
                Target::Mailbox(name) => return self.enter_mailbox(name, cause, history),
                Target::Goodbye(name) => return self.bid_goodbye(name, history),
            };
        }
        self.rescue(history);
    }

    /// Sends the caller to the safety mailbox.
    pub fn rescue(&mut self, history: &DialogueHistory) {
        self.enter_mailbox(self.flow.safety(), MailboxCause::Fault, history);
    }

    fn pass_hours(&mut self, name: &NodeName, history: &DialogueHistory) -> Option<(Opening, &'a Target)> {
        let hours = self.flow.hours(name)?;
        let opening = hours.schedule.at(self.cx.now);
        let next = match opening {
            Opening::Open => &hours.open,
            Opening::Closed => &hours.closed,
            Opening::Holiday => hours.holiday.as_ref().unwrap_or(&hours.closed),
        };
        if !self.cx.caller_gone {
            let why = HoursReason::from(opening);
            self.note(EventKind::Hours { hours: Some(name.clone()), step: history.step, why });
        }
        Some((opening, next))
    }

    fn bid_goodbye(&mut self, name: &NodeName, history: &DialogueHistory) {
        let Some(goodbye) = self.flow.goodbye(name) else { return self.rescue(history) };
        if self.cx.caller_gone {
            return;
        }
        self.note(EventKind::Goodbye { goodbye: name.clone(), step: history.step.saturating_add(1) });
        self.say(&goodbye.prompt, history);
        self.hang_up();
    }
}
