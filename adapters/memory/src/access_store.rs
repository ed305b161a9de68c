//! Users, second factors, sessions, API tokens and saved views in memory.
use std::collections::BTreeMap;

use async_trait::async_trait;
use frontdesk_domain::Timestamp;
use frontdesk_ports::access::{ApiToken, Role, SavedView, SecondFactor, Session, User, UserChange};
use frontdesk_ports::{AccessStore, StoreError};
use parking_lot::{Mutex, MutexGuard};

/// Users, second factors, sessions, API tokens and saved views in memory.
#[derive(Default)]
pub struct MemoryAccess(Mutex<State>);

#[derive(Default)]
struct State {
    users: BTreeMap<String, User>,
    sessions: BTreeMap<String, Session>,
    tokens: BTreeMap<String, ApiToken>,
    views: BTreeMap<(String, String), String>,
    factors: BTreeMap<String, SecondFactor>,
}

impl State {
    fn is_last_admin(&self, name: &str) -> bool {
        let mut admins = self.users.values().filter(|user| user.role == Role::Admin);
        admins.next().is_some_and(|admin| admin.name == name) && admins.next().is_none()
    }
}

impl MemoryAccess {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock()
    }
}

#[async_trait]
impl AccessStore for MemoryAccess {
    async fn add_user(&self, user: User) -> Result<(), StoreError> {
        let mut state = self.state();
        if state.users.contains_key(&user.name) {
            return Err(StoreError::Exists(user.name));
        }
        state.users.insert(user.name.clone(), user);
        Ok(())
    }

    async fn set_password(&self, name: &str, password_hash: &str) -> Result<bool, StoreError> {
        let mut state = self.state();
        let Some(user) = state.users.get_mut(name) else { return Ok(false) };
        password_hash.clone_into(&mut user.password_hash);
        state.sessions.retain(|_, session| session.user != name);
        Ok(true)
    }

    async fn set_role(&self, name: &str, role: Role) -> Result<UserChange, StoreError> {
        let mut state = self.state();
        if role != Role::Admin && state.is_last_admin(name) {
            return Ok(UserChange::LastAdmin);
        }
        let Some(user) = state.users.get_mut(name) else { return Ok(UserChange::Nobody) };
        user.role = role;
        Ok(UserChange::Done)
    }

    async fn remove_user(&self, name: &str) -> Result<UserChange, StoreError> {
        let mut state = self.state();
        if state.is_last_admin(name) {
            return Ok(UserChange::LastAdmin);
        }
        state.views.retain(|(user, _), _| user != name);
        state.factors.remove(name);
        state.sessions.retain(|_, session| session.user != name);
        Ok(if state.users.remove(name).is_some() { UserChange::Done } else { UserChange::Nobody })
    }

    async fn user(&self, name: &str) -> Result<Option<User>, StoreError> {
        Ok(self.state().users.get(name).cloned())
    }

    async fn users(&self) -> Result<Vec<User>, StoreError> {
        Ok(self.state().users.values().cloned().collect())
    }

    async fn second_factor(&self, user: &str) -> Result<Option<SecondFactor>, StoreError> {
        Ok(self.state().factors.get(user).cloned())
    }

    async fn put_second_factor(&self, factor: SecondFactor) -> Result<(), StoreError> {
        self.state().factors.insert(factor.user.clone(), factor);
        Ok(())
    }

    async fn use_step(&self, factor: &SecondFactor, step: u64) -> Result<bool, StoreError> {
        let mut state = self.state();
        let known = state.factors.get_mut(&factor.user);
        let Some(known) = known.filter(|known| known.secret == factor.secret && known.last_step < step)
        else {
            return Ok(false);
        };
        (known.last_step, known.confirmed) = (step, true);
        Ok(true)
    }

    async fn remove_second_factor(&self, user: &str) -> Result<bool, StoreError> {
        Ok(self.state().factors.remove(user).is_some())
    }

    async fn add_session(&self, session: Session, verified: Option<&str>) -> Result<bool, StoreError> {
        let mut state = self.state();
        let user = state.users.get(&session.user);
        let is_current = |user: &User| verified.is_none_or(|hash| user.password_hash == hash);
        if !user.is_some_and(is_current) {
            return Ok(false);
        }
        state.sessions.insert(session.token_hash.clone(), session);
        Ok(true)
    }

    async fn session(&self, token_hash: &str) -> Result<Option<Session>, StoreError> {
        Ok(self.state().sessions.get(token_hash).cloned())
    }

    async fn sessions(&self) -> Result<Vec<Session>, StoreError> {
        Ok(self.state().sessions.values().cloned().collect())
    }

    async fn touch_session(&self, token_hash: &str, at: Timestamp) -> Result<(), StoreError> {
        if let Some(session) = self.state().sessions.get_mut(token_hash) {
            session.seen_at = at;
        }
        Ok(())
    }

    async fn describe_session(
        &self,
        token_hash: &str,
        browser: &str,
        address: &str,
    ) -> Result<(), StoreError> {
        if let Some(session) = self.state().sessions.get_mut(token_hash) {
            (session.browser, session.address) = (browser.to_owned(), address.to_owned());
        }
        Ok(())
    }

    async fn remove_session(&self, token_hash: &str) -> Result<(), StoreError> {
        self.state().sessions.remove(token_hash);
        Ok(())
    }

    async fn remove_sessions_of(&self, user: &str, except: Option<&str>) -> Result<u64, StoreError> {
        let mut state = self.state();
        let before = state.sessions.len();
        state.sessions.retain(|_, session| session.user != user || Some(session.csrf.as_str()) == except);
        Ok((before - state.sessions.len()) as u64)
    }

    async fn remove_sessions_before(&self, created: Timestamp, seen: Timestamp) -> Result<(), StoreError> {
        self.state().sessions.retain(|_, session| session.created_at >= created && session.seen_at >= seen);
        Ok(())
    }

    async fn add_token(&self, token: ApiToken) -> Result<(), StoreError> {
        let mut state = self.state();
        if state.tokens.contains_key(&token.name) {
            return Err(StoreError::Exists(token.name));
        }
        state.tokens.insert(token.name.clone(), token);
        Ok(())
    }

    async fn token(&self, token_hash: &str) -> Result<Option<ApiToken>, StoreError> {
        Ok(self.state().tokens.values().find(|token| token.token_hash == token_hash).cloned())
    }

    async fn tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        Ok(self.state().tokens.values().cloned().collect())
    }

    async fn touch_token(&self, token_hash: &str, at: Timestamp) -> Result<(), StoreError> {
        let mut state = self.state();
        let token = state.tokens.values_mut().find(|token| token.token_hash == token_hash);
        if let Some(token) = token {
            token.last_used_at = Some(at);
        }
        Ok(())
    }

    async fn remove_token(&self, name: &str) -> Result<bool, StoreError> {
        Ok(self.state().tokens.remove(name).is_some())
    }

    async fn views(&self, user: &str) -> Result<Vec<SavedView>, StoreError> {
        let state = self.state();
        let of_user = state.views.iter().filter(|((of, _), _)| of == user);
        Ok(of_user.map(|((_, name), query)| SavedView { name: name.clone(), query: query.clone() }).collect())
    }

    async fn put_view(&self, user: &str, SavedView { name, query }: SavedView) -> Result<(), StoreError> {
        self.state().views.insert((user.to_owned(), name), query);
        Ok(())
    }

    async fn remove_view(&self, user: &str, name: &str) -> Result<bool, StoreError> {
        Ok(self.state().views.remove(&(user.to_owned(), name.to_owned())).is_some())
    }
}
