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
    /// The id by which the session is ended. Not a secret: it cannot be used to sign in.
    pub id: String,
    /// The user.
    pub user: String,
    /// When they signed in.
    pub since: Timestamp,
    /// When it was last used, to the minute.
    pub seen: Timestamp,
    /// Whether it is the browser that sent the request.
    pub here: bool,
    /// Browser and system, such as "Firefox on Windows"; empty if not known.
    pub browser: String,
    /// The address it signed in from; empty if not known.
    pub address: String,
}

/// Why a change of users or tokens was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// The name is already in use.
    #[error("the name is already in use")]
    Taken,
    /// There is no user or token with that name.
    #[error("there is no such user or token")]
    Nobody,
    /// The name is not valid.
    #[error(
        "a name has 1 to 64 characters, and is not one that the audit log uses itself, such as \"command line\""
    )]
    BadName,
    /// The password is too short or too long.
    #[error("a password has 8 to 128 characters")]
    BadPassword,
    /// The password is easy to guess.
    #[error("this password is easy to guess; use several words or a password manager")]
    GuessablePassword,
    /// Users change their own password by entering the old one.
    #[error("change your own password with the old one")]
    OwnPassword,
    /// The current password is wrong.
    #[error("the current password is wrong")]
    WrongPassword,
    /// Too many failed attempts: try again after this time.
    #[error("too many failed attempts; try again in {} minutes", .0.as_secs().div_ceil(60))]
    Throttled(Duration),
    /// No admin would remain.
    #[error("at least one person must remain an admin")]
    LastAdmin,
    /// A token without a scope is useless.
    #[error("a token needs at least one scope")]
    NoScope,
    /// No further view can be saved.
    #[error("a person has at most {MAX_VIEWS} views; remove one first")]
    TooManyViews,
    /// The code is wrong.
    #[error("the code is wrong")]
    WrongCode,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The state of a user's second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecondFactorState {
    /// The user has none.
    Off,
    /// Setup has begun: the user enters this in their app, and confirms a code of it.
    Begun {
        /// The shared secret, in base32.
        secret: String,
        /// The secret with its parameters, as an address (`otpauth://…`).
        address: String,
    },
    /// A code is required at sign-in.
    On,
}

/// Manages users, sessions, tokens and views. Audited changes are recorded in the audit trail first, under the actor's name:
/// a change that cannot be recorded is not made.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Every user, sorted by name.
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
    /// Sets another user's password and ends their sessions. [`AccountError::OwnPassword`] for the actor's own password, which
    /// is changed with [`change_password`](Self::change_password).
    async fn set_password(&self, by: &Actor, name: &str, password: &str) -> Result<(), AccountError>;
    /// Changes a user's own password, which must be confirmed with the old one. Ends all of their sessions.
    async fn change_password(&self, who: &SignedIn, old: &str, new: &str) -> Result<(), AccountError>;

    /// The state of a user's second factor.
    async fn second_factor(&self, of: &str) -> Result<SecondFactorState, StoreError>;
    /// Begins setting up a second factor, which needs the user's password. It is not required at sign-in before the
    /// user has confirmed a code.
    async fn begin_second_factor(&self, who: &SignedIn, password: &str) -> Result<(), AccountError>;
    /// Confirms the second factor with a code: from now on a code is required at sign-in. Ends the user's other sessions.
    async fn confirm_second_factor(&self, who: &SignedIn, code: &str) -> Result<(), AccountError>;
    /// Removes the user's own second factor, which needs their password.
    async fn end_second_factor(&self, who: &SignedIn, password: &str) -> Result<(), AccountError>;
    /// Removes the second factor of a user who has lost it.
    async fn remove_second_factor(&self, by: &Actor, name: &str) -> Result<(), AccountError>;

    /// The signed-in browsers of all users or of one, most recently used first. `token` is the session token of the browser
    /// that sent the request.
    async fn browsers(&self, of: Option<&str>, token: &str) -> Result<Vec<Browser>, StoreError>;
    /// Signs a browser out: of any user, or only of the user `of`.
    async fn end_browser(&self, by: &Actor, of: Option<&str>, id: &str) -> Result<(), AccountError>;

    /// API tokens, sorted by name.
    async fn tokens(&self) -> Result<Vec<ApiToken>, StoreError>;
    /// Creates a token and returns it; only its hash is stored.
    async fn create_token(&self, by: &Actor, name: &str, scopes: Scopes) -> Result<String, AccountError>;
    /// Revokes a token.
    async fn revoke_token(&self, by: &Actor, name: &str) -> Result<(), AccountError>;

    /// A user's saved views, sorted by name.
    async fn views(&self, of: &str) -> Result<Vec<SavedView>, StoreError>;
    /// Saves a view, replacing one with the same name.
    async fn save_view(&self, of: &str, view: SavedView) -> Result<(), AccountError>;
    /// Removes a view.
    async fn forget_view(&self, of: &str, name: &str) -> Result<(), AccountError>;
}
