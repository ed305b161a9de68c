//! The call log and its effect queue.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use frontdesk_domain::{Call, CallId, Effect, Facts, LegId, Timestamp, WorkLane};
use frontdesk_ports::work::Work;
use frontdesk_ports::{
    CallLog, CallPage, CallQuery, CallRecord, Change, Clock, EffectCounts, EffectQueue, Ids, LeasedEffect,
    LoggedEvent, RawParameters, StoreError,
};
use tokio::sync::watch;

/// A call log that forgets.
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
    pub(crate) effects: BTreeMap<String, Queued>,
    pub(crate) change: Change,
}

#[derive(Default)]
pub(crate) struct StoredCall {
    pub(crate) facts: Facts,
    pub(crate) raw: BTreeMap<String, RawParameters>,
    pub(crate) work: Work,
    leg: Option<LegId>,
    pub(crate) change: Change,
}

pub(crate) struct Queued {
    pub(crate) effect: Effect,
    since: Timestamp,
    /// When the job is due or its lease ends; `None` once it is finished.
    due: Option<Timestamp>,
    leased: bool,
    attempt: u32,
    failed: bool,
}

impl MemoryLog {
    /// An empty log.
    pub fn new(clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        Self { clock, ids, state: Mutex::default(), changed: watch::Sender::default() }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
    Some(CallRecord { id, leg, call, change: stored.change, work })
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
        let may_cause_work = events.iter().any(|logged| logged.event.kind.may_cause_work());
        let before: BTreeMap<_, _> = before.into_iter().collect();
        for (id, stored) in &mut state.calls {
            if before.get(id) != Some(&stored.facts) {
                state.change.0 += 1;
                stored.change = state.change;
                // News of a recording is a reason to fetch it at once, even if an earlier try failed.
                for effect in stored.facts.effects().into_iter().filter(|_| may_cause_work) {
                    let fresh = Queued {
                        effect,
                        since: now,
                        due: Some(now),
                        leased: false,
                        attempt: 0,
                        failed: false,
                    };
                    let queued = state.effects.entry(fresh.effect.key()).or_insert(fresh);
                    if queued.due.is_none() {
                        // Given up, and wanted again.
                        (queued.since, queued.due) = (now, Some(now));
                    } else if !queued.leased {
                        queued.due = queued.due.map(|due| due.min(now));
                    }
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

impl MemoryLog {
    /// Settles leased work, unless the lease was lost.
    fn finish(&self, leased: &LeasedEffect, due: Option<Timestamp>) -> bool {
        let mut state = self.state();
        let Some(queued) = state.effects.get_mut(&leased.effect.key()) else { return false };
        let ours = queued.leased && queued.attempt == leased.attempt;
        if ours {
            (queued.due, queued.leased) = (due, false);
        }
        ours
    }
}

#[async_trait]
impl EffectQueue for MemoryLog {
    async fn take(
        &self,
        lane: WorkLane,
        now: Timestamp,
        lease: Duration,
        limit: u16,
    ) -> Result<Vec<LeasedEffect>, StoreError> {
        let mut state = self.state();
        let due = state
            .effects
            .iter_mut()
            .filter(|(key, queued)| lane.holds(key) && queued.due.is_some_and(|due| due <= now));
        Ok(due
            .take(usize::from(limit))
            .map(|(_, queued)| {
                queued.attempt += 1;
                queued.leased = true;
                queued.due = Some(now + lease);
                LeasedEffect {
                    effect: queued.effect.clone(),
                    attempt: queued.attempt,
                    queued_at: queued.since,
                }
            })
            .collect())
    }

    async fn finish(&self, leased: &LeasedEffect) -> Result<bool, StoreError> {
        Ok(self.finish(leased, None))
    }

    async fn retry(&self, leased: &LeasedEffect, due: Timestamp, _why: &str) -> Result<bool, StoreError> {
        Ok(self.finish(leased, Some(due)))
    }

    async fn fail(&self, leased: &LeasedEffect, _why: &str) -> Result<bool, StoreError> {
        let ours = self.finish(leased, None);
        if let Some(queued) = self.state().effects.get_mut(&leased.effect.key()).filter(|_| ours) {
            queued.failed = true;
        }
        Ok(ours)
    }

    async fn counts(&self) -> Result<EffectCounts, StoreError> {
        let state = self.state();
        let count =
            |fits: fn(&Queued) -> bool| state.effects.values().filter(|queued| fits(queued)).count() as u64;
        Ok(EffectCounts { open: count(|queued| queued.due.is_some()), failed: count(|queued| queued.failed) })
    }

    async fn next_due(&self, lane: WorkLane) -> Result<Option<Timestamp>, StoreError> {
        Ok(self
            .state()
            .effects
            .iter()
            .filter(|(key, _)| lane.holds(key))
            .filter_map(|(_, queued)| queued.due)
            .min())
    }
}
