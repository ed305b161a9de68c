//! Authentication of people and programs: passwords, sessions stored as hashes, API tokens, throttled guessing.

mod federated;
pub mod password;
mod start_links;
mod throttle;
pub(crate) mod totp;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use frontdesk_ports::access::{ApiToken, Role, Scopes, Session, User, user_key};
use frontdesk_ports::{
    Access, AccessStore, AccountError, AuditAction, AuditEntry, AuditTrail, Clock, IdentitySource, Ids,
    Program, SignInError, SignedIn, StoreError,
};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use federated::RecentSignIns;
use password::{NewPassword, Passwords};
use start_links::StartLinks;
use throttle::{Budget, RefusedSignIns, Throttle, network};

/// A session that is not used ends after this time …
pub(crate) const SESSION_IDLE_TIMEOUT: Duration = Duration::from_secs(12 * 3600);
/// … and any session after this.
pub(crate) const SESSION_TIMEOUT: Duration = Duration::from_secs(14 * 86_400);
/// How exactly the last use of a session or token is recorded.
const LAST_USE_PRECISION: Duration = Duration::from_secs(60);

/// A name that does not follow the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BadName;

/// The name of a person or token: 1 to 64 printable characters, without blanks around it.
pub(super) fn valid_name(name: &str) -> Result<&str, BadName> {
    let trimmed = name.trim();
    let length = trimmed.chars().count();
    let fits = (1..=64).contains(&length) && !trimmed.chars().any(char::is_control);
    if fits { Ok(trimmed) } else { Err(BadName) }
}

/// What the audit log calls actors that are no people; each alone, or before a name.
const OTHER_ACTORS: [&str; 7] =
    ["command line", "retention", "configuration", "token", "proxy", "provider", "setup link"];

