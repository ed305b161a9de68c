//! The call log in memory.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use frontdesk_domain::{Call, CallId, Facts, LegId};
use frontdesk_ports::work::Work;
use frontdesk_ports::{
    CallLog, CallPage, CallQuery, CallRecord, Change, Clock, DoneLink, Figures, Ids, LoggedEvent,
    RawParameters, RecipientSince, StoreError,
};
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::watch;

use crate::jobs::{Jobs, queue_effect};

/// A call log in memory.
pub struct MemoryLog {
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    state: Mutex<State>,
    pub(crate) changed: watch::Sender<Change>,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) calls: BTreeMap<CallId, StoredCall>,
    /// Legs of deleted calls.
    pub(crate) tombstones: BTreeSet<LegId>,
    pub(crate) by_leg: BTreeMap<LegId, CallId>,
    pub(crate) jobs: Jobs,
    pub(crate) change: Change,
    /// The change up to which deliveries have been queued.
    pub(crate) looked_at: Option<Change>,
    /// Links that mark a call done, by the hash of their secret.
    pub(crate) links: BTreeMap<String, DoneLink>,
    /// Figures by day, and the change up to which they are valid.
    pub(crate) figures: BTreeMap<i64, Figures>,
    pub(crate) figures_looked_at: Change,
    /// The time and the change since which each recipient of notifications exists.
    pub(crate) recipients: BTreeMap<String, RecipientSince>,
}

#[derive(Default)]
pub(crate) struct StoredCall {
    pub(crate) facts: Facts,
    pub(crate) raw: BTreeMap<String, RawParameters>,
    pub(crate) work: Work,
    leg: Option<LegId>,
    pub(crate) first_change: Change,
    pub(crate) work_change: Change,
    pub(crate) change: Change,
}

impl MemoryLog {
    /// An empty log.
    pub fn new(clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        Self { clock, ids, state: Mutex::default(), changed: watch::Sender::default() }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    fn call_id(&self, state: &mut State, events: &[LoggedEvent], leg: &LegId) -> CallId {
        *state.by_leg.entry(leg.clone()).or_insert_with(|| {
            let first = Facts::of(events.iter().map(|e| &e.event).filter(|e| e.call == *leg));
            let started = Call::of(&first).started_at.unwrap_or_else(|| self.clock.now());
            let random = self.ids.random();
            CallId::new(started, random.iter().rev().take(10).fold(0, |n, &b| n << 8 | u128::from(b)))
        })
    }
}

pub(crate) fn record(id: CallId, stored: &StoredCall) -> Option<CallRecord> {
    let leg = stored.leg.clone()?;
    let (call, work) = (Call::of(&stored.facts), stored.work.clone());
    let StoredCall { first_change, change, work_change, .. } = *stored;
    Some(CallRecord { id, leg, call, first_change, change, work, work_change })
}

#[async_trait]
impl CallLog for MemoryLog {
    async fn append(&self, mut events: Vec<LoggedEvent>) -> Result<(), StoreError> {
        let now = self.clock.now();
        let mut guard = self.state();
        let state = &mut *guard;
        events.retain(|logged| !state.tombstones.contains(&logged.event.call));
        let before: Vec<_> = state.calls.iter().map(|(id, stored)| (*id, stored.facts.clone())).collect();
        for logged in &events {
            let leg = &logged.event.call;
            let id = self.call_id(state, &events, leg);
            let stored = state.calls.entry(id).or_default();
            stored.leg = Some(leg.clone());
            let identity = logged.event.identity();
            if let Some(raw) = &logged.raw {
                stored.raw.entry(identity).or_insert_with(|| raw.clone());
            }
            stored.facts.absorb(&logged.event);
        }
        let may_cause_effects = events.iter().any(|logged| logged.event.kind.may_cause_effects());
        let before: BTreeMap<_, _> = before.into_iter().collect();
        for (id, stored) in &mut state.calls {
            if before.get(id) != Some(&stored.facts) {
                state.change.0 += 1;
                stored.change = state.change;
                if stored.first_change == Change::default() {
                    stored.first_change = state.change;
                }
                // A new event of a recording makes its fetch due at once, even if an earlier attempt failed.
                for effect in stored.facts.effects().into_iter().filter(|_| may_cause_effects) {
                    queue_effect(&mut state.jobs, effect, now);
                }
            }
        }
        self.changed.send_replace(state.change);
        Ok(())
    }

    async fn find(&self, id: CallId) -> Result<Option<CallRecord>, StoreError> {
        Ok(self.state().calls.get(&id).and_then(|stored| record(id, stored)))
    }

    async fn events(&self, id: CallId) -> Result<Vec<LoggedEvent>, StoreError> {
        let state = self.state();
        let Some(stored) = state.calls.get(&id) else { return Ok(Vec::new()) };
        let story = stored.facts.story();
        Ok(story
            .into_iter()
            .map(|(identity, event)| LoggedEvent {
                event: event.clone(),
                raw: stored.raw.get(identity).cloned(),
            })
            .collect())
    }

    async fn list(&self, query: &CallQuery) -> Result<CallPage, StoreError> {
        let state = self.state();
        let newest_first = state.calls.iter().rev().filter_map(|(id, stored)| record(*id, stored));
        let mut calls: Vec<_> =
            newest_first.filter(|call| query.fits(call)).take(usize::from(query.limit) + 1).collect();
        let more = calls.len() > usize::from(query.limit);
        calls.truncate(usize::from(query.limit));
        let next = calls.last().filter(|_| more).map(|call| call.id);
        Ok(CallPage { calls, next })
    }

    async fn latest_change(&self) -> Result<Change, StoreError> {
        Ok(self.state().change)
    }

    async fn changed_since(&self, after: Change, limit: u16) -> Result<Vec<CallRecord>, StoreError> {
        let state = self.state();
        let mut changed: Vec<_> = state
            .calls
            .iter()
            .filter(|(_, stored)| stored.change > after)
            .filter_map(|(id, stored)| record(*id, stored))
            .collect();
        changed.sort_by_key(|record| record.change);
        changed.truncate(usize::from(limit));
        Ok(changed)
    }

    async fn wait_for_change(&self, after: Change) {
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = self.changed.subscribe().wait_for(|change| *change > after).await;
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
