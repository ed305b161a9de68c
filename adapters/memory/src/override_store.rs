//! Closures and blocked callers.

use async_trait::async_trait;
use frontdesk_domain::CallerId;
use frontdesk_ports::{Blocked, Closed, OverrideStore, StoreError};
use parking_lot::{Mutex, MutexGuard};

/// Closures and blocked callers in memory.
#[derive(Default)]
pub struct MemoryOverrides(Mutex<State>);

#[derive(Default)]
struct State {
    closed: Option<Closed>,
    blocked: Vec<Blocked>,
}

impl MemoryOverrides {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock()
    }
}

#[async_trait]
impl OverrideStore for MemoryOverrides {
    async fn closed(&self) -> Result<Option<Closed>, StoreError> {
        Ok(self.state().closed.clone())
    }

    async fn set_closed(&self, closed: Option<&Closed>) -> Result<(), StoreError> {
        self.state().closed = closed.cloned();
        Ok(())
    }

    async fn blocked(&self) -> Result<Vec<Blocked>, StoreError> {
        let mut blocked = self.state().blocked.clone();
        blocked.sort_by(|a, b| b.at.cmp(&a.at).then(a.caller.cmp(&b.caller)));
        Ok(blocked)
    }

    async fn block(&self, blocked: &Blocked) -> Result<bool, StoreError> {
        let known = &mut self.state().blocked;
        let is_new = known.iter().all(|other| other.caller.identity("") != blocked.caller.identity(""));
        if is_new {
            known.push(blocked.clone());
        }
        Ok(is_new)
    }

    async fn unblock(&self, caller: &CallerId) -> Result<bool, StoreError> {
        let known = &mut self.state().blocked;
        let before = known.len();
        known.retain(|blocked| blocked.caller.identity("") != caller.identity(""));
        Ok(known.len() < before)
    }
}
