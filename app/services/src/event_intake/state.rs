//! Tracks failures of the stores. Each problem is an outage from its first failure until it ends; an
//! outage that has ended waits to be recorded in the operations log.
use std::collections::BTreeSet;

use frontdesk_domain::{LegId, Timestamp};
use frontdesk_ports::{LoggedEvent, Outage, OutageCause};

/// The maximum number of callers that are counted for one outage.
const MAX_CALLERS: usize = 100_000;

/// The current outages, and ended ones that are not recorded yet.
#[derive(Default)]
pub(super) struct State {
    database_unavailable: Option<OngoingOutage>,
    events_lost: Option<OngoingOutage>,
    ended: Vec<Outage>,
}

impl State {
    pub fn database_is_unavailable(&self) -> bool {
        self.database_unavailable.is_some()
    }

    pub fn is_losing_events(&self) -> bool {
        self.events_lost.is_some()
    }

    /// Records that the database did not accept these events. Returns whether the outage is new.
    pub fn database_failed(&mut self, events: &[LoggedEvent], now: Timestamp) -> bool {
        let is_new = self.database_unavailable.is_none();
        self.database_unavailable.get_or_insert_with(|| OngoingOutage::new(now)).add(events);
        is_new
    }

    /// Records that the database accepts events again. Returns whether it was unavailable.
    pub fn database_recovered(&mut self, now: Timestamp) -> bool {
        let outage = self.database_unavailable.take();
        self.ended.extend(outage.as_ref().map(|outage| outage.end(OutageCause::DatabaseUnavailable, now)));
        self.stored(now);
        outage.is_some()
    }

    /// Records that the spool stored these events. Returns whether it did so because the database is unavailable.
    pub fn buffered(&mut self, events: &[LoggedEvent], now: Timestamp) -> bool {
        self.stored(now);
        match &mut self.database_unavailable {
            Some(outage) => {
                outage.add(events);
                true
            }
            None => false,
        }
    }

    /// Records that neither the database nor the spool accepted these events. Returns whether the outage is new.
    pub fn lost(&mut self, events: &[LoggedEvent], now: Timestamp) -> bool {
        let is_new = self.events_lost.is_none();
        self.events_lost.get_or_insert_with(|| OngoingOutage::new(now)).add(events);
        is_new
    }

    /// Records that events can be stored somewhere. Returns whether events had been lost before.
    pub fn stored(&mut self, now: Timestamp) -> bool {
        let outage = self.events_lost.take();
        self.ended.extend(outage.as_ref().map(|outage| outage.end(OutageCause::EventsLost, now)));
        outage.is_some()
    }

    /// Records that spooled events were lost: the first at `since` or later, the last before the start at `now`.
    pub fn spool_damaged(&mut self, since: Timestamp, now: Timestamp) {
        let outage = OngoingOutage::new(since.min(now));
        self.ended.push(outage.end(OutageCause::SpoolDamaged, now));
    }

    /// Whether there is neither a problem nor an outage to record.
    pub fn is_clean(&self) -> bool {
        self.database_unavailable.is_none() && self.events_lost.is_none() && self.ended.is_empty()
    }

    /// The first ended outage that is not recorded yet.
    pub fn next_ended(&self) -> Option<Outage> {
        self.ended.first().cloned()
    }

    /// Removes the first ended outage, because it has been recorded.
    pub fn recorded(&mut self) {
        self.ended.remove(0);
    }
}

/// An outage that has not ended.
struct OngoingOutage {
    began_at: Timestamp,
    callers: BTreeSet<LegId>,
}

impl OngoingOutage {
    fn new(began_at: Timestamp) -> Self {
        Self { began_at, callers: BTreeSet::new() }
    }

    /// Counts the calls of these events.
    fn add(&mut self, events: &[LoggedEvent]) {
        for logged in events {
            if self.callers.len() < MAX_CALLERS {
                self.callers.insert(logged.event.call.clone());
            }
        }
    }

    fn end(&self, cause: OutageCause, ended_at: Timestamp) -> Outage {
        let calls = u32::try_from(self.callers.len()).unwrap_or(u32::MAX);
        Outage { cause, began_at: self.began_at, ended_at, calls, added: 0, repaired: 0, messages: 0 }
    }
}
