//! Letting people and programs in: argon2 passwords, sessions kept as hashes, throttled guessing.

mod vouching;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use async_trait::async_trait;
use frontdesk_domain::Timestamp;
use frontdesk_ports::access::{ApiToken, Role, Scopes, Session, User};
use frontdesk_ports::{
    Access, AccessStore, AuditAction, AuditEntry, AuditTrail, Clock, Ids, Program, SignInError, SignedIn,
    StoreError, Voucher,
};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;

use super::second_factor;

/// Wrong tries for one account from one address …
const MOST_FAILURES: usize = 10;
/// … within this time, before further ones wait.
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// A session that is not used ends after this …
pub(super) const IDLE: Duration = Duration::from_secs(12 * 3600);
/// … and any session after this.
pub(super) const ABSOLUTE: Duration = Duration::from_secs(14 * 86_400);
/// How exactly the last use of a session is kept.
const TOUCH: Duration = Duration::from_secs(60);
/// Hashes made at once: each takes 19 MiB and a core.
const HASHES: usize = 2;
/// Accounts and addresses whose tries are remembered.
const MOST_REMEMBERED: usize = 10_000;

/// Compared with when there is nobody of that name, so that it takes as long: of the form and cost of ours, the
/// hash of no known password. Written down rather than made at start, which would cost 19 MiB.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyB0aGlzIQ$fIlxUNYBrg7T1DQd9OGKAS1m1gYIFUWEWLSCpGGKpJ0";

/// The least and the most characters of a password.
const PASSWORD_LENGTH: std::ops::RangeInclusive<usize> = 8..=128;

/// A name that cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BadName;

/// A person's name or a token's: what is read in a line, without blanks around it.
pub(super) fn valid_name(name: &str) -> Result<&str, BadName> {
    let trimmed = name.trim();
    let length = trimmed.chars().count();
    let fits = (1..=64).contains(&length) && !trimmed.chars().any(char::is_control);
    if fits { Ok(trimmed) } else { Err(BadName) }
}

/// A password that cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a password has 8 to 128 characters")]
pub struct BadPassword;

/// A password that can be one.
#[derive(Clone, Copy)]
pub struct NewPassword<'p>(&'p str);

impl<'p> TryFrom<&'p str> for NewPassword<'p> {
    type Error = BadPassword;
    fn try_from(text: &'p str) -> Result<Self, BadPassword> {
        if PASSWORD_LENGTH.contains(&text.chars().count()) { Ok(Self(text)) } else { Err(BadPassword) }
    }
}

/// Lets people and programs in.
pub struct AccessControl {
    store: Arc<dyn AccessStore>,
    trail: Arc<dyn AuditTrail>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    fixed_token: Option<String>,
    newcomers: Option<Role>,
    /// Whom a proxy has vouched for lately: the session's token, or that they are nobody here.
    vouched: Mutex<BTreeMap<String, (Option<String>, Timestamp)>>,
    tries: Mutex<BTreeMap<(String, String), Vec<Timestamp>>>,
    hashing: Arc<Semaphore>,
}

impl AccessControl {
    /// Keeps people in `store` and notes in `trail` who comes and goes; `api_token` is valid besides the tokens there.
    pub fn new(
        store: Arc<dyn AccessStore>,
        trail: Arc<dyn AuditTrail>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        api_token: Option<&SecretString>,
    ) -> Self {
        let fixed_token = api_token.map(|token| hash_token(token.expose_secret()));
        let (tries, hashing) = (Mutex::default(), Arc::new(Semaphore::new(HASHES)));
        Self {
            store,
            trail,
            clock,
            ids,
            fixed_token,
            newcomers: None,
            vouched: Mutex::default(),
            tries,
            hashing,
        }
    }

    /// Adds people by themselves, in that role, when somebody first vouches for them.
    #[must_use]
    pub fn admitting(self, newcomers: Option<Role>) -> Self {
        Self { newcomers, ..self }
    }

    /// A session of somebody who has shown who they are.
    async fn begin_session(&self, user: String, note: &str) -> Result<String, StoreError> {
        let now = self.clock.now();
        self.store.remove_sessions_before(now - ABSOLUTE, now - IDLE).await?;
        let token = hex::encode(self.ids.random());
        let (csrf, token_hash) = (hex::encode(&self.ids.random()[..16]), hash_token(&token));
        self.note(&user, AuditAction::SignedIn, note).await;
        self.store.add_session(Session { token_hash, user, csrf, created_at: now, seen_at: now }).await?;
        Ok(token)
    }

    /// Adds a person.
    pub async fn add_user(
        &self,
        name: &str,
        role: Role,
        password: NewPassword<'_>,
    ) -> Result<(), StoreError> {
        let password_hash = self.hashed(password).await?;
        self.store.add_user(User { name: name.to_owned(), role, password_hash }).await
    }

