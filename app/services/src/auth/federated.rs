//! Sign-in through a proxy or an identity provider: users are found by name, or created if new users are allowed.
use std::collections::BTreeMap;

use frontdesk_domain::Timestamp;
use frontdesk_ports::access::{User, user_key};
use frontdesk_ports::{AuditAction, SignInError, StoreError};
use parking_lot::{Mutex, MutexGuard};

use super::password::NO_PASSWORD;
use super::{AccessControl, LAST_USE_PRECISION};
use crate::auth::names::valid_user_name;

/// The maximum number of results that are remembered.
const MAX_REMEMBERED: usize = 10_000;

/// By [`user_key`]: the session token (`None` if the user was not admitted), and the time of the sign-in.
type Remembered = BTreeMap<String, (Option<String>, Timestamp)>;

/// Results of sign-ins by a proxy within the last minute. A browser sends several requests before it has a cookie, and a
/// program never has one; otherwise every request would start a session.
#[derive(Default)]
pub(super) struct RecentSignIns(Mutex<Remembered>);

impl RecentSignIns {
    pub fn find(&self, name: &str, now: Timestamp) -> Option<Result<String, SignInError>> {
        let mut recent = self.entries();
        recent.retain(|_, (_, at)| now < *at + LAST_USE_PRECISION);
        recent.get(&user_key(name)).map(|(token, _)| token.clone().ok_or(SignInError::Nobody))
    }

    pub fn remember(&self, name: &str, token: Option<&String>, now: Timestamp) {
        let mut recent = self.entries();
        if recent.len() < MAX_REMEMBERED {
            recent.insert(user_key(name), (token.cloned(), now));
        }
    }

    pub fn forget(&self, name: &str) {
        self.entries().remove(&user_key(name));
    }

    fn entries(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock()
    }
}

impl AccessControl {
    pub(super) async fn admit(&self, name: &str, by: &str) -> Result<String, SignInError> {
        let known = self.find_user(name).await?.map(|user| user.name);
        let name = known.as_deref().unwrap_or(name);
        if known.is_none() {
            // A new user must not have the same key as an existing one.
            let key = user_key(name);
            let is_taken = self.store.users().await?.iter().any(|user| user_key(&user.name) == key);
            let (Some(role), Ok(name), false) = (self.newcomers, valid_user_name(name), is_taken) else {
                self.audit_refused(None, by).await;
                return Err(SignInError::Nobody);
            };
            // The user has no password until an admin sets one.
            let user = User { name: name.to_owned(), role, password_hash: NO_PASSWORD.to_owned() };
            match self.store.add_user(user).await {
                Ok(()) => self.audit(by, AuditAction::UserAdded, name).await,
                // A concurrent request of the same browser came first.
                Err(StoreError::Exists(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.begin_session(name.to_owned(), None, by).await?.ok_or(SignInError::Nobody)
    }
}
