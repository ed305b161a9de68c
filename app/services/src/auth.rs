//! Authentication of users and programs: passwords, sessions (stored as hashes), API tokens, and throttling of guesses.

mod access;
mod federated;
pub(crate) mod names;
pub mod password;
mod start_links;
mod throttle;
pub(crate) mod totp;
use std::sync::Arc;
use std::time::Duration;

use frontdesk_ports::access::{ApiToken, Role, Scopes, Session, User, user_key};
use frontdesk_ports::{
    AccessStore, AuditAction, AuditEntry, AuditTrail, Clock, Ids, SignInError, StoreError,
};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use federated::RecentSignIns;
use password::{NewPassword, Passwords};
use start_links::StartLinks;
use throttle::{Budget, RefusedSignIns, Throttle, network};

/// A session ends after this time without use …
pub(crate) const SESSION_IDLE_TIMEOUT: Duration = Duration::from_secs(12 * 3600);
/// … and after this time in any case.
pub(crate) const SESSION_TIMEOUT: Duration = Duration::from_secs(14 * 86_400);
/// The precision with which the last use of a session or token is recorded.
const LAST_USE_PRECISION: Duration = Duration::from_secs(60);

/// Authenticates users and programs.
pub struct AccessControl {
    store: Arc<dyn AccessStore>,
    trail: Arc<dyn AuditTrail>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    fixed_token: Option<String>,
    newcomers: Option<Role>,
    staff_may_close: bool,
    proxy_sign_ins: RecentSignIns,
    throttle: Throttle,
    refused: RefusedSignIns,
    passwords: Passwords,
    start_links: StartLinks,
}

impl AccessControl {
    /// Reads users, sessions and tokens from `store` and audits sign-ins in `trail`; `api_token` is valid in addition
    /// to the tokens of the store.
    pub fn new(
        store: Arc<dyn AccessStore>,
        trail: Arc<dyn AuditTrail>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        api_token: Option<&SecretString>,
    ) -> Self {
        Self {
            store,
            trail,
            clock,
            ids,
            fixed_token: api_token.map(|token| hash_token(token.expose_secret())),
            newcomers: None,
            staff_may_close: false,
            proxy_sign_ins: RecentSignIns::default(),
            throttle: Throttle::default(),
            refused: RefusedSignIns::default(),
            passwords: Passwords::default(),
            start_links: StartLinks::default(),
        }
    }

    /// Creates unknown users with this role when a proxy or provider first signs them in.
    #[must_use]
    pub fn admitting(self, newcomers: Option<Role>) -> Self {
        Self { newcomers, ..self }
    }

    /// Lets staff close the company, not only admins.
    #[must_use]
    pub fn with_staff_closing(self, staff_may_close: bool) -> Self {
        Self { staff_may_close, ..self }
    }

    /// Starts a session for an authenticated user; `None` if they have been removed in the meantime, or if the verified
    /// password has been replaced.
    async fn begin_session(
        &self,
        user: String,
        verified: Option<&str>,
        note: &str,
    ) -> Result<Option<String>, StoreError> {
        let now = self.clock.now();
        self.store.remove_sessions_before(now - SESSION_TIMEOUT, now - SESSION_IDLE_TIMEOUT).await?;
        let token = hex::encode(self.ids.random());
        let (csrf, token_hash) = (hex::encode(&self.ids.random()[..16]), hash_token(&token));
        let session = Session {
            token_hash,
            user: user.clone(),
            csrf,
            created_at: now,
            seen_at: now,
            browser: String::new(),
            address: String::new(),
        };
        if !self.store.add_session(session, verified).await? {
            return Ok(None);
        }
        self.audit(&user, AuditAction::SignedIn, note).await;
        Ok(Some(token))
    }

    /// The user with that name. E-mail addresses are compared without regard to letter case.
    async fn find_user(&self, name: &str) -> Result<Option<User>, StoreError> {
        if let Some(user) = self.store.user(name).await? {
            return Ok(Some(user));
        }
        if !name.contains('@') {
            return Ok(None);
        }
        let key = user_key(name);
        Ok(self.store.users().await?.into_iter().find(|user| user_key(&user.name) == key))
    }

    /// Forgets that a proxy has signed a person in, after a change of their sessions or password.
    pub(super) fn forget_proxy_sign_in(&self, name: &str) {
        self.proxy_sign_ins.forget(name);
    }

