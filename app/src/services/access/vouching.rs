//! People whom somebody else vouches for: let in under their name, or added if newcomers are.

use std::sync::PoisonError;

use frontdesk_ports::access::User;
use frontdesk_ports::{AuditAction, SignInError, StoreError};

use super::{AccessControl, MOST_REMEMBERED, NOBODY, TOUCH, valid_name};

impl AccessControl {
    pub(super) async fn vouched(&self, name: &str, by: &str) -> Result<String, SignInError> {
        if self.store.user(name).await?.is_none() {
            let (Some(role), Ok(name)) = (self.newcomers, valid_name(name)) else {
                self.note(name, AuditAction::SignInRefused, by).await;
                return Err(SignInError::Nobody);
            };
            // No password is theirs until an admin gives them one.
            let user = User { name: name.to_owned(), role, password_hash: NOBODY.to_owned() };
            match self.store.add_user(user).await {
                Ok(()) => self.note(by, AuditAction::UserAdded, name).await,
                // Two requests of a browser that had come first.
                Err(StoreError::Exists(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(self.begin_session(name.to_owned(), by).await?)
    }

    /// What came of it when the proxy vouched for that person within the last minute: a browser sends several requests before
    /// it has a cookie, and a program never has one.
    pub(super) fn vouched_lately(&self, name: &str) -> Option<Result<String, SignInError>> {
        let mut vouched = self.vouched.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        vouched.retain(|_, (_, at)| now < *at + TOUCH);
        vouched.get(name).map(|(token, _)| token.clone().ok_or(SignInError::Nobody))
    }

    pub(super) fn remember_vouched(&self, name: &str, token: Option<&String>) {
        let mut vouched = self.vouched.lock().unwrap_or_else(PoisonError::into_inner);
        if vouched.len() < MOST_REMEMBERED {
            vouched.insert(name.to_owned(), (token.cloned(), self.clock.now()));
        }
    }
}
