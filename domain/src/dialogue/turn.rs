//! What one step of a conversation gives: instructions for the carrier and events for the log.

use crate::call::event::{CallEvent, EventKind, Parties, RecordingStatus, ScreeningAnswer};
use crate::dialogue::context::Context;
use crate::dialogue::instruction::{CallerShown, DialTarget, Instruction};
use crate::dialogue::signal::DialResult;
use crate::dialogue::{Dialogue, MailboxCause};
use crate::flow::{CallFlow, Mailbox, Menu, NodeName, Prompt};
use crate::ids::RecordingId;
use crate::keys::Keys;
use crate::phone::CallerId;

/// One step: what to do now, and what has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// For the carrier, in order; never empty.
    pub instructions: Vec<Instruction>,
    /// For the log.
    pub events: Vec<CallEvent>,
    cx: Context,
}

impl Turn {
    pub(super) fn on(cx: &Context) -> Self {
        Self { instructions: Vec::new(), events: Vec::new(), cx: cx.clone() }
    }

    pub(super) fn caller_gone(&self) -> bool {
        self.cx.caller_gone
    }

    fn note(&mut self, kind: EventKind) {
        self.events.push(CallEvent { call: self.cx.call.clone(), at: self.cx.now, kind });
    }

    /// Every request on the caller's leg tells who calls, so that the first one may get lost; and one that comes after
    /// the caller has left tells that the call is over.
    pub(super) fn note_caller(&mut self, at: &Dialogue) {
        let parties = Parties {
            from: self.cx.from.clone(),
            to: self.cx.to.clone(),
            from_name: self.cx.from_name.clone(),
            from_place: self.cx.from_place.clone(),
        };
        self.note(EventKind::Started(parties));
        if self.cx.caller_gone {
            self.note(EventKind::CallerLeft { step: at.step() });
        }
    }

    pub(super) fn note_key(&mut self, menu: &NodeName, step: u16, keys: &Keys, choice: Option<&str>) {
        let choice = choice.map(ToOwned::to_owned);
        self.note(EventKind::Key { menu: menu.clone(), step, keys: keys.clone(), choice });
    }

    pub(super) fn note_no_input(&mut self, menu: &NodeName, step: u16) {
        self.note(EventKind::NoInput { menu: menu.clone(), step });
    }

    pub(super) fn note_screening(&mut self, step: u16, position: u8, answer: ScreeningAnswer) {
        let leg = self.cx.leg.clone();
        self.note(EventKind::Screening { step, position, leg, answer });
    }

    pub(super) fn note_dial(&mut self, step: u16, result: &DialResult, screened: bool) {
        let DialResult { outcome, leg, bridged, seconds } = result.clone();
        self.note(EventKind::Dial { step, outcome, leg: leg.clone(), bridged, seconds });
        if result.reached(screened) {
            self.note(EventKind::Bridged { step, leg });
        }
    }

    /// Asks a menu's question.
    pub(super) fn ask(
        &mut self,
        name: &NodeName,
        menu: &Menu,
        first: Option<&Prompt>,
        no_input: u8,
        no_match: u8,
        step: u16,
    ) {
        if self.cx.caller_gone {
            return;
        }
        let step = step.saturating_add(1);
        self.note(EventKind::Menu { menu: name.clone(), step });
        self.instructions.push(Instruction::Gather {
            prompts: first.into_iter().chain([&menu.prompt]).cloned().collect(),
            max_keys: 1,
            timeout: menu.timeout,
            then: Dialogue::Menu { menu: name.clone(), no_input, no_match, step },
        });
    }

    /// Rings one destination of a forward.
    pub(super) fn ring(&mut self, flow: &CallFlow, name: &NodeName, position: u8, step: u16) {
        let Some((forward, destination)) = flow
            .forward(name)
            .and_then(|forward| Some((forward, forward.destinations.get(usize::from(position))?)))
        else {
            return self.enter_mailbox(flow, flow.safety(), MailboxCause::Fault, step);
        };
        if self.cx.caller_gone {
            return;
        }
        let step = step.saturating_add(1);
        if let (0, Some(announcement)) = (position, &forward.announcement) {
            self.instructions.push(Instruction::Say(announcement.clone()));
        }
        let screened = destination.screening.is_some();
        let number = destination.number.clone();
        self.note(EventKind::Forward {
            forward: name.clone(),
            step,
            position,
            number: number.clone(),
            screened,
        });
        let caller = match &self.cx.from {
            CallerId::Known(_) => CallerShown::Number,
            CallerId::Withheld => CallerShown::Withheld,
            CallerId::Sip(_) | CallerId::Client(_) | CallerId::Other(_) => CallerShown::Address,
        };
        let screening = screened.then(|| Dialogue::Screening {
            forward: name.clone(),
            position,
            step,
            attempt: 0,
            caller,
        });
        self.instructions.push(Instruction::Dial {
            targets: vec![DialTarget { number, step, position, screening }],
            ring: destination.ring,
            caller_id: self.cx.from.number().cloned().or_else(|| self.cx.to.parse().ok()),
            time_limit: forward.time_limit,
            then: Dialogue::Forward { forward: name.clone(), position, step },
        });
    }

    /// Takes a message.
    pub(super) fn enter_mailbox(&mut self, flow: &CallFlow, name: &NodeName, cause: MailboxCause, step: u16) {
        if self.cx.caller_gone {
            return;
        }
        let (name, mailbox) = match flow.mailbox(name) {
            Some(mailbox) => (name, Some(mailbox)),
            None => (flow.safety(), flow.mailbox(flow.safety())),
        };
        // A `CallFlow` always has its safety mailbox; if that ever failed the caller hears the end, not silence.
        let Some(mailbox) = mailbox else { return };
        let step = step.saturating_add(1);
        self.note(EventKind::Mailbox { mailbox: name.clone(), step, cause });
        if cause != MailboxCause::Chosen {
            self.instructions.push(Instruction::Say(mailbox.unavailable.clone()));
        }
        self.instructions.push(Instruction::Say(mailbox.greeting.clone()));
        self.instructions.push(record(mailbox, Dialogue::Mailbox { mailbox: name.clone(), cause, step }));
    }

    /// A message has been taken, or there was none to take.
    pub(super) fn after_record(
        &mut self,
        flow: &CallFlow,
        name: &NodeName,
        recording: Option<&RecordingId>,
        seconds: Option<u32>,
    ) {
        if let Some(recording) = recording {
            self.note(EventKind::Recording {
                recording: recording.clone(),
                status: RecordingStatus::Taken,
                seconds,
            });
        }
        if let Some(mailbox) = flow.mailbox(name).or_else(|| flow.mailbox(flow.safety())) {
            self.instructions.push(Instruction::Say(mailbox.farewell.clone()));
        }
        self.hang_up();
    }

    pub(super) fn hang_up(&mut self) {
        self.instructions.push(Instruction::HangUp);
    }

    /// A turn without instructions ends the leg: nobody is left to hear more.
    pub(super) fn finish(mut self) -> Self {
        if self.instructions.is_empty() {
            self.hang_up();
        }
        self
    }
}

fn record(mailbox: &Mailbox, then: Dialogue) -> Instruction {
    Instruction::Record {
        max_length: mailbox.max_length,
        silence: mailbox.silence,
        finish_on_key: mailbox.finish_on_key,
        then,
    }
}
