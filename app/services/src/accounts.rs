//! Account administration: users, sessions, API tokens and saved views, with an audit entry for each change.
use std::sync::Arc;

use async_trait::async_trait;
use frontdesk_ports::access::{ApiToken, Role, SavedView, Scopes, User, UserChange};
use frontdesk_ports::{
    AccessStore, AccountError, Accounts, Actor, AuditAction, AuditEntry, AuditTrail, Browser, Clock, Ids,
    MAX_VIEWS, Person, SecondFactorState, SignedIn, StoreError,
};

use super::auth::names::{valid_name, valid_user_name};
use super::auth::password::{BadPassword, NewPassword};
use super::auth::totp;
use super::auth::{AccessControl, SESSION_IDLE_TIMEOUT, SESSION_TIMEOUT, hash_token};

/// The number of hex digits of a session's token hash that serve as its public id: 64 bits.
const BROWSER_ID: usize = 16;

/// Administers users, sessions, tokens and views.
pub struct AccountAdministration {
    control: Arc<AccessControl>,
    store: Arc<dyn AccessStore>,
    trail: Arc<dyn AuditTrail>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl From<BadPassword> for AccountError {
    fn from(error: BadPassword) -> Self {
        match error {
            BadPassword::Length => Self::BadPassword,
            BadPassword::Guessable => Self::GuessablePassword,
        }
    }
}

/// Turns a change that was not made into an error.
fn made(change: UserChange) -> Result<(), AccountError> {
    match change {
        UserChange::Done => Ok(()),
        UserChange::Nobody => Err(AccountError::Nobody),
        UserChange::LastAdmin => Err(AccountError::LastAdmin),
    }
}

fn valid(name: &str) -> Result<&str, AccountError> {
    valid_name(name).map_err(|_| AccountError::BadName)
}

fn taken(error: StoreError) -> AccountError {
    match error {
        StoreError::Exists(_) => AccountError::Taken,
        other => other.into(),
    }
}

impl AccountAdministration {
    /// Stores users in `store`, creates passwords and tokens through `control`, and audits changes in `trail`.
    pub fn new(
        control: Arc<AccessControl>,
        store: Arc<dyn AccessStore>,
        trail: Arc<dyn AuditTrail>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Self {
        Self { control, store, trail, clock, ids }
    }

    async fn note(&self, by: &Actor, action: AuditAction, subject: &str) -> Result<(), StoreError> {
        let (at, actor) = (self.clock.now(), by.0.clone());
        self.trail.record(AuditEntry { at, actor, action, subject: subject.to_owned() }).await
    }

    async fn user(&self, name: &str) -> Result<User, AccountError> {
        self.store.user(name).await?.ok_or(AccountError::Nobody)
    }

    async fn replace_password(&self, by: &Actor, name: &str, password: &str) -> Result<(), AccountError> {
        self.user(name).await?;
        let password = NewPassword::try_from(password)?;
        self.note(by, AuditAction::PasswordSet, name).await?;
        if self.control.set_password(name, password).await? { Ok(()) } else { Err(AccountError::Nobody) }
    }

    /// Verifies the password, so that someone at an unattended browser cannot change the account.
    async fn verify_password(&self, who: &SignedIn, password: &str) -> Result<(), AccountError> {
        let user = self.user(&who.user).await?;
        let right = self.control.verify_password(&user, password).await.map_err(AccountError::Throttled)?;
        if right { Ok(()) } else { Err(AccountError::WrongPassword) }
    }

    async fn has_token(&self, name: &str) -> Result<bool, StoreError> {
        Ok(self.store.tokens().await?.iter().any(|token| token.name == name))
    }

    /// Fails if no admin would remain. Checked before auditing, so that the audit log has no change that the store refuses.
    async fn ensure_admin_remains(&self, without: &User) -> Result<(), AccountError> {
        let users = self.store.users().await?;
        let others = users.iter().any(|user| user.role == Role::Admin && user.name != without.name);
        if without.role == Role::Admin && !others { Err(AccountError::LastAdmin) } else { Ok(()) }
    }
}

#[async_trait]
impl Accounts for AccountAdministration {
    async fn people(&self) -> Result<Vec<Person>, StoreError> {
        let users = self.store.users().await?;
        Ok(users.into_iter().map(|User { name, role, .. }| Person { name, role }).collect())
    }

