//! Authentication: people by password and session, programs by token.
use std::time::Duration;

use async_trait::async_trait;
use frontdesk_domain::named;
use strum::{IntoStaticStr, VariantArray};

use super::accounts::AccountError;
use crate::StoreError;
use crate::access::{Role, Scopes};

/// A signed-in user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Their name.
    pub user: String,
    /// What they may do.
    pub role: Role,
    /// Whether they may close the company for a time.
    pub may_close: bool,
    /// The token that their forms must carry.
    pub csrf: String,
}

/// A program with a valid token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The token's name.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
}

/// Why a sign-in failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// Name or password are wrong. Which of them is not disclosed.
    #[error("the name or the password is not right")]
    Wrong,
    /// The password is right, but a code is required as well.
    #[error("enter the code from your authenticator app as well")]
    CodeNeeded,
    /// The password is right, but the code is wrong or was used before.
    #[error("the code is wrong, or was used before")]
    CodeWrong,
    /// Authenticated elsewhere, but not a user here. An admin can add them.
    #[error("there is no user with that name")]
    Nobody,
    /// Too many failed attempts: try again after this time.
    #[error("too many failed attempts; try again in {} minutes", .0.as_secs().div_ceil(60))]
    Throttled(Duration),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The system that signed a user in without a frontdesk password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum IdentitySource {
    /// A proxy in front of this server.
    Proxy,
    /// An identity provider.
    Provider,
}

named!(IdentitySource);

/// Authenticates people and programs.
#[async_trait]
pub trait Access: Send + Sync {
    /// Signs a person in from an address and returns the secret session token for their cookie. `code` is that of their
    /// app, empty if they gave none.
    async fn sign_in(
        &self,
        name: &str,
        password: &str,
        code: &str,
        address: &str,
    ) -> Result<String, SignInError>;

    /// Signs in a user whom an external system has authenticated, and returns the secret session token for their
    /// cookie. [`SignInError::Nobody`] if the user does not exist and the configuration creates no users at sign-in.
    async fn sign_in_federated(&self, name: &str, by: IdentitySource) -> Result<String, SignInError>;

    /// Signs in with the one-time link that was printed at startup, and returns the secret session token.
    /// [`SignInError::Wrong`] if the link is not valid, or no longer valid.
    async fn sign_in_by_link(&self, secret: &str, address: &str) -> Result<String, SignInError>;

    /// Whether a link that creates the first user is valid: it was printed at startup, and there is no user yet.
    async fn can_be_set_up(&self, secret: &str) -> Result<bool, StoreError>;

    /// Creates the first user, an admin, and returns the secret session token for their cookie. [`AccountError::Nobody`] if
    /// the link is not valid, or no longer valid.
    async fn set_up(
        &self,
        secret: &str,
        name: &str,
        password: &str,
        address: &str,
    ) -> Result<String, AccountError>;

    /// Records the browser and address of a new session, so that people recognise it. An error is only logged.
    async fn describe_session(&self, token: &str, browser: &str, address: &str);

    /// Who a session token belongs to, if it is valid. A session ends after a while without a use: `is_use` is false for
    /// requests that an open page sends by itself.
    async fn session(&self, token: &str, is_use: bool) -> Result<Option<SignedIn>, StoreError>;

    /// Ends a session.
    async fn sign_out(&self, token: &str) -> Result<(), StoreError>;

    /// Ends all sessions of the session's user.
    async fn sign_out_everywhere(&self, token: &str) -> Result<(), StoreError>;

    /// The program that an API token belongs to, if it is valid. [`SignInError::Throttled`] after too many wrong ones from
    /// that address.
    async fn program(&self, token: &str, address: &str) -> Result<Option<Program>, SignInError>;
}
