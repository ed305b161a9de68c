//! Deletes calls.
use async_trait::async_trait;
use frontdesk_domain::{CallEvent, CallId, EventKind, Facts, Parties, Timestamp};
use frontdesk_ports::{CallRecord, DAY_MS, Job, RetentionStore, Share, StoreError};

use crate::call_log::{MemoryLog, StoredCall, record};

#[async_trait]
impl RetentionStore for MemoryLog {
    async fn count_before(&self, before: Timestamp) -> Result<(u64, u64), StoreError> {
        let state = self.state();
        let old = state.calls.range(..CallId::floor(before)).count();
        Ok((state.calls.len() as u64, old as u64))
    }

    async fn calls_before(
        &self,
        before: Timestamp,
        after: Option<CallId>,
        limit: u16,
    ) -> Result<Vec<CallRecord>, StoreError> {
        let state = self.state();
        let old = state
            .calls
            .range(..CallId::floor(before))
            .filter(|(id, _)| after.is_none_or(|after| **id > after));
        Ok(old.filter_map(|(id, stored)| record(*id, stored)).take(usize::from(limit)).collect())
    }

    async fn calls_of_number(&self, number: &str, limit: u16) -> Result<Vec<CallRecord>, StoreError> {
        let state = self.state();
        let rung = |record: &CallRecord| {
            let story = state.calls.get(&record.id).map(|stored| stored.facts.story()).unwrap_or_default();
            story.iter().any(|(_, event)| match &event.kind {
                EventKind::Forward { number: rung, .. } => rung.identity() == number,
                _ => false,
            })
        };
        let of_number = |record: &CallRecord| {
            let parties = record.call.parties.as_ref();
            parties.and_then(Parties::caller).as_deref() == Some(number)
                || record.call.forwarded_to.as_ref().is_some_and(|to| to.identity() == number)
                || rung(record)
        };
        let calls = state.calls.iter().filter_map(|(id, stored)| record(*id, stored)).filter(of_number);
        Ok(calls.take(usize::from(limit)).collect())
    }

    async fn delete_calls(&self, calls: &[CallRecord]) -> Result<(), StoreError> {
        let mut state = self.state();
        for CallRecord { id, leg, call, .. } in calls {
            // Figures that are being counted now may include these calls: moving the cursor keeps them from being stored.
            state.change.0 += 1;
            state.figures_looked_at = state.change;
            let day = call.started_at.map(|at| at.as_millisecond().div_euclid(DAY_MS));
            day.map(|day| state.figures.remove(&day));
            state.calls.remove(id);
            state.by_leg.remove(leg);
            state.jobs.retain(|_, queued| match &queued.job {
                Job::Effect(effect) => effect.call() != leg,
                Job::Delivery(delivery) => delivery.call != *id,
            });
            state.tombstones.insert(leg.clone());
        }
        Ok(())
    }

    async fn delete_raw_before(&self, before: Timestamp, most: Option<Share>) -> Result<u64, StoreError> {
        let mut state = self.state();
        let time_of = |stored: &StoredCall, identity: &str| {
            stored.facts.story().iter().find(|(known, _)| *known == identity).map(|(_, event)| event.at)
        };
        let mut times: Vec<Timestamp> = state
            .calls
            .values()
            .flat_map(|stored| stored.raw.keys().filter_map(|identity| time_of(stored, identity)))
            .collect();
        times.sort_unstable();
        let all = times.len() as u64;
        let next = most.and_then(|share| times.get(usize::try_from(share.of(all)).ok()?).copied());
        let before = next.map_or(before, |next| before.min(next));
        let mut deleted = 0;
        for stored in state.calls.values_mut() {
            let old: Vec<String> = stored
                .raw
                .keys()
                .filter(|identity| time_of(stored, identity).is_some_and(|at| at < before))
                .cloned()
                .collect();
            deleted += old.len() as u64;
            stored.raw.retain(|identity, _| !old.contains(identity));
        }
        Ok(deleted)
    }

    async fn delete_transcripts_before(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut deleted = 0;
        for stored in self.state().calls.values_mut() {
            let story = stored.facts.story();
            let gone =
                |event: &CallEvent| event.at < before && matches!(event.kind, EventKind::Transcribed { .. });
            deleted += story.iter().filter(|(_, event)| gone(event)).count() as u64;
            stored.facts = Facts::of(story.into_iter().map(|(_, event)| event).filter(|event| !gone(event)));
        }
        Ok(deleted)
    }

    // Not implemented in memory: notes stay unchanged.
    async fn erase_mentions(&self, _: &str) -> Result<u64, StoreError> {
        Ok(0)
    }

    async fn scrub(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