    async fn add_person(
        &self,
        by: &Actor,
        name: &str,
        role: Role,
        password: &str,
    ) -> Result<(), AccountError> {
        let name = valid_user_name(name).map_err(|_| AccountError::BadName)?;
        let password = NewPassword::try_from(password)?;
        // Names that differ in letter case only would be mistaken for each other.
        let lower = name.to_lowercase();
        if self.store.users().await?.iter().any(|user| user.name.to_lowercase() == lower) {
            return Err(AccountError::Taken);
        }
        self.note(by, AuditAction::UserAdded, name).await?;
        Ok(self.control.add_user(name, role, password).await.map_err(taken)?)
    }

    async fn remove_person(&self, by: &Actor, name: &str) -> Result<(), AccountError> {
        self.ensure_admin_remains(&self.user(name).await?).await?;
        self.note(by, AuditAction::UserRemoved, name).await?;
        self.control.forget_proxy_sign_in(name);
        made(self.store.remove_user(name).await?)
    }

    async fn set_role(&self, by: &Actor, name: &str, role: Role) -> Result<(), AccountError> {
        let user = self.user(name).await?;
        if role != Role::Admin {
            self.ensure_admin_remains(&user).await?;
        }
        if user.role == role {
            return Ok(());
        }
        self.note(by, AuditAction::RoleSet, &format!("{name}, {role}")).await?;
        made(self.store.set_role(name, role).await?)
    }

    async fn set_password(&self, by: &Actor, name: &str, password: &str) -> Result<(), AccountError> {
        if by.0 == name {
            return Err(AccountError::OwnPassword);
        }
        self.replace_password(by, name, password).await
    }

    async fn change_password(&self, who: &SignedIn, old: &str, new: &str) -> Result<(), AccountError> {
        self.verify_password(who, old).await?;
        self.replace_password(&Actor(who.user.clone()), &who.user, new).await
    }

    async fn second_factor(&self, of: &str) -> Result<SecondFactorState, StoreError> {
        Ok(match self.store.second_factor(of).await? {
            None => SecondFactorState::Off,
            Some(factor) if factor.confirmed => SecondFactorState::On,
            Some(factor) => {
                let address = totp::address(&factor).unwrap_or_default();
                SecondFactorState::Begun { secret: factor.secret, address }
            }
        })
    }

    async fn begin_second_factor(&self, who: &SignedIn, password: &str) -> Result<(), AccountError> {
        self.verify_password(who, password).await?;
        if self.second_factor(&who.user).await? == SecondFactorState::On {
            return Err(AccountError::Taken);
        }
        Ok(self.store.put_second_factor(totp::fresh(&who.user, &*self.ids)).await?)
    }

    async fn confirm_second_factor(&self, who: &SignedIn, code: &str) -> Result<(), AccountError> {
        let factor = self.store.second_factor(&who.user).await?.ok_or(AccountError::Nobody)?;
        self.control.count_code(&who.user).map_err(AccountError::Throttled)?;
        let step = totp::step_of(&factor, code, self.clock.now()).ok_or(AccountError::WrongCode)?;
        self.note(&Actor(who.user.clone()), AuditAction::SecondFactorOn, "").await?;
        if !self.store.use_step(&factor, step).await? {
            return Err(AccountError::WrongCode);
        }
        // Ends the user's other sessions, which were started without a code.
        self.store.remove_sessions_of(&who.user, Some(&who.csrf)).await?;
        self.control.forget_proxy_sign_in(&who.user);
        Ok(())
    }

