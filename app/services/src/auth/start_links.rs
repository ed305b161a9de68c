//! One-time links that are printed at startup: one signs in, one creates the first user. A restart invalidates them.
use frontdesk_ports::access::Role;
use frontdesk_ports::{AccountError, AuditAction, SignInError, StoreError};
use parking_lot::Mutex;
use subtle::ConstantTimeEq;

use super::password::NewPassword;
use super::{AccessControl, hash_token};
use crate::auth::names::valid_user_name;

/// The user that a sign-in link signs in.
const ADMIN: &str = "admin";

/// The hashes of the secrets of the links that are still valid.
#[derive(Default)]
pub(super) struct StartLinks {
    sign_in: Mutex<Option<String>>,
    setup: Mutex<Option<String>>,
}

/// Whether `link` is valid and has this secret.
fn is_of(link: Option<&String>, secret: &str) -> bool {
    link.is_some_and(|hash| bool::from(hash.as_bytes().ct_eq(hash_token(secret).as_bytes())))
}

impl AccessControl {
    /// The secret of a link that signs in the user `admin`, once.
    pub fn new_sign_in_link(&self) -> String {
        let secret = hex::encode(self.ids.random());
        *self.start_links.sign_in.lock() = Some(hash_token(&secret));
        secret
    }

    /// The secret of a link that creates the first user; `None` if people can sign in already.
    pub async fn new_setup_link(&self) -> Result<Option<String>, StoreError> {
        if self.newcomers.is_some() || !self.store.users().await?.is_empty() {
            return Ok(None);
        }
        let secret = hex::encode(self.ids.random());
        *self.start_links.setup.lock() = Some(hash_token(&secret));
        Ok(Some(secret))
    }

    pub(super) async fn use_sign_in_link(&self, secret: &str, address: &str) -> Result<String, SignInError> {
        let link = {
            let mut link = self.start_links.sign_in.lock();
            if !is_of(link.as_ref(), secret) {
                return Err(SignInError::Wrong);
            }
            link.take()
        };
        let session = self.begin_session(ADMIN.to_owned(), None, address).await;
        if session.is_err() {
            // The sign-in failed, so the link stays valid.
            *self.start_links.sign_in.lock() = link;
        }
        session?.ok_or(SignInError::Wrong)
    }

    pub(super) async fn is_setup_link(&self, secret: &str) -> Result<bool, StoreError> {
        Ok(is_of(self.start_links.setup.lock().as_ref(), secret) && self.store.users().await?.is_empty())
    }

    pub(super) async fn use_setup_link(
        &self,
        secret: &str,
        (name, password): (&str, &str),
        address: &str,
    ) -> Result<String, AccountError> {
        if !self.is_setup_link(secret).await? {
            return Err(AccountError::Nobody);
        }
        let name = valid_user_name(name).map_err(|_| AccountError::BadName)?;
        let password = NewPassword::try_from(password)?;
        // Only one of two forms that are sent at the same time creates the user.
        let link = self.start_links.setup.lock().take();
        if !is_of(link.as_ref(), secret) {
            return Err(AccountError::Nobody);
        }
        if let Err(error) = self.add_user(name, Role::Admin, password).await {
            *self.start_links.setup.lock() = link;
            return Err(error.into());
        }
        self.audit("setup link", AuditAction::UserAdded, name).await;
        self.begin_session(name.to_owned(), None, address).await?.ok_or(AccountError::Nobody)
    }
}
