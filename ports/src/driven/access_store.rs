//! The store of users, sessions and API tokens.
use async_trait::async_trait;
use frontdesk_domain::Timestamp;

use crate::StoreError;
use crate::access::{ApiToken, Role, SavedView, SecondFactor, Session, User, UserChange};

/// Stores users, sessions and tokens.
#[async_trait]
pub trait AccessStore: Send + Sync {
    /// Adds a user; [`StoreError::Exists`] if the name is taken.
    async fn add_user(&self, user: User) -> Result<(), StoreError>;
    /// Replaces a user's password and ends their sessions, both or neither. `false` if there is no such user.
    async fn set_password(&self, name: &str, password_hash: &str) -> Result<bool, StoreError>;
    /// Changes a user's role. At least one admin always remains, even if several processes change users concurrently.
    async fn set_role(&self, name: &str, role: Role) -> Result<UserChange, StoreError>;
    /// Removes a user, their sessions and their views. At least one admin always remains, even if several processes change
    /// users concurrently.
    async fn remove_user(&self, name: &str) -> Result<UserChange, StoreError>;
    /// The user with that name.
    async fn user(&self, name: &str) -> Result<Option<User>, StoreError>;
    /// Every user, sorted by name.
    async fn users(&self) -> Result<Vec<User>, StoreError>;

    /// Adds a session. `false` if its user does not exist, or if `verified` is given and is no longer the user's password hash,
    /// because the password has been changed since it was verified.
    async fn add_session(&self, session: Session, verified: Option<&str>) -> Result<bool, StoreError>;
    /// The session with that token hash.
    async fn session(&self, token_hash: &str) -> Result<Option<Session>, StoreError>;
    /// Every session.
    async fn sessions(&self) -> Result<Vec<Session>, StoreError>;
    /// Records the last use of a session.
    async fn touch_session(&self, token_hash: &str, at: Timestamp) -> Result<(), StoreError>;
    /// Records the browser of a session, and the address it signed in from.
    async fn describe_session(
        &self,
        token_hash: &str,
        browser: &str,
        address: &str,
    ) -> Result<(), StoreError>;
    /// Ends a session.
    async fn remove_session(&self, token_hash: &str) -> Result<(), StoreError>;
    /// Ends every session of a user except the one with the form token `except`. Returns the number of ended sessions.
    async fn remove_sessions_of(&self, user: &str, except: Option<&str>) -> Result<u64, StoreError>;
    /// Removes sessions created before `created` or last used before `seen`.
    async fn remove_sessions_before(&self, created: Timestamp, seen: Timestamp) -> Result<(), StoreError>;

    /// A user's second factor, if they have one.
    async fn second_factor(&self, user: &str) -> Result<Option<SecondFactor>, StoreError>;
    /// Stores a user's second factor, replacing an earlier one.
    async fn put_second_factor(&self, factor: SecondFactor) -> Result<(), StoreError>;
    /// Records that the code of a time step was used, and marks the factor as confirmed. `false` if this step or a later one was
    /// used before, so that only one of two concurrent uses succeeds, or if the factor has been replaced.
    async fn use_step(&self, factor: &SecondFactor, step: u64) -> Result<bool, StoreError>;
    /// Removes a user's second factor. `false` if they have none.
    async fn remove_second_factor(&self, user: &str) -> Result<bool, StoreError>;

    /// Adds a token; [`StoreError::Exists`] if the name is taken.
    async fn add_token(&self, token: ApiToken) -> Result<(), StoreError>;
    /// The token with that hash.
    async fn token(&self, token_hash: &str) -> Result<Option<ApiToken>, StoreError>;
    /// Every token, sorted by name.
    async fn tokens(&self) -> Result<Vec<ApiToken>, StoreError>;
    /// Records the last use of a token.
    async fn touch_token(&self, token_hash: &str, at: Timestamp) -> Result<(), StoreError>;
    /// Revokes a token. `false` if there is none with that name.
    async fn remove_token(&self, name: &str) -> Result<bool, StoreError>;

    /// A user's saved views, sorted by name.
    async fn views(&self, user: &str) -> Result<Vec<SavedView>, StoreError>;
    /// Stores a user's view, replacing one with the same name.
    async fn put_view(&self, user: &str, view: SavedView) -> Result<(), StoreError>;
    /// Removes a view. `false` if there is none with that name.
    async fn remove_view(&self, user: &str, name: &str) -> Result<bool, StoreError>;
}
