//! Implements the port [`Access`], which the pages and the API use.
use async_trait::async_trait;
use frontdesk_ports::access::{Role, Scopes, user_key};
use frontdesk_ports::{
    Access, AccountError, AuditAction, IdentitySource, Program, SignInError, SignedIn, StoreError,
};
use subtle::ConstantTimeEq;

use super::throttle::{Budget, network};
use super::{AccessControl, LAST_USE_PRECISION, SESSION_IDLE_TIMEOUT, SESSION_TIMEOUT, hash_token};

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
            match error {
                SignInError::CodeWrong => self.audit_refused(Some(&user.name), address).await,
                SignInError::CodeNeeded => self.throttle.take_back(&shortened, &network),
                _ => {}
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
            tracing::warn!("the browser and address of a session could not be stored: {error}");
        }
    }

    async fn session(&self, token: &str, is_use: bool) -> Result<Option<SignedIn>, StoreError> {
        let token_hash = hash_token(token);
        let Some(session) = self.store.session(&token_hash).await? else { return Ok(None) };
        let now = self.clock.now();
        if now >= session.created_at + SESSION_TIMEOUT || now >= session.seen_at + SESSION_IDLE_TIMEOUT {
            self.store.remove_session(&token_hash).await?;
            return Ok(None);
        }
        let Some(user) = self.store.user(&session.user).await? else { return Ok(None) };
        if is_use && now >= session.seen_at + LAST_USE_PRECISION {
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
            // A generated token cannot be guessed; one that a person chose in the configuration might be.
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
