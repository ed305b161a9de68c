//! Changes of the follow-up, and why one is refused.
use std::fmt;

/// A change of a call's follow-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkChange {
    /// Marks the call done.
    Handle,
    /// Marks the call not done again.
    Reopen,
    /// Assigns the call to the user who makes the change.
    Claim,
    /// Assigns the call to that user.
    Assign(String),
    /// Removes the assignment.
    Release,
    /// Adds a note.
    Note(String),
    /// Adds a tag.
    Tag(String),
    /// Removes a tag.
    Untag(String),
    /// Records that the user has played the voicemail.
    Played,
}

/// The state of the follow-up that a change was decided on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BasedOn {
    /// The [`Work::decisions`](super::Work::decisions) that a user saw; notes and tags are accepted in any state.
    Decisions(u64),
    /// The [`Work::version`](super::Work::version) that a program read; changes to any other version are refused.
    Version(u64),
    /// The current state, without a check.
    Latest,
}

/// Why a change was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkRefused {
    /// Another user changed it first: the change was based on an outdated state.
    #[error("another user has just changed this call; reload it")]
    Stale,
    /// The assignee is not a user.
    #[error("there is no such user")]
    NoSuchUser,
    /// There is no text.
    #[error("a {0} cannot be empty")]
    Empty(Written),
    /// The text is too long.
    #[error("a {0} has at most {1} characters; shorten it")]
    TooLong(Written, usize),
    /// The call already has the maximum number of them.
    #[error("a call has at most {1} {0}s")]
    TooMany(Written, usize),
}

/// Something that people write on a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// A note.
    Note,
    /// A tag.
    Tag,
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Tag => "tag",
        })
    }
}
