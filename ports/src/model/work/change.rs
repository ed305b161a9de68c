//! Changes of the follow-up, and why one is refused.
use std::fmt;

/// Something to do about a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkChange {
    /// It is done.
    Handle,
    /// It is not done after all.
    Reopen,
    /// The person takes care of it.
    Claim,
    /// That user takes care of it.
    Assign(String),
    /// The assignment was removed.
    Release,
    /// Adds a note.
    Note(String),
    /// Adds a tag.
    Tag(String),
    /// Takes a tag away.
    Untag(String),
    /// Listened to the message.
    Played,
}

/// The state of the follow-up that a change was decided on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BasedOn {
    /// The [`Work::decisions`](super::Work::decisions) that a user saw: notes and tags are added to any state.
    Decisions(u64),
    /// The [`Work::version`](super::Work::version) that a program read: no change is made to any other.
    Version(u64),
    /// The present state.
    Latest,
}

/// Why a change was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkRefused {
    /// Another user changed it first: the change was based on an outdated state.
    #[error("somebody else has just changed this call; look at it again")]
    Stale,
    /// A call is assigned to users.
    #[error("there is no such user")]
    NoSuchUser,
    /// There is no text.
    #[error("a {0} cannot be empty")]
    Empty(Written),
    /// More characters than it may have.
    #[error("a {0} has at most {1} characters; shorten it")]
    TooLong(Written, usize),
    /// The call has as many as it may have.
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
