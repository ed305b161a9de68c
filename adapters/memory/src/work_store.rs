//! The follow-up of calls, and figures about them, in memory.
use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use frontdesk_domain::call::CallState;
use frontdesk_domain::{Call, CallId, CallerId, EventKind, Outcome, Parties, Timestamp};
use frontdesk_ports::work::Work;
use frontdesk_ports::{
    AdmittedCall, CallFigures, CallQuery, CallRecord, Change, DAY_MS, Figures, FollowUp, QuarterCount,
    Resolved, StoreError, Tally, Usage, WAIT_STEP_MS, WorkStore,
};

use crate::MemoryLog;
use crate::call_log::{StoredCall, record};

impl MemoryLog {
    /// Every call, newest first.
    fn records(&self) -> Vec<CallRecord> {
        self.state().calls.iter().rev().filter_map(|(id, stored)| record(*id, stored)).collect()
    }
}

#[async_trait]
impl WorkStore for MemoryLog {
    async fn save_work(&self, id: CallId, work: &Work) -> Result<bool, StoreError> {
        let mut guard = self.state();
        let state = &mut *guard;
        let Some(stored) = state.calls.get_mut(&id) else { return Ok(false) };
        if stored.work.version + 1 != work.version {
            return Ok(false);
        }
        state.change.0 += 1;
        (stored.work, stored.change, stored.work_change) = (work.clone(), state.change, state.change);
        self.changed.send_replace(state.change);
        Ok(true)
    }

    async fn resolved_since(&self, after: Change, limit: u16) -> Result<Vec<Resolved>, StoreError> {
        let records = self.records();
        let caller = |record: &CallRecord| {
            record.call.parties.as_ref().filter(|p| p.from.identifies(&p.to)).and_then(Parties::caller)
        };
        let is = |record: &CallRecord, outcome| {
            record.call.verdict.as_ref().is_some_and(|verdict| verdict.outcome == outcome)
        };
        let mut resolved = Vec::new();
        for missed in records.iter().filter(|r| r.needs_attention() && is(r, Outcome::Missed)) {
            // Newest first: the last match is the earliest.
            let later = records.iter().rfind(|later| {
                let same = caller(missed).is_some() && caller(later) == caller(missed);
                same && later.id > missed.id && is(later, Outcome::Answered)
            });
            if let Some(later) = later.filter(|later| later.change.max(missed.change) > after) {
                resolved.push(Resolved { missed: missed.clone(), later: later.id });
            }
        }
        resolved.truncate(usize::from(limit));
        Ok(resolved)
    }
}

