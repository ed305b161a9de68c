//! Account management: users and their roles, sessions, API tokens, and saved views.
use std::time::Duration;

use async_trait::async_trait;
use frontdesk_domain::Timestamp;

use super::auth::SignedIn;
use crate::access::{ApiToken, Role, SavedView, Scopes};
use crate::{Actor, StoreError};

/// The maximum number of saved views per user.
pub const MAX_VIEWS: usize = 20;

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The name they sign in with.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// A signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Browser {
    /// The id to end it by. Not a secret: it cannot be used to sign in.
    pub id: String,
    /// The user.
    pub user: String,
    /// When they signed in.
    pub since: Timestamp,
    /// When it was last used; exact to a minute.
    pub seen: Timestamp,
    /// Whether it is the one that asks.
    pub here: bool,
    /// What it is, such as "Firefox on Windows"; empty if that is not known.
    pub browser: String,
    /// The address it signed in from; empty if that is not known.
    pub address: String,
}

/// Why a change of users or tokens was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// The name is already in use.
    #[error("the name is already in use")]
    Taken,
    /// There is no user or token of that name.
    #[error("there is no such user or token")]
    Nobody,
    /// The name cannot be one.
    #[error(
        "a name has 1 to 64 characters, and is not one that the audit log uses itself, such as \"command line\""
    )]
    BadName,
    /// The password cannot be one.
    #[error("a password has 8 to 128 characters")]
    BadPassword,
    /// The password is among the first that are guessed.
    #[error("this password is easy to guess; use several words or a password manager")]
    GuessablePassword,
    /// One's own password is changed with the old one.
    #[error("change your own password with the old one")]
    OwnPassword,
    /// The current password is another.
    #[error("the current password is wrong")]
    WrongPassword,
    /// Too many wrong tries: not before that time has passed.
    #[error("too many failed attempts; try again in {} minutes", .0.as_secs().div_ceil(60))]
    Throttled(Duration),
    /// No admin would remain.
    #[error("at least one person must remain an admin")]
    LastAdmin,
    /// A token without a scope is good for nothing.
    #[error("a token needs at least one scope")]
    NoScope,
    /// No further view can be saved.
    #[error("a person has at most {MAX_VIEWS} views; remove one first")]
    TooManyViews,
    /// The code is not right.
    #[error("the code is not right")]
    WrongCode,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The state of a user's second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecondFactorState {
    /// They have none.
    Off,
    /// Their app is to read this, and a code of it to be shown.
    Begun {
        /// What the app knows, in base32.
        secret: String,
        /// The same with all that belongs to it (`otpauth://…`).
        address: String,
    },
    /// A code is asked for when they sign in.
    On,
}

/// Looks after people. What is about to change something is noted in the audit trail first, under the actor's name: what
/// cannot be noted is not done.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Everybody, by name.
    async fn people(&self) -> Result<Vec<Person>, StoreError>;
    /// Adds a user.
    async fn add_person(
        &self,
        by: &Actor,
        name: &str,
        role: Role,
        password: &str,
    ) -> Result<(), AccountError>;
    /// Removes a user and ends their sessions.
    async fn remove_person(&self, by: &Actor, name: &str) -> Result<(), AccountError>;
    /// Changes a user's role.
    async fn set_role(&self, by: &Actor, name: &str, role: Role) -> Result<(), AccountError>;
    /// Sets another user's password and ends their sessions. One's own is changed with the old one:
    /// [`AccountError::OwnPassword`].
    async fn set_password(&self, by: &Actor, name: &str, password: &str) -> Result<(), AccountError>;
    /// Changes a user's own password, which must be confirmed with the old one. Ends their other sessions.
    async fn change_password(&self, who: &SignedIn, old: &str, new: &str) -> Result<(), AccountError>;

    /// The state of a user's second factor.
    async fn second_factor(&self, of: &str) -> Result<SecondFactorState, StoreError>;
    /// Begins setting up a second factor, which needs the user's password. It is not required at sign-in before the
    /// user has confirmed a code.
    async fn begin_second_factor(&self, who: &SignedIn, password: &str) -> Result<(), AccountError>;
    /// They show a code: from now on one is asked for.
    async fn confirm_second_factor(&self, who: &SignedIn, code: &str) -> Result<(), AccountError>;
    /// They do without, for which they must know their password.
    async fn end_second_factor(&self, who: &SignedIn, password: &str) -> Result<(), AccountError>;
    /// Removes the second factor of a user who has lost it.
    async fn remove_second_factor(&self, by: &Actor, name: &str) -> Result<(), AccountError>;

    /// Where people are signed in, the last used first: all of them, or those of one person. `token` is the asking
    /// browser's own.
    async fn browsers(&self, of: Option<&str>, token: &str) -> Result<Vec<Browser>, StoreError>;
    /// Signs a browser out: of anybody, or of one person alone.
    async fn end_browser(&self, by: &Actor, of: Option<&str>, id: &str) -> Result<(), AccountError>;

    /// Programs' tokens, by name.
    async fn tokens(&self) -> Result<Vec<ApiToken>, StoreError>;
    /// Creates a token and returns it; only its hash is stored.
    async fn create_token(&self, by: &Actor, name: &str, scopes: Scopes) -> Result<String, AccountError>;
    /// Revokes a token.
    async fn revoke_token(&self, by: &Actor, name: &str) -> Result<(), AccountError>;

    /// A user's saved views, by name.
    async fn views(&self, of: &str) -> Result<Vec<SavedView>, StoreError>;
    /// Saves a view, in place of one of the same name.
    async fn save_view(&self, of: &str, view: SavedView) -> Result<(), AccountError>;
    /// Forgets a view.
    async fn forget_view(&self, of: &str, name: &str) -> Result<(), AccountError>;
}
