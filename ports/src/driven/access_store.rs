//! The store of users, sessions and API tokens.
use async_trait::async_trait;
use frontdesk_domain::Timestamp;

use crate::StoreError;
use crate::access::{ApiToken, Role, SavedView, SecondFactor, Session, User, UserChange};

/// Keeps people, sessions and tokens.
#[async_trait]
pub trait AccessStore: Send + Sync {
    /// Adds a person; [`StoreError::Exists`] if there is one of that name.
    async fn add_user(&self, user: User) -> Result<(), StoreError>;
    /// Replaces a user's password and ends their sessions, both or neither. `false` if there is no such user.
    async fn set_password(&self, name: &str, password_hash: &str) -> Result<bool, StoreError>;
    /// Changes a user's role. Of several changes at once, by any number of programs, one admin always remains.
    async fn set_role(&self, name: &str, role: Role) -> Result<UserChange, StoreError>;
    /// Removes a user, their sessions and their views. Of several changes at once, by any number of programs, one admin
    /// always remains.
    async fn remove_user(&self, name: &str) -> Result<UserChange, StoreError>;
    /// The person of that name.
    async fn user(&self, name: &str) -> Result<Option<User>, StoreError>;
    /// Everybody, by name.
    async fn users(&self) -> Result<Vec<User>, StoreError>;

    /// Adds a session of a user with the password hash `verified`; of any user if that is `None`. `false` if there is no such
    /// user, or the password has been changed since it was verified.
    async fn add_session(&self, session: Session, verified: Option<&str>) -> Result<bool, StoreError>;
    /// The session of that token hash.
    async fn session(&self, token_hash: &str) -> Result<Option<Session>, StoreError>;
    /// Every session.
    async fn sessions(&self) -> Result<Vec<Session>, StoreError>;
    /// Notes that a session was used.
    async fn touch_session(&self, token_hash: &str, at: Timestamp) -> Result<(), StoreError>;
    /// Notes what browser a session is of, and the address it signed in from.
    async fn describe_session(
        &self,
        token_hash: &str,
        browser: &str,
        address: &str,
    ) -> Result<(), StoreError>;
    /// Ends a session.
    async fn remove_session(&self, token_hash: &str) -> Result<(), StoreError>;
    /// Ends every session of a person but the one with the form token `except`; returns how many there were.
    async fn remove_sessions_of(&self, user: &str, except: Option<&str>) -> Result<u64, StoreError>;
    /// Forgets sessions created before `created` or last used before `seen`.
    async fn remove_sessions_before(&self, created: Timestamp, seen: Timestamp) -> Result<(), StoreError>;

    /// A person's second factor, if they have one.
    async fn second_factor(&self, user: &str) -> Result<Option<SecondFactor>, StoreError>;
    /// Keeps a person's second factor, in place of another.
    async fn put_second_factor(&self, factor: SecondFactor) -> Result<(), StoreError>;
    /// Notes that a step's code was used, and that the factor counts. `false` if that one or a later one was used before,
    /// so that of two at once one alone gets in, and if the factor is another by now.
    async fn use_step(&self, factor: &SecondFactor, step: u64) -> Result<bool, StoreError>;
    /// Removes a person's second factor. `false` if they have none.
    async fn remove_second_factor(&self, user: &str) -> Result<bool, StoreError>;

    /// Adds a token; [`StoreError::Exists`] if there is one of that name.
    async fn add_token(&self, token: ApiToken) -> Result<(), StoreError>;
    /// The token of that hash.
    async fn token(&self, token_hash: &str) -> Result<Option<ApiToken>, StoreError>;
    /// Every token, by name.
    async fn tokens(&self) -> Result<Vec<ApiToken>, StoreError>;
    /// Notes that a token was used.
    async fn touch_token(&self, token_hash: &str, at: Timestamp) -> Result<(), StoreError>;
    /// Revokes a token. `false` if there is none of that name.
    async fn remove_token(&self, name: &str) -> Result<bool, StoreError>;

    /// The views of a person, by name.
    async fn views(&self, user: &str) -> Result<Vec<SavedView>, StoreError>;
    /// Keeps a view of a person's, in place of one of the same name.
    async fn put_view(&self, user: &str, view: SavedView) -> Result<(), StoreError>;
    /// Removes a view. `false` if there is none of that name.
    async fn remove_view(&self, user: &str, name: &str) -> Result<bool, StoreError>;
}
