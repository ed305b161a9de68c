//! Who listened, exported, deleted, changed.
use async_trait::async_trait;
use frontdesk_domain::{Timestamp, named};
use strum::{IntoStaticStr, VariantArray};

use crate::{Share, StoreError};

/// Something that a person or program did and may be asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum AuditAction {
    /// Signed in.
    SignedIn,
    /// Tried to, in vain.
    SignInRefused,
    /// Signed out.
    SignedOut,
    /// Ended all of their own sessions.
    SignedOutEverywhere,
    /// Listened to a message.
    Played,
    /// Took calls out of the log.
    Exported,
    /// Retried the download of a voicemail.
    Retried,
    /// Had the log compared with the carrier's records.
    Reconciled,
    /// Deleted what was older than allowed.
    Purged,
    /// Deleted everything of one number.
    Erased,
    /// Copied everything.
    BackedUp,
    /// Put a copy back.
    Restored,
    /// Closed the company temporarily.
    Closed,
    /// Opened it again.
    Opened,
    /// Blocked a caller.
    CallerBlocked,
    /// Has a second factor from now on.
    SecondFactorOn,
    /// Has none any more.
    SecondFactorOff,
    /// Took a caller's block off.
    CallerUnblocked,
    /// Added or changed contacts.
    ContactsSaved,
    /// Removed a contact.
    ContactRemoved,
    /// Added a person.
    UserAdded,
    /// Removed a person.
    UserRemoved,
    /// Set a password.
    PasswordSet,
    /// Gave a person another role.
    RoleSet,
    /// Ended a session of another user.
    SessionEnded,
    /// Made a token.
    TokenCreated,
    /// Revoked a token.
    TokenRevoked,
}

named!(AuditAction);

/// One line of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who: a person, a token, or `command line`.
    pub actor: String,
    /// What.
    pub action: AuditAction,
    /// To what: a call, a person, a span of time. Never a caller's number.
    pub subject: String,
}

/// Which lines of the trail are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// Only lines of this actor.
    pub actor: Option<String>,
    /// Only lines of this action.
    pub action: Option<AuditAction>,
    /// Only lines older than the one with this number: [`AuditPage::next`] of the page before.
    pub before: Option<u64>,
    /// The most lines.
    pub limit: u16,
}

/// Lines of the trail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditPage {
    /// The lines, newest first.
    pub entries: Vec<AuditEntry>,
    /// Where the next page begins, if there may be one.
    pub next: Option<u64>,
}

/// Keeps what was done, until it is deleted by age.
#[async_trait]
pub trait AuditTrail: Send + Sync {
    /// Adds a line. `Ok` means that it is on disk.
    async fn record(&self, entry: AuditEntry) -> Result<(), StoreError>;

    /// A page of lines.
    async fn entries(&self, query: &AuditQuery) -> Result<AuditPage, StoreError>;

    /// Deletes the lines from before that, at most that share of all; returns how many there were.
    async fn delete_before(&self, before: Timestamp, most: Option<Share>) -> Result<u64, StoreError>;
}
