//! All that can be wrong with a flow, each with its remedy.

use std::fmt;

use super::Target;

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The place in the flow (`menu main`).
    pub place: String,
    /// What is wrong.
    pub kind: ProblemKind,
}

impl Problem {
    pub(crate) fn new(place: impl fmt::Display, kind: ProblemKind) -> Self {
        Self { place: place.to_string(), kind }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.kind)
    }
}

/// What can be wrong, said with the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProblemKind {
    /// It leads somewhere that does not exist.
    #[error("leads to {0}, which does not exist; define it or correct the name")]
    UnknownTarget(Target),
    /// No caller can ever come here.
    #[error("no caller can get here; let a key or a rule lead here, or remove it")]
    Unreachable,
    /// A caller who presses nothing goes round for ever.
    #[error("a caller who presses nothing never gets out; let no-input lead to a mailbox")]
    Loop,
    /// A menu without keys.
    #[error("no key has a meaning here; give it at least one")]
    NoChoices,
    /// A forward without phones.
    #[error("there is nobody to ring; name at least one number")]
    NoDestinations,
    /// A prompt without words.
    #[error("a prompt is empty, the caller would hear silence; write what is to be said")]
    EmptyPrompt,
    /// A prompt with more characters than a carrier speaks.
    #[error("a prompt has {0} characters, a carrier speaks at most 4096; shorten it")]
    LongPrompt(usize),
    /// A number of tries outside 1 to 9.
    #[error("a limit of {0} tries cannot be; use 1 to 9")]
    BadLimit(u8),
    /// A time outside what carriers take.
    #[error("{what} is {got} s; use {least} to {most} s")]
    BadSeconds {
        /// The setting.
        what: &'static str,
        /// Its value in seconds.
        got: u64,
        /// The least allowed.
        least: u64,
        /// The most allowed.
        most: u64,
    },
}

/// Everything that is wrong with a flow; never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("; "))
    }
}
