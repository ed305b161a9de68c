//! Calls in progress that the writer remembers, so that it need not read back what it has just written. Remembered calls
//! are trusted only while the change counter stands where our last commit left it: once anybody else has written (another
//! instance, a command on the command line), all are forgotten.
use std::collections::{HashMap, VecDeque};

use frontdesk_domain::{CallId, Facts, LegId};

/// Calls remembered at most; a busy desk has far fewer at once.
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
    /// The current change counter: the cache is valid only if this writer set it last.
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

    /// Our commit has left the counter there.
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