#[async_trait]
impl CallFigures for MemoryLog {
    async fn figures(
        &self,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> Result<Figures, StoreError> {
        let within = CallQuery { since, until, ..CallQuery::default() };
        let figures: Vec<Figures> =
            self.records().iter().filter(|record| within.fits(record)).filter_map(figures_of).collect();
        Ok(Figures::sum(&figures))
    }

    async fn tally(&self, query: &CallQuery, most: u32) -> Result<Tally, StoreError> {
        let query = CallQuery { before: None, ..query.clone() };
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let fitting: Vec<_> = self
            .records()
            .into_iter()
            .filter(|record| query.fits(record))
            .take(most.saturating_add(1))
            .collect();
        let mut by_outcome = BTreeMap::new();
        for record in &fitting {
            *by_outcome.entry(record.call.verdict.as_ref().map(|verdict| verdict.outcome)).or_insert(0) += 1;
        }
        Ok(Tally { by_outcome: by_outcome.into_iter().collect(), more: fitting.len() > most })
    }

    async fn usage(&self, day: Timestamp, hour: Timestamp, often: u32) -> Result<Usage, StoreError> {
        let since = |from: Timestamp, call: &CallRecord| call.call.started_at.is_some_and(|at| at >= from);
        let records = self.records();
        let mut usage = Usage::default();
        for call in records.iter().filter(|r| since(day, r) && r.call.forwarded_to.is_some()) {
            usage.forwards_today += 1;
            usage.forward_seconds_today += u64::from(call.call.talk_seconds.unwrap_or(0));
            let being_forwarded = call.call.state != CallState::Ended && call.call.mailbox.is_none();
            usage.forwards_now += u32::from(being_forwarded);
        }
        let mut callers: BTreeMap<String, u32> = BTreeMap::new();
        let rejected = |call: &CallRecord| {
            call.call.verdict.as_ref().is_some_and(|verdict| verdict.outcome == Outcome::Rejected)
        };
        for call in records.iter().filter(|record| since(hour, record) && !rejected(record)) {
            if let Some(from) = call.call.parties.as_ref().and_then(Parties::caller) {
                *callers.entry(from).or_default() += 1;
            }
        }
        let frequent = callers.into_iter().filter(|(_, calls)| *calls >= often);
        usage.frequent_callers = frequent.map(|(caller, _)| caller).collect();
        Ok(usage)
    }

    async fn admitted(&self, since: Timestamp, most: u32) -> Result<Vec<AdmittedCall>, StoreError> {
        let state = self.state();
        let has = |stored: &StoredCall, kind: fn(&EventKind) -> bool| {
            stored.facts.story().iter().any(|(_, event)| kind(&event.kind))
        };
        let is_admitted =
            |stored: &StoredCall| !has(stored, |kind| matches!(kind, EventKind::Refused { .. }));
        let admitted = state.calls.iter().filter(|(_, stored)| is_admitted(stored));
        let records = admitted.filter_map(|(&id, stored)| record(id, stored));
        let records: Vec<CallRecord> = records.filter(|record| record.call.parties.is_some()).collect();
        let newest = |fits: &dyn Fn(&Call) -> bool| -> BTreeMap<CallId, &CallRecord> {
            let mut fitting: Vec<_> = records.iter().filter(|record| fits(&record.call)).collect();
            fitting.sort_by_key(|record| std::cmp::Reverse((record.call.started_at, record.id)));
            fitting.into_iter().take(most as usize).map(|record| (record.id, record)).collect()
        };
        let mut calls = newest(&|call| call.state != CallState::Ended);
        calls.extend(newest(&|call| call.started_at.is_some_and(|at| at >= since)));
        let read = |record: &CallRecord| {
            let from = record.call.parties.as_ref()?.caller();
            let forwarded = |kind: &EventKind| matches!(kind, EventKind::Forward { .. });
            Some(AdmittedCall {
                leg: record.leg.clone(),
                from: from.map_or(CallerId::Withheld, |from| CallerId::read(&from)),
                was_forwarded: state.calls.get(&record.id).is_some_and(|stored| has(stored, forwarded)),
            })
        };
        Ok(calls.into_values().filter_map(read).collect())
    }

    async fn first_start(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.records().into_iter().filter_map(|record| record.call.started_at).min())
    }

    async fn days_changed(&self, after: Change) -> Result<BTreeSet<i64>, StoreError> {
        let changed = self.records().into_iter().filter(|record| record.change > after);
        let began = changed.filter_map(|record| record.call.started_at);
        Ok(began.map(|at| at.as_millisecond().div_euclid(DAY_MS)).collect())
    }
}

/// The statistics of one call; `None` while its start is unknown.
fn figures_of(CallRecord { call, leg, work, .. }: &CallRecord) -> Option<Figures> {
    let started = call.started_at?.as_millisecond();
    let outcome = call.verdict.as_ref().map(|verdict| verdict.outcome);
    let reason = call.verdict.as_ref().map(|verdict| verdict.reason);
    let answered = call.answered_at.filter(|_| outcome == Some(Outcome::Answered));
    let wait = answered.map(|at| (at.as_millisecond() - started).div_euclid(WAIT_STEP_MS) * WAIT_STEP_MS);
    Some(Figures {
        quarters: vec![QuarterCount::new(call.started_at?, outcome, 1)],
        waits: wait.map(|wait| (u64::try_from(wait).unwrap_or(0), 1)).into_iter().collect(),
        destinations: call
            .phones
            .iter()
            .map(|(number, taken)| {
                let outcome = if *taken { Outcome::Answered } else { Outcome::Missed };
                (number.to_string(), Some(outcome), 1)
            })
            .collect(),
        menus: call.menu.iter().map(|menu| (menu.to_string(), outcome, reason, 1)).collect(),
        carriers: vec![(leg.carrier().to_owned(), outcome, 1)],
        users: [
            work.handled_by().map(|user| (user, FollowUp { done: 1, assigned: 0 })),
            work.claimed.as_ref().map(|claimed| (claimed.by.as_str(), FollowUp { done: 0, assigned: 1 })),
        ]
        .into_iter()
        .flatten()
        .map(|(user, count)| (user.to_owned(), count))
        .collect(),
    })
}
