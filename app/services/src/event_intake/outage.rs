//! Spans of time in which something is wrong, until they are over and told to the operations_log.

use std::collections::BTreeSet;

use frontdesk_domain::{LegId, Timestamp};
use frontdesk_ports::{LoggedEvent, Outage, OutageCause};

/// Callers of an outage that are told apart.
const MOST_CALLERS: usize = 100_000;

/// What is wrong, and what was.
#[derive(Default)]
pub(super) struct State {
    /// The log does not take events; the spool does.
    pub away: Option<OngoingOutage>,
    /// Events could not be kept at all.
    pub losing: Option<OngoingOutage>,
    /// Episodes that are over and must be told to the operations_log.
    pub over: Vec<Outage>,
}

impl State {
    /// Something is kept again. Whether that is news.
    pub fn end_losing(&mut self, now: Timestamp) -> bool {
        let Some(episode) = self.losing.take() else { return false };
        self.over.push(episode.over(OutageCause::EventsLost, now));
        true
    }
}

/// A span of time in which something is wrong.
pub(super) struct OngoingOutage {
    began_at: Timestamp,
    callers: BTreeSet<LegId>,
}

impl OngoingOutage {
    pub fn new(began_at: Timestamp) -> Self {
        Self { began_at, callers: BTreeSet::new() }
    }

    /// These events belong to it.
    pub fn add(&mut self, events: &[LoggedEvent]) {
        for logged in events {
            if self.callers.len() < MOST_CALLERS {
                self.callers.insert(logged.event.call.clone());
            }
        }
    }

    pub fn over(&self, cause: OutageCause, ended_at: Timestamp) -> Outage {
        let calls = u32::try_from(self.callers.len()).unwrap_or(u32::MAX);
        Outage { cause, began_at: self.began_at, ended_at, calls, added: 0, repaired: 0, messages: 0 }
    }
}