    /// Replaces a password; `false` if there is nobody of that name.
    pub async fn set_password(&self, name: &str, password: NewPassword<'_>) -> Result<bool, StoreError> {
        self.store.set_password(name, &self.hashed(password).await?).await
    }

    /// Makes the user `admin`, or gives them this password if they have another.
    pub async fn ensure_admin(&self, password: NewPassword<'_>) -> Result<(), StoreError> {
        match self.store.user("admin").await? {
            None => self.add_user("admin", Role::Admin, password).await,
            Some(user) if verify(password.0, &user.password_hash) => Ok(()),
            Some(_) => self.set_password("admin", password).await.map(|_| ()),
        }
    }

    /// Makes a token and returns it; only its hash is kept.
    pub async fn create_token(&self, name: &str, scopes: Scopes) -> Result<String, StoreError> {
        let token = format!("fd_{}", hex::encode(self.ids.random()));
        let (token_hash, created_at) = (hash_token(&token), self.clock.now());
        let name = name.to_owned();
        self.store.add_token(ApiToken { name, token_hash, scopes, created_at, last_used_at: None }).await?;
        Ok(token)
    }

    /// Notes what somebody did. What cannot be noted here is not prevented: signing out must always work.
    async fn note(&self, actor: &str, action: AuditAction, subject: &str) {
        let at = self.clock.now();
        let actor: String = actor.chars().take(64).filter(|c| !c.is_control()).collect();
        let entry = AuditEntry { at, actor, action, subject: subject.to_owned() };
        if let Err(error) = self.trail.record(entry).await {
            tracing::warn!("the audit trail is not available: {error}");
        }
    }

    /// Counts a try before it is made, so that many at once count as many; or says how long to wait.
    fn count_try(&self, key: &(String, String)) -> Result<(), Duration> {
        let now = self.clock.now();
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.len() >= MOST_REMEMBERED && !tries.contains_key(key) {
            tries.retain(|_, at| at.last().is_some_and(|at| now < *at + WINDOW));
        }
        if tries.len() >= MOST_REMEMBERED && !tries.contains_key(key) {
            // Room is made by forgetting whoever has been quiet the longest.
            let quietest = tries.iter().min_by_key(|(_, at)| at.last().copied()).map(|(key, _)| key.clone());
            quietest.map(|key| tries.remove(&key));
        }
        let recent = tries.entry(key.clone()).or_default();
        recent.retain(|at| now < *at + WINDOW);
        match recent.first() {
            Some(oldest) if recent.len() >= MOST_FAILURES => {
                Err(Duration::try_from((*oldest + WINDOW).duration_since(now)).unwrap_or_default())
            }
            _ => {
                recent.push(now);
                Ok(())
            }
        }
    }

    /// The password was right: earlier tries no longer count.
    fn forget_tries(&self, key: &(String, String)) {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    /// The hash of a password, made apart from the threads that answer callers.
    async fn hashed(&self, NewPassword(password): NewPassword<'_>) -> Result<String, StoreError> {
        let busy = |_| StoreError::Unavailable("passwords cannot be hashed now".into());
        let _permit = self.hashing.clone().acquire_owned().await.map_err(busy)?;
        let (password, random) = (password.to_owned(), self.ids.random());
        let hashed = tokio::task::spawn_blocking(move || hash(&password, &random[..16])).await;
        hashed.map_err(|_| StoreError::Unavailable("a password could not be hashed".into()))
    }

    /// Whether somebody who is signed in knows their password; too many wrong tries have to wait.
    pub(super) async fn knows_password(&self, user: &User, password: &str) -> Result<bool, Duration> {
        let key = (user.name.clone(), "settings".to_owned());
        self.count_try(&key)?;
        if self.password_is_right(Some(user), password).await {
            self.forget_tries(&key);
            return Ok(true);
        }
        self.note(&user.name, AuditAction::SignInRefused, "settings").await;
        Ok(false)
    }

    /// Whether the code is right, of somebody whose password is.
    async fn check_code(&self, name: &str, code: &str) -> Result<(), SignInError> {
        let Some(factor) = self.store.second_factor(name).await?.filter(|factor| factor.confirmed) else {
            return Ok(());
        };
        if code.trim().is_empty() {
            return Err(SignInError::CodeNeeded);
        }
        // From wherever they are tried: only who knows the password comes here.
        let key = (name.to_owned(), "code".to_owned());
        self.count_try(&key).map_err(SignInError::Throttled)?;
        let step = second_factor::step_of(&factor, code, self.clock.now()).ok_or(SignInError::CodeWrong)?;
        if !self.store.use_step(&factor, step).await? {
            return Err(SignInError::CodeWrong);
        }
        self.forget_tries(&key);
        Ok(())
    }

    async fn password_is_right(&self, user: Option<&User>, password: &str) -> bool {
        let Ok(_permit) = self.hashing.clone().acquire_owned().await else { return false };
        let stored = user.map_or_else(|| NOBODY.to_owned(), |user| user.password_hash.clone());
        let password = password.to_owned();
        // Whoever has no password has none that could be found, either.
        let has_one = user.is_some() && stored != NOBODY;
        let right = tokio::task::spawn_blocking(move || verify(&password, &stored)).await.unwrap_or(false);
        right && has_one
    }
}

fn hash(password: &str, salt: &[u8]) -> String {
    let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), salt);
    hash.expect("the salt has 16 bytes and the parameters are the library's own").to_string()
}