    async fn end_second_factor(&self, who: &SignedIn, password: &str) -> Result<(), AccountError> {
        self.verify_password(who, password).await?;
        self.remove_second_factor(&Actor(who.user.clone()), &who.user).await
    }

    async fn remove_second_factor(&self, by: &Actor, name: &str) -> Result<(), AccountError> {
        self.note(by, AuditAction::SecondFactorOff, name).await?;
        if self.store.remove_second_factor(name).await? { Ok(()) } else { Err(AccountError::Nobody) }
    }

    async fn browsers(&self, of: Option<&str>, token: &str) -> Result<Vec<Browser>, StoreError> {
        let here = hash_token(token);
        let sessions = self.store.sessions().await?;
        let now = self.clock.now();
        let own_sessions = sessions.into_iter().filter(|session| {
            let valid =
                now < session.created_at + SESSION_TIMEOUT && now < session.seen_at + SESSION_IDLE_TIMEOUT;
            valid && of.is_none_or(|of| session.user == of)
        });
        let mut browsers: Vec<Browser> = own_sessions
            .map(|session| Browser {
                id: session.token_hash.chars().take(BROWSER_ID).collect(),
                here: session.token_hash == here,
                user: session.user,
                since: session.created_at,
                seen: session.seen_at,
                browser: session.browser,
                address: session.address,
            })
            .collect();
        browsers.sort_by_key(|browser| std::cmp::Reverse(browser.seen));
        Ok(browsers)
    }

    async fn end_browser(&self, by: &Actor, of: Option<&str>, id: &str) -> Result<(), AccountError> {
        let sessions = self.store.sessions().await?;
        let named = |hash: &str| hash.get(..BROWSER_ID) == Some(id);
        let found = sessions
            .into_iter()
            .find(|session| named(&session.token_hash) && of.is_none_or(|of| session.user == of));
        let session = found.ok_or(AccountError::Nobody)?;
        self.note(by, AuditAction::SessionEnded, &session.user).await?;
        self.control.forget_proxy_sign_in(&session.user);
        Ok(self.store.remove_session(&session.token_hash).await?)
    }

    async fn tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        self.store.tokens().await
    }

    async fn create_token(&self, by: &Actor, name: &str, scopes: Scopes) -> Result<String, AccountError> {
        let name = valid_user_name(name).map_err(|_| AccountError::BadName)?;
        if scopes.0.is_empty() {
            return Err(AccountError::NoScope);
        }
        if self.has_token(name).await? {
            return Err(AccountError::Taken);
        }
        self.note(by, AuditAction::TokenCreated, name).await?;
        self.control.create_token(name, scopes).await.map_err(taken)
    }

    async fn revoke_token(&self, by: &Actor, name: &str) -> Result<(), AccountError> {
        if !self.has_token(name).await? {
            return Err(AccountError::Nobody);
        }
        self.note(by, AuditAction::TokenRevoked, name).await?;
        if self.store.remove_token(name).await? { Ok(()) } else { Err(AccountError::Nobody) }
    }

    async fn views(&self, of: &str) -> Result<Vec<SavedView>, StoreError> {
        self.store.views(of).await
    }

    async fn save_view(&self, of: &str, view: SavedView) -> Result<(), AccountError> {
        let view = SavedView { name: valid(&view.name)?.to_owned(), ..view };
        let known = self.store.views(of).await?;
        if known.len() >= MAX_VIEWS && !known.iter().any(|known| known.name == view.name) {
            return Err(AccountError::TooManyViews);
        }
        Ok(self.store.put_view(of, view).await?)
    }

    async fn forget_view(&self, of: &str, name: &str) -> Result<(), AccountError> {
        if self.store.remove_view(of, name).await? { Ok(()) } else { Err(AccountError::Nobody) }
    }
}
