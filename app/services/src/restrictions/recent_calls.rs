//! The latest calls, remembered in memory in addition to the log. Calls can be answered without it.
use std::collections::{HashMap, VecDeque};

use frontdesk_domain::{CallerId, LegId};
use frontdesk_ports::AdmittedCall;
use parking_lot::Mutex;

/// The number of calls that are remembered: more than one instance answers during a single call.
const MAX: usize = 4096;

/// The latest calls, by the caller's leg.
#[derive(Default)]
pub struct RecentCalls(Mutex<Known>);

#[derive(Default)]
struct Known {
    calls: HashMap<LegId, RecentCall>,
    order: VecDeque<LegId>,
    forwards: u32,
}

/// What is remembered of a call that was admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecentCall {
    /// Who calls.
    pub from: CallerId,
    /// Whether phones have been rung for it. If the request is repeated, it is admitted again but not counted again.
    pub was_forwarded: bool,
    /// How many calls had been forwarded before this one.
    pub rotation: u32,
}

impl RecentCalls {
    /// Remembers a call. Returns whether it was not known before.
    pub fn remember(&self, call: &LegId, from: &CallerId) -> bool {
        self.0.lock().remember(call, from)
    }

    /// Remembers a call from the log, which another instance may have admitted. The rotation counts only this instance's
    /// forwards: with those of others, two instances that answer alternately could start with the same phone each time.
    pub fn learn(&self, call: AdmittedCall) {
        let known = &mut *self.0.lock();
        known.remember(&call.leg, &call.from);
        if let (true, Some(recent)) = (call.was_forwarded, known.calls.get_mut(&call.leg))
            && !recent.was_forwarded
        {
            (recent.was_forwarded, recent.rotation) = (true, known.forwards);
        }
    }

    /// Records that phones are rung for a call. Returns whether that is the first time.
    pub fn mark_forwarded(&self, call: &LegId) -> bool {
        self.0.lock().mark_forwarded(call)
    }

    /// How many calls were forwarded before this one.
    pub fn rotation(&self, call: &LegId) -> u32 {
        let known = self.0.lock();
        let own = known.calls.get(call).filter(|recent| recent.was_forwarded);
        own.map_or(known.forwards, |recent| recent.rotation)
    }

    /// The call, if it is remembered.
    pub fn get(&self, call: &LegId) -> Option<RecentCall> {
        self.0.lock().calls.get(call).cloned()
    }
}

impl Known {
    fn remember(&mut self, call: &LegId, from: &CallerId) -> bool {
        if self.calls.contains_key(call) {
            return false;
        }
        self.calls.insert(call.clone(), RecentCall { from: from.clone(), was_forwarded: false, rotation: 0 });
        self.order.push_back(call.clone());
        if self.order.len() > MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.calls.remove(&oldest);
        }
        true
    }

    fn mark_forwarded(&mut self, call: &LegId) -> bool {
        let Some(recent) = self.calls.get_mut(call) else { return true };
        let is_first = !std::mem::replace(&mut recent.was_forwarded, true);
        if is_first {
            recent.rotation = self.forwards;
            self.forwards = self.forwards.wrapping_add(1);
        }
        is_first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_callers_are_remembered_and_no_more() {
        let recent = RecentCalls::default();
        let call = |n: usize| LegId::new("test", &format!("CA{n}")).unwrap();
        assert!(recent.remember(&call(0), &CallerId::read("+33123456789")));
        assert!(!recent.remember(&call(0), &CallerId::Withheld), "a repeat");
        let remembered = recent.get(&call(0)).unwrap();
        assert_eq!((remembered.from, remembered.was_forwarded), (CallerId::read("+33123456789"), false));
        assert_eq!(recent.rotation(&call(0)), 0);
        assert!(recent.mark_forwarded(&call(0)));
        assert_eq!(recent.rotation(&call(0)), 0, "a repeat gets the same rotation");
        assert_eq!(recent.rotation(&call(1)), 1);
        assert!(!recent.mark_forwarded(&call(0)), "a repeat");
        assert!(recent.get(&call(0)).unwrap().was_forwarded);
        for n in 1..=MAX {
            recent.remember(&call(n), &CallerId::Withheld);
        }
        assert_eq!(recent.get(&call(0)), None);
    }
}
