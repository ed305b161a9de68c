//! The state of a caller's conversation and its next step: [`advance`], its inputs and its result.

mod arrival;
pub(crate) mod context;
pub(crate) mod history;
pub(crate) mod instruction;
mod mailbox;
mod menu;
pub(crate) mod notice;
mod ring;
mod screening;
pub(crate) mod signal;
mod step_builder;
mod token;
pub(crate) mod turn;

pub use context::{CallRestrictions, Closure};
pub use history::DialogueHistory;
pub use instruction::{CallerShown, DialTarget};
pub use signal::DialResult;

use serde::{Deserialize, Serialize};

use crate::call::status::{DialOutcome, MailboxCause};
use crate::flow::CallFlow;
use crate::flow::name::NodeName;
use crate::ids::RecordingId;

use context::Context;
use signal::Signal;
use step_builder::StepBuilder;
use turn::Turn;

/// The state of a conversation. It is small and part of the carrier's URLs, and comes back with the next signal, so that
/// the answer depends on the request alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Dialogue {
    /// Nothing has been said yet.
    Start,
    /// A menu has been spoken.
    Menu {
        /// The menu.
        menu: NodeName,
        /// How often nothing was pressed.
        no_input: u8,
        /// How often a key without a meaning was pressed.
        no_match: u8,
        /// The caller's earlier steps.
        history: DialogueHistory,
    },
    /// Phones are ringing.
    Forward {
        /// The forward.
        forward: NodeName,
        /// Which of its destinations, from 0; the first of them when all ring at once.
        position: u8,
        /// The caller's earlier steps.
        history: DialogueHistory,
    },
    /// A message is being taken.
    Mailbox {
        /// The mailbox.
        mailbox: NodeName,
        /// Why the caller reached it.
        cause: MailboxCause,
        /// The caller's earlier steps.
        history: DialogueHistory,
    },
    /// A caller who has recorded a message is asked whether to keep it.
    Confirm {
        /// The mailbox.
        mailbox: NodeName,
        /// Why the caller reached it.
        cause: MailboxCause,
        /// The message.
        recording: RecordingId,
        /// The caller's earlier steps.
        history: DialogueHistory,
    },
    /// A callee is being asked whether they take the call (on the callee's leg).
    Screening {
        /// The forward that rang them.
        forward: NodeName,
        /// Which of its destinations.
        position: u8,
        /// How often the callee has been asked.
        attempt: u8,
        /// What the callee may hear about the caller.
        caller: CallerShown,
        /// The caller's earlier steps.
        history: DialogueHistory,
    },
    /// An address that cannot be decoded: from another version, or damaged on the way.
    Lost,
}

/// One step of a conversation: what to do now and what has happened.
///
/// Total: late, repeated, contradictory and invalid signals get a safe answer that continues the call. The answer
/// is never empty, and always ends the leg or returns control.
pub fn advance(flow: &CallFlow, at: &Dialogue, signal: &Signal, cx: &Context) -> Turn {
    if let Dialogue::Screening { .. } = at {
        return screening::advance(flow, at, signal, cx);
    }
    let mut step = StepBuilder::new(flow, cx);
    step.note_caller(at);
    match (at, signal) {
        (_, Signal::Fault) => step.rescue(&at.history()),
        (Dialogue::Start, _) => step.arrive(),
        (Dialogue::Menu { menu, no_input, no_match, history }, _) => {
            step.answer_menu(menu, [*no_input, *no_match], signal, history);
        }
        (Dialogue::Forward { forward, position, history }, Signal::DialEnded(result)) => {
            step.after_dial(forward, *position, history, result);
        }
        (Dialogue::Mailbox { mailbox, cause, history }, Signal::Recorded { recording, seconds }) => {
            step.after_record(mailbox, *cause, recording.as_ref(), *seconds, history);
        }
        (Dialogue::Confirm { mailbox, cause, recording, history }, _) => {
            step.after_question(mailbox, *cause, recording, signal, history);
        }
        // A message was recorded for an unknown mailbox: keep it and say goodbye.
        (Dialogue::Lost | Dialogue::Forward { .. }, Signal::Recorded { recording, seconds }) => {
            step.keep_message(flow.safety(), recording.as_ref(), *seconds, &at.history());
        }
        // The carrier continued without a recording: there is no message.
        (Dialogue::Mailbox { mailbox, history, .. }, _) => step.keep_message(mailbox, None, None, history),
        (Dialogue::Lost | Dialogue::Forward { .. } | Dialogue::Screening { .. }, _) => {
            step.rescue(&at.history());
        }
    }
    step.finish()
}

impl Dialogue {
    /// The caller's earlier steps; the default (no steps) for `Start` and `Lost`.
    pub fn history(&self) -> DialogueHistory {
        match self {
            Self::Menu { history, .. }
            | Self::Forward { history, .. }
            | Self::Mailbox { history, .. }
            | Self::Confirm { history, .. }
            | Self::Screening { history, .. } => history.clone(),
            Self::Start | Self::Lost => DialogueHistory::default(),
        }
    }
}

impl MailboxCause {
    fn after(outcome: DialOutcome) -> Self {
        match outcome {
            DialOutcome::Answered | DialOutcome::NoAnswer | DialOutcome::Declined => Self::NoAnswer,
            DialOutcome::Busy => Self::Busy,
            DialOutcome::Failed => Self::Failed,
            DialOutcome::Canceled => Self::Canceled,
        }
    }
}

#[cfg(test)]
mod tests;
