//! Who listened, exported, deleted, changed.

use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;
use frontdesk_domain::Timestamp;

use crate::StoreError;

/// Actions and their words.
macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)+) => {
        /// Something that somebody did and may be asked about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum AuditAction { $($(#[$doc])* $name,)+ }

        impl AuditAction {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The action's word.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }
        }

        impl FromStr for AuditAction {
            type Err = UnknownAction;
            fn from_str(text: &str) -> Result<Self, UnknownAction> {
                match text {
                    $($word => Ok(Self::$name),)+
                    _ => Err(UnknownAction(text.to_owned())),
                }
            }
        }
    };
}

/// A word that names no action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no action")]
pub struct UnknownAction(String);

actions! {
    /// Signed in.
    SignedIn = "signed_in",
    /// Tried to, in vain.
    SignInRefused = "sign_in_refused",
    /// Signed out.
    SignedOut = "signed_out",
    /// Ended all sessions of theirs.
    SignedOutEverywhere = "signed_out_everywhere",
    /// Listened to a message.
    Played = "played",
    /// Took calls out of the log.
    Exported = "exported",
    /// Had a message asked for anew.
    Retried = "retried",
    /// Had the log compared with the carrier's records.
    Reconciled = "reconciled",
    /// Deleted what was older than allowed.
    Purged = "purged",
    /// Deleted everything of one number.
    Erased = "erased",
    /// Copied everything.
    BackedUp = "backed_up",
    /// Put a copy back.
    Restored = "restored",
    /// Closed the company out of turn.
    Closed = "closed",
    /// Opened it again.
    Opened = "opened",
    /// Blocked a caller.
    CallerBlocked = "caller_blocked",
    /// Has a second factor from now on.
    SecondFactorOn = "second_factor_on",
    /// Has none any more.
    SecondFactorOff = "second_factor_off",
    /// Took a caller's block off.
    CallerUnblocked = "caller_unblocked",
    /// Added a person.
    UserAdded = "user_added",
    /// Removed a person.
    UserRemoved = "user_removed",
    /// Set a password.
    PasswordSet = "password_set",
    /// Gave a person another role.
    RoleSet = "role_set",
    /// Ended somebody's session.
    SessionEnded = "session_ended",
    /// Made a token.
    TokenCreated = "token_created",
    /// Revoked a token.
    TokenRevoked = "token_revoked",
}

impl fmt::Display for AuditAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

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

/// Keeps what was done, for good.
#[async_trait]
pub trait AuditTrail: Send + Sync {
    /// Adds a line. `Ok` means that it is on disk.
    async fn record(&self, entry: AuditEntry) -> Result<(), StoreError>;

    /// The latest lines, newest first.
    async fn entries(&self, limit: u16) -> Result<Vec<AuditEntry>, StoreError>;
}
