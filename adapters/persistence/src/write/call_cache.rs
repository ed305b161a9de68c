//! The writer's cache of calls in progress, so that it need not read back what it has just written. The cache is valid only
//! while the change counter has the value of our last commit: once another instance or a command line tool has written, it is
//! cleared.
use std::collections::{HashMap, VecDeque};

use frontdesk_domain::{CallId, Facts, LegId};

/// The maximum number of cached calls; a busy front desk has far fewer at once.
const MAX: usize = 128;

/// A call as stored in the database.
#[derive(Debug, Clone)]
pub(crate) struct CachedCall {
    pub id: CallId,
    pub facts: Facts,
}

#[derive(Default)]
pub(crate) struct CallCache {
    calls: HashMap<LegId, CachedCall>,
    order: VecDeque<LegId>,
    counter: Option<u64>,
}

impl CallCache {
    /// Clears the cache unless the change counter still has the value of this writer's last commit.
    pub fn trust_at(&mut self, counter: u64) {
        if self.counter != Some(counter) {
            self.forget();
        }
    }

    pub fn forget(&mut self) {
        self.calls.clear();
        self.order.clear();
        self.counter = None;
    }

    /// Records the change counter's value after our commit.
    pub fn committed(&mut self, counter: u64) {
        self.counter = Some(counter);
    }

    pub fn take(&mut self, leg: &LegId) -> Option<CachedCall> {
        self.calls.remove(leg)
    }

    pub fn remember(&mut self, leg: LegId, call: CachedCall) {
        // Most calls are used again at once, and are in the queue already.
        if self.order.back() != Some(&leg) {
            self.order.push_back(leg.clone());
        }
        self.calls.insert(leg, call);
        while self.order.len() > MAX * 4 || self.calls.len() > MAX {
            let Some(oldest) = self.order.pop_front() else { break };
            if !self.order.contains(&oldest) {
                self.calls.remove(&oldest);
            }
        }
    }
}
