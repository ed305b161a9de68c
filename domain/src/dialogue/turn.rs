//! The result of one step of a conversation: instructions for the carrier and events for the log.
use crate::call::event::CallEvent;
use crate::dialogue::instruction::Instruction;

/// The result of one step: what to do now, and what has happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub struct Turn {
    /// For the carrier, in order; never empty.
    pub instructions: Vec<Instruction>,
    /// For the log.
    pub events: Vec<CallEvent>,
}
