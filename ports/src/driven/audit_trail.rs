//! The audit trail: who did what, and when.
use async_trait::async_trait;
use frontdesk_domain::{Timestamp, named};
use strum::{IntoStaticStr, VariantArray};

use crate::{Share, StoreError};

/// An audited action of a person or program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum AuditAction {
    /// Signed in.
    SignedIn,
    /// Tried to sign in and was refused.
    SignInRefused,
    /// Signed out.
    SignedOut,
    /// Ended all of their own sessions.
    SignedOutEverywhere,
    /// Listened to a message.
    Played,
    /// Exported calls.
    Exported,
    /// Retried the download of a voicemail.
    Retried,
    /// Had the log compared with the carrier's records.
    Reconciled,
    /// Deleted expired data.
    Purged,
    /// Deleted everything of one number.
    Erased,
    /// Made a backup.
    BackedUp,
    /// Restored a backup.
    Restored,
    /// Closed the company temporarily.
    Closed,
    /// Opened the company again.
    Opened,
    /// Blocked a caller.
    CallerBlocked,
    /// Enabled their second factor.
    SecondFactorOn,
    /// Removed a second factor, their own or another user's.
    SecondFactorOff,
    /// Unblocked a caller.
    CallerUnblocked,
    /// Added or changed contacts.
    ContactsSaved,
    /// Removed a contact.
    ContactRemoved,
    /// Added a user.
    UserAdded,
    /// Removed a user.
    UserRemoved,
    /// Set a password.
    PasswordSet,
    /// Changed a user's role.
    RoleSet,
    /// Ended a session, their own or another user's.
    SessionEnded,
    /// Created a token.
    TokenCreated,
    /// Revoked a token.
    TokenRevoked,
}

named!(AuditAction);

/// One entry of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who: a user, a token, or a part of the system such as `command line` or `retention`.
    pub actor: String,
    /// What.
    pub action: AuditAction,
    /// What it was done to: a call, a user, a span of time. Never a caller's number.
    pub subject: String,
}

/// Which entries of the trail to read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// Only entries of this actor.
    pub actor: Option<String>,
    /// Only entries of this action.
    pub action: Option<AuditAction>,
    /// Only entries older than the one with this number: [`AuditPage::next`] of the previous page.
    pub before: Option<u64>,
    /// The maximum number of entries.
    pub limit: u16,
}

/// A page of entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditPage {
    /// The entries, newest first.
    pub entries: Vec<AuditEntry>,
    /// Where the next page begins, if there may be one.
    pub next: Option<u64>,
}

/// Stores entries until they expire.
#[async_trait]
pub trait AuditTrail: Send + Sync {
    /// Adds an entry. `Ok` means that it is on disk.
    async fn record(&self, entry: AuditEntry) -> Result<(), StoreError>;

    /// Reads a page of entries.
    async fn entries(&self, query: &AuditQuery) -> Result<AuditPage, StoreError>;

    /// Deletes entries from before `before`, at most the share `most` of all. Returns the number of deleted entries.
    async fn delete_before(&self, before: Timestamp, most: Option<Share>) -> Result<u64, StoreError>;
}