fn verify(password: &str, stored: &str) -> bool {
    PasswordHash::new(stored)
        .is_ok_and(|stored| Argon2::default().verify_password(password.as_bytes(), &stored).is_ok())
}

/// Tokens are 256 random bits: a plain hash keeps them as safe as a slow one.
pub(super) fn hash_token(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}

#[async_trait]
impl Access for AccessControl {
    async fn sign_in(
        &self,
        name: &str,
        password: &str,
        code: &str,
        address: &str,
    ) -> Result<String, SignInError> {
        let shortened: String = name.chars().take(100).collect();
        let key = (shortened, address.to_owned());
        self.count_try(&key).map_err(SignInError::Throttled)?;
        let user = self.store.user(name).await?;
        if !self.password_is_right(user.as_ref(), password).await {
            self.note(name, AuditAction::SignInRefused, address).await;
            return Err(SignInError::Wrong);
        }
        if let Err(error) = self.check_code(name, code).await {
            if error == SignInError::CodeWrong {
                self.note(name, AuditAction::SignInRefused, address).await;
            }
            return Err(error);
        }
        self.forget_tries(&key);
        Ok(self.begin_session(name.to_owned(), address).await?)
    }

    async fn sign_in_vouched(&self, name: &str, by: Voucher) -> Result<String, SignInError> {
        let name = name.trim();
        if by == Voucher::Proxy
            && let Some(lately) = self.vouched_lately(name)
        {
            return lately;
        }
        let outcome = self.vouched(name, by.word()).await;
        match &outcome {
            Ok(token) => self.remember_vouched(name, Some(token)),
            Err(SignInError::Nobody) => self.remember_vouched(name, None),
            Err(_) => {}
        }
        outcome
    }

    async fn session(&self, token: &str) -> Result<Option<SignedIn>, StoreError> {
        let token_hash = hash_token(token);
        let Some(session) = self.store.session(&token_hash).await? else { return Ok(None) };
        let now = self.clock.now();
        if now >= session.created_at + ABSOLUTE || now >= session.seen_at + IDLE {
            self.store.remove_session(&token_hash).await?;
            return Ok(None);
        }
        let Some(user) = self.store.user(&session.user).await? else { return Ok(None) };
        if now >= session.seen_at + TOUCH {
            self.store.touch_session(&token_hash, now).await?;
        }
        Ok(Some(SignedIn { user: user.name, role: user.role, csrf: session.csrf }))
    }

    async fn sign_out(&self, token: &str) -> Result<(), StoreError> {
        let token_hash = hash_token(token);
        let session = self.store.session(&token_hash).await?;
        self.store.remove_session(&token_hash).await?;
        if let Some(session) = session {
            self.vouched.lock().unwrap_or_else(PoisonError::into_inner).remove(&session.user);
            self.note(&session.user, AuditAction::SignedOut, "").await;
        }
        Ok(())
    }

    async fn sign_out_everywhere(&self, token: &str) -> Result<(), StoreError> {
        let Some(session) = self.store.session(&hash_token(token)).await? else { return Ok(()) };
        let ended = self.store.remove_sessions_of(&session.user).await?;
        self.note(&session.user, AuditAction::SignedOutEverywhere, &format!("{ended} sessions")).await;
        Ok(())
    }

    async fn program(&self, token: &str) -> Result<Option<Program>, StoreError> {
        let hash = hash_token(token);
        if self.fixed_token.as_ref().is_some_and(|fixed| bool::from(fixed.as_bytes().ct_eq(hash.as_bytes())))
        {
            return Ok(Some(Program { name: "configuration".to_owned(), scopes: Scopes::all() }));
        }
        let Some(token) = self.store.token(&hash).await? else { return Ok(None) };
        let now = self.clock.now();
        if token.last_used_at.is_none_or(|used| now >= used + TOUCH) {
            self.store.touch_token(&hash, now).await?;
        }
        Ok(Some(Program { name: token.name, scopes: token.scopes }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_costs_what_a_known_one_does() {
        let ours = hash("a password", &[7; 16]);
        let cost = |stored: &str| {
            let stored = PasswordHash::new(stored).unwrap();
            let length = stored.hash.unwrap().len();
            (stored.algorithm.to_string(), stored.version, stored.params.to_string(), length)
        };
        assert_eq!(cost(NOBODY), cost(&ours));
        assert!(!verify("", NOBODY));
    }
}