/// The name of a person: none that the audit log could confuse with another kind of actor.
pub(super) fn valid_user_name(name: &str) -> Result<&str, BadName> {
    let name = valid_name(name)?;
    let lower = name.to_lowercase();
    let imitates = |actor: &&str| {
        lower.strip_prefix(*actor).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    if OTHER_ACTORS.iter().any(imitates) { Err(BadName) } else { Ok(name) }
}

/// Authenticates people and programs.
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
    /// Reads users, sessions and tokens from `store` and audits sign-ins in `trail`; `api_token` is valid besides the
    /// tokens of the store.
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

    /// Adds unknown people in that role when a proxy or provider first signs them in.
    #[must_use]
    pub fn admitting(self, newcomers: Option<Role>) -> Self {
        Self { newcomers, ..self }
    }

    /// Lets staff close the company, not only admins.
    #[must_use]
    pub fn with_staff_closing(self, staff_may_close: bool) -> Self {
        Self { staff_may_close, ..self }
    }

    /// Starts a session for an authenticated person; `None` if meanwhile they were removed, or the password that was
    /// verified was replaced.
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

    /// The user of that name. E-mail addresses are the same in any letter case.
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

    /// Creates the user `admin`, or sets their password if it is another.
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

    /// Records an action. A failure prevents nothing: signing out must always work.
    async fn audit(&self, actor: &str, action: AuditAction, subject: &str) {
        let at = self.clock.now();
        let actor: String = actor.chars().take(64).filter(|c| !c.is_control()).collect();
        let entry = AuditEntry { at, actor, action, subject: subject.to_owned() };
        if let Err(error) = self.trail.record(entry).await {
            tracing::warn!("the audit trail is not available: {error}");
        }
    }

    /// Records a refused sign-in, unless there have been many. Names that are not known here are not recorded: people type
    /// passwords there.
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

    /// Counts an attempt of a signed-in person to show a code. Returns how long to wait after too many.
    pub(super) fn count_code(&self, user: &str) -> Result<(), Duration> {
        self.throttle.count(&Budget::Account(user.to_owned(), "confirm".to_owned()), self.clock.now())
    }

    /// Whether a signed-in person knows their password. Returns how long to wait after too many failures.
    pub(super) async fn knows_password(&self, user: &User, password: &str) -> Result<bool, Duration> {
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
        // For all addresses together: only a person who knows the password gets here.
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

#[async_trait]
impl Access for AccessControl {
    async fn sign_in(
        &self,
        name: &str,
        password: &str,
        code: &str,
        address: &str,
    ) -> Result<String, SignInError> {
        let shortened: String = user_key(name).chars().take(100).collect();
        let network = network(address);
        self.throttle
            .count_sign_in(&shortened, &network, self.clock.now())
            .map_err(SignInError::Throttled)?;
        let user = self.find_user(name).await?;
        let right = self.password_is_right(user.as_ref(), password).await;
        let known = user.as_ref().map(|user| user.name.clone());
        let Some(user) = user.filter(|_| right) else {
            self.audit_refused(known.as_deref(), address).await;
            return Err(SignInError::Wrong);
        };
        if let Err(error) = self.check_code(&user.name, code).await {
            if error == SignInError::CodeWrong {
                self.audit_refused(Some(&user.name), address).await;
            }
            return Err(error);
        }
        self.throttle.signed_in(&shortened, &network);
        self.begin_session(user.name, Some(&user.password_hash), address).await?.ok_or(SignInError::Wrong)
    }

    async fn sign_in_federated(&self, name: &str, by: IdentitySource) -> Result<String, SignInError> {
        let name = name.trim();
        if by == IdentitySource::Proxy
            && let Some(result) = self.proxy_sign_ins.find(name, self.clock.now())
        {
            return result;
        }
        let result = self.admit(name, by.as_str()).await;
        match &result {
            Ok(token) => self.proxy_sign_ins.remember(name, Some(token), self.clock.now()),
            Err(SignInError::Nobody) => self.proxy_sign_ins.remember(name, None, self.clock.now()),
            Err(_) => {}
        }
        result
    }

    async fn sign_in_by_link(&self, secret: &str, address: &str) -> Result<String, SignInError> {
        self.use_sign_in_link(secret, address).await
    }

    async fn can_be_set_up(&self, secret: &str) -> Result<bool, StoreError> {
        self.is_setup_link(secret).await
    }

    async fn set_up(
        &self,
        secret: &str,
        name: &str,
        password: &str,
        address: &str,
    ) -> Result<String, AccountError> {
        self.use_setup_link(secret, (name, password), address).await
    }

    async fn describe_session(&self, token: &str, browser: &str, address: &str) {
        if let Err(error) = self.store.describe_session(&hash_token(token), browser, address).await {
            tracing::warn!("a session could not be described: {error}");
        }
    }

    async fn session(&self, token: &str) -> Result<Option<SignedIn>, StoreError> {
        let token_hash = hash_token(token);
        let Some(session) = self.store.session(&token_hash).await? else { return Ok(None) };
        let now = self.clock.now();
        if now >= session.created_at + SESSION_TIMEOUT || now >= session.seen_at + SESSION_IDLE_TIMEOUT {
            self.store.remove_session(&token_hash).await?;
            return Ok(None);
        }
        let Some(user) = self.store.user(&session.user).await? else { return Ok(None) };
        if now >= session.seen_at + LAST_USE_PRECISION {
            self.store.touch_session(&token_hash, now).await?;
        }
        let may_close = self.staff_may_close || user.role == Role::Admin;
        Ok(Some(SignedIn { user: user.name, role: user.role, may_close, csrf: session.csrf }))
    }

    async fn sign_out(&self, token: &str) -> Result<(), StoreError> {
        let token_hash = hash_token(token);
        let session = self.store.session(&token_hash).await?;
        self.store.remove_session(&token_hash).await?;
        if let Some(session) = session {
            self.proxy_sign_ins.forget(&session.user);
            self.audit(&session.user, AuditAction::SignedOut, "").await;
        }
        Ok(())
    }

    async fn sign_out_everywhere(&self, token: &str) -> Result<(), StoreError> {
        let Some(session) = self.store.session(&hash_token(token)).await? else { return Ok(()) };
        let ended = self.store.remove_sessions_of(&session.user, None).await?;
        self.proxy_sign_ins.forget(&session.user);
        self.audit(&session.user, AuditAction::SignedOutEverywhere, &format!("{ended} sessions")).await;
        Ok(())
    }

    async fn program(&self, token: &str, address: &str) -> Result<Option<Program>, SignInError> {
        let hash = hash_token(token);
        let now = self.clock.now();
        let Some(token) = self.store.token(&hash).await? else {
            // A token that we made cannot be guessed; one that people wrote into the configuration might be.
            let budget = Budget::TokensFrom(network(address));
            self.throttle.count(&budget, now).map_err(SignInError::Throttled)?;
            let is_fixed = |fixed: &String| bool::from(fixed.as_bytes().ct_eq(hash.as_bytes()));
            if !self.fixed_token.as_ref().is_some_and(is_fixed) {
                return Ok(None);
            }
            self.throttle.reset(&budget);
            return Ok(Some(Program { name: "configuration".to_owned(), scopes: Scopes::all() }));
        };
        if token.last_used_at.is_none_or(|used| now >= used + LAST_USE_PRECISION) {
            self.store.touch_token(&hash, now).await?;
        }
        Ok(Some(Program { name: token.name, scopes: token.scopes }))
    }
}