    /// Adds a user.
    pub async fn add_user(
        &self,
        name: &str,
        role: Role,
        password: NewPassword<'_>,
    ) -> Result<(), StoreError> {
        let password_hash = self.hashed(password).await?;
        self.store.add_user(User { name: name.to_owned(), role, password_hash }).await
    }

    /// Replaces a password; `false` if there is no such user.
    pub async fn set_password(&self, name: &str, password: NewPassword<'_>) -> Result<bool, StoreError> {
        let changed = self.store.set_password(name, &self.hashed(password).await?).await?;
        self.proxy_sign_ins.forget(name);
        Ok(changed)
    }

    /// Creates the user `admin`, or sets their password if it differs.
    pub async fn ensure_admin(&self, password: NewPassword<'_>) -> Result<(), StoreError> {
        match self.store.user("admin").await? {
            None => self.add_user("admin", Role::Admin, password).await,
            Some(user) if password.has_hash(&user.password_hash) => Ok(()),
            Some(_) => self.set_password("admin", password).await.map(|_| ()),
        }
    }

    /// Creates a token and returns it; only its hash is stored.
    pub async fn create_token(&self, name: &str, scopes: Scopes) -> Result<String, StoreError> {
        let token = format!("fd_{}", hex::encode(self.ids.random()));
        let (token_hash, created_at) = (hash_token(&token), self.clock.now());
        let name = name.to_owned();
        self.store.add_token(ApiToken { name, token_hash, scopes, created_at, last_used_at: None }).await?;
        Ok(token)
    }

    /// Records an action. A failure is only logged, because signing out must always work.
    async fn audit(&self, actor: &str, action: AuditAction, subject: &str) {
        let at = self.clock.now();
        let actor: String = actor.chars().take(64).filter(|c| !c.is_control()).collect();
        let entry = AuditEntry { at, actor, action, subject: subject.to_owned() };
        if let Err(error) = self.trail.record(entry).await {
            tracing::warn!("the audit trail is not available: {error}");
        }
    }

    /// Records a refused sign-in, unless there have been many. Unknown names are not recorded, because people
    /// sometimes type their password as the name.
    async fn audit_refused(&self, user: Option<&str>, address: &str) {
        if let Some(count) = self.refused.count(&network(address), self.clock.now()) {
            let subject =
                if count > 1 { format!("{address}, {count} within 15 minutes") } else { address.to_owned() };
            self.audit(user.unwrap_or("unknown name"), AuditAction::SignInRefused, &subject).await;
        }
    }

    async fn hashed(&self, password: NewPassword<'_>) -> Result<String, StoreError> {
        self.passwords.hash(password, self.ids.random()).await
    }

    /// Counts a signed-in user's attempt to confirm a code. Returns how long to wait after too many attempts.
    pub(super) fn count_code(&self, user: &str) -> Result<(), Duration> {
        self.throttle.count(&Budget::Account(user.to_owned(), "confirm".to_owned()), self.clock.now())
    }

    /// Whether a signed-in person knows their password. Returns how long to wait after too many failures.
    pub(super) async fn verify_password(&self, user: &User, password: &str) -> Result<bool, Duration> {
        let budget = Budget::Account(user.name.clone(), "settings".to_owned());
        self.throttle.count(&budget, self.clock.now())?;
        if self.password_is_right(Some(user), password).await {
            self.throttle.reset(&budget);
            return Ok(true);
        }
        self.audit(&user.name, AuditAction::SignInRefused, "settings").await;
        Ok(false)
    }

    /// Checks the second factor after the password was right.
    async fn check_code(&self, name: &str, code: &str) -> Result<(), SignInError> {
        let Some(factor) = self.store.second_factor(name).await?.filter(|factor| factor.confirmed) else {
            return Ok(());
        };
        if code.trim().is_empty() {
            return Err(SignInError::CodeNeeded);
        }
        // One budget for all addresses: only someone who knows the password gets here.
        let budget = Budget::Account(name.to_owned(), "code".to_owned());
        self.throttle.count(&budget, self.clock.now()).map_err(SignInError::Throttled)?;
        let step = totp::step_of(&factor, code, self.clock.now()).ok_or(SignInError::CodeWrong)?;
        if !self.store.use_step(&factor, step).await? {
            return Err(SignInError::CodeWrong);
        }
        self.throttle.reset(&budget);
        Ok(())
    }

    async fn password_is_right(&self, user: Option<&User>, password: &str) -> bool {
        self.passwords.is_right(user.map(|user| user.password_hash.as_str()), password).await
    }
}

/// A token is 256 random bits, so a fast hash protects it as well as a slow one.
pub(super) fn hash_token(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}
