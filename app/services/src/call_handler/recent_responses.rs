//! Recent responses to the carrier, for developers who inspect a call: in memory, for the latest calls of this instance.
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use frontdesk_domain::LegId;
use parking_lot::Mutex;

/// The number of calls that are remembered, at a few kilobytes each.
const MAX_CALLS: usize = 300;
/// The number of steps that are remembered of a call.
const MAX_STEPS: usize = 24;

/// Responses by call.
#[derive(Default)]
pub struct RecentResponses(Mutex<State>);

#[derive(Default)]
struct State {
    order: VecDeque<LegId>,
    calls: BTreeMap<LegId, Vec<Step>>,
}

/// A step of a dialogue, identified by the text of its position.
struct Step {
    at: String,
    /// The event that the step's request reported.
    event: Option<String>,
    response: Option<Arc<str>>,
}

impl RecentResponses {
    /// Records that the request of a step reported this event.
    pub(super) fn reported(&self, call: &LegId, at: &str, event: String) {
        self.change(call, at, |step| step.event = Some(event));
    }

    /// Records the response to a step.
    pub(super) fn remember(&self, call: &LegId, at: &str, response: &str) {
        self.change(call, at, |step| step.response = Some(response.into()));
    }

    /// The responses of a call, by the identity of the event that each request reported.
    pub fn of(&self, call: &LegId) -> BTreeMap<String, Arc<str>> {
        let state = self.0.lock();
        let steps = state.calls.get(call).into_iter().flatten();
        steps.filter_map(|step| Some((step.event.clone()?, step.response.clone()?))).collect()
    }

    fn change(&self, call: &LegId, at: &str, change: impl FnOnce(&mut Step)) {
        let mut state = self.0.lock();
        if !state.calls.contains_key(call) {
            if state.order.len() >= MAX_CALLS
                && let Some(oldest) = state.order.pop_front()
            {
                state.calls.remove(&oldest);
            }
            state.order.push_back(call.clone());
        }
        let steps = state.calls.entry(call.clone()).or_default();
        if let Some(step) = steps.iter_mut().find(|step| step.at == at) {
            change(step);
        } else if steps.len() < MAX_STEPS {
            let mut step = Step { at: at.to_owned(), event: None, response: None };
            change(&mut step);
            steps.push(step);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(n: usize) -> LegId {
        LegId::new("test", &format!("CA{n}")).unwrap()
    }

    #[test]
    fn responses_are_found_by_the_event_of_their_request_and_old_calls_are_forgotten() {
        let recent = RecentResponses::default();
        recent.reported(&call(0), "start", "started".into());
        recent.remember(&call(0), "start", "<Response/>");
        recent.remember(&call(0), "start", "<Response>again</Response>");
        recent.remember(&call(0), "menu", "<Response/>");
        let of_first = recent.of(&call(0));
        assert_eq!(of_first.len(), 1, "only steps with a known event");
        assert_eq!(&*of_first["started"], "<Response>again</Response>");
        for n in 1..=MAX_CALLS {
            for step in 0..MAX_STEPS + 5 {
                recent.remember(&call(n), &step.to_string(), "x");
            }
        }
        assert!(recent.of(&call(0)).is_empty());
        assert_eq!(recent.0.lock().calls.len(), MAX_CALLS);
        assert!(recent.0.lock().calls.values().all(|steps| steps.len() <= MAX_STEPS));
    }
}
