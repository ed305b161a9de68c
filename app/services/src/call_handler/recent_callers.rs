//! What is remembered of the latest calls, beside the log: never needed, sometimes helpful.
use std::collections::{HashMap, VecDeque};

use frontdesk_domain::{CallerId, LegId};
use parking_lot::Mutex;

/// More calls than one instance answers within the life of one.
const MAX: usize = 4096;

/// Who calls, by the caller's leg, for the latest calls.
#[derive(Default)]
pub struct RecentCallers(Mutex<Known>);

#[derive(Default)]
struct Known {
    callers: HashMap<LegId, CallerId>,
    order: VecDeque<LegId>,
}

impl RecentCallers {
    /// Remembers a caller; whether the call was not known before.
    pub fn remember(&self, call: &LegId, from: &CallerId) -> bool {
        let mut known = self.0.lock();
        if known.callers.contains_key(call) {
            return false;
        }
        known.callers.insert(call.clone(), from.clone());
        known.order.push_back(call.clone());
        if known.order.len() > MAX
            && let Some(oldest) = known.order.pop_front()
        {
            known.callers.remove(&oldest);
        }
        true
    }

    /// Who calls, if that is remembered.
    pub fn caller(&self, call: &LegId) -> Option<CallerId> {
        self.0.lock().callers.get(call).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_callers_are_remembered_and_no_more() {
        let recent = RecentCallers::default();
        let call = |n: usize| LegId::new("test", &format!("CA{n}")).unwrap();
        assert!(recent.remember(&call(0), &CallerId::read("+33123456789")));
        assert!(!recent.remember(&call(0), &CallerId::Withheld), "a repeat");
        assert_eq!(recent.caller(&call(0)), Some(CallerId::read("+33123456789")));
        for n in 1..=MAX {
            recent.remember(&call(n), &CallerId::Withheld);
        }
        assert_eq!(recent.caller(&call(0)), None);
    }
}
