//! A spool in memory.
use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use frontdesk_ports::{EventBatch, EventBuffer, LoggedEvent, Spool, SpoolLoss, StoreError};
use parking_lot::{Mutex, MutexGuard};

/// A spool in memory, which tests can make fail.
#[derive(Default)]
pub struct MemorySpool(Mutex<State>);

#[derive(Default)]
struct State {
    batches: BTreeMap<u64, Vec<LoggedEvent>>,
    aside: Vec<LoggedEvent>,
    next: u64,
    broken: bool,
    unreadable: bool,
}

impl MemorySpool {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock()
    }

    /// Makes storing events fail from now on, or work again.
    pub fn break_down(&self, broken: bool) {
        self.state().broken = broken;
    }

    /// Makes reading events fail from now on, or work again.
    pub fn be_unreadable(&self, unreadable: bool) {
        self.state().unreadable = unreadable;
    }

    /// The events that were set aside.
    pub fn aside(&self) -> Vec<LoggedEvent> {
        self.state().aside.clone()
    }
}

#[async_trait]
impl EventBuffer for MemorySpool {
    async fn store(&self, events: Arc<Vec<LoggedEvent>>) -> Result<(), StoreError> {
        self.ping().await?;
        let mut state = self.state();
        let number = state.next;
        state.next += 1;
        state.batches.insert(number, Arc::unwrap_or_clone(events));
        Ok(())
    }

    async fn oldest(&self) -> Result<Option<EventBatch>, StoreError> {
        let state = self.state();
        if state.unreadable {
            return Err(StoreError::Unavailable("the test made it unreadable".into()));
        }
        Ok(state
            .batches
            .first_key_value()
            .map(|(&number, events)| EventBatch { number, events: events.clone() }))
    }

    async fn forget(&self, number: u64) -> Result<(), StoreError> {
        self.state().batches.remove(&number);
        Ok(())
    }

    fn waiting(&self) -> u64 {
        self.state().batches.values().map(|events| events.len() as u64).sum()
    }
}

#[async_trait]
impl Spool for MemorySpool {
    async fn set_aside(&self, events: Vec<LoggedEvent>, _why: &str) -> Result<(), StoreError> {
        self.state().aside.extend(events);
        Ok(())
    }

    fn loss(&self) -> Option<SpoolLoss> {
        None
    }

    async fn ping(&self) -> Result<(), StoreError> {
        if self.state().broken {
            Err(StoreError::Unavailable("the test made it fail".into()))
        } else {
            Ok(())
        }
    }
}
