//! Where a caller is in the flow, and one step onwards: [`advance`] and what it reads and returns.

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

/// Where the caller is. A small value that travels in the carrier's URLs and comes back with the next signal, so that
/// the answer depends on the request alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
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
        /// How the caller came here.
        history: DialogueHistory,
    },
    /// Phones are ringing.
    Forward {
        /// By which rule.
        forward: NodeName,
        /// Which of its destinations, from 0; the first of them when all ring at once.
        position: u8,
        /// How the caller came here.
        history: DialogueHistory,
    },
    /// A message is being taken.
    Mailbox {
        /// By which mailbox.
        mailbox: NodeName,
        /// How the caller came to it.
        cause: MailboxCause,
        /// How the caller came here.
        history: DialogueHistory,
    },
    /// A caller who has recorded a message is asked whether to keep it.
    Confirm {
        /// By which mailbox.
        mailbox: NodeName,
        /// How the caller came to it.
        cause: MailboxCause,
        /// The message.
        recording: RecordingId,
        /// How the caller came here.
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
        /// What may be said about the caller.
        caller: CallerShown,
        /// How the caller came here.
        history: DialogueHistory,
    },
    /// An address that cannot be decoded: from another version, or damaged on the way.
    Lost,
}

/// One step of a conversation: what to do now and what has happened.
///
/// Total: late, repeated, contradictory and nonsensical signals get a safe answer that leads the caller on. The answer
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
        // A message has been taken although we do not know where: keep it and say goodbye.
        (Dialogue::Lost | Dialogue::Forward { .. }, Signal::Recorded { recording, seconds }) => {
            step.keep_message(flow.safety(), recording.as_ref(), *seconds, &at.history());
        }
        // The carrier went on without a recording: nothing was said.
        (Dialogue::Mailbox { mailbox, history, .. }, _) => step.keep_message(mailbox, None, None, history),
        (Dialogue::Lost | Dialogue::Forward { .. } | Dialogue::Screening { .. }, _) => {
            step.rescue(&at.history());
        }
    }
    step.finish()
}

impl Dialogue {
    /// How the caller came here; the first step where that is not known.
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
