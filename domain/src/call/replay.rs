//! Replays a logged call through another flow: the same caller at the same time presses the same keys and is silent at the
//! same points, and phones answer as they did.
use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;

use crate::call::event::{CallEvent, EventKind};
use crate::call::facts::Facts;
use crate::call::status::HoursReason;
use crate::call::status::{DialOutcome, PhoneEnd};
use crate::dialogue::context::{Closure, Context};
use crate::dialogue::instruction::Instruction;
use crate::dialogue::signal::{DialResult, Signal};
use crate::dialogue::{Dialogue, advance};
use crate::flow::CallFlow;
use crate::flow::target::Target;
use crate::keys::Keys;
use crate::phone::address::PhoneAddress;

/// The maximum number of steps of a replay; more than a call can have.
const MAX_STEPS: usize = 100;

/// How far a caller got in a flow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Journey {
    /// Whether the call was refused before it was answered.
    pub refused: bool,
    /// The first phone that was rung.
    pub rung: Option<PhoneAddress>,
    /// The last node that the caller reached; `None` if the caller left before the first.
    pub last: Option<Target>,
}

impl Journey {
    /// The journey of a logged call.
    pub fn of(facts: &Facts) -> Self {
        let kinds = || facts.story().into_iter().map(|(_, event)| &event.kind);
        Self {
            refused: kinds().any(|kind| matches!(kind, EventKind::Refused { .. })),
            rung: kinds().find_map(|kind| match kind {
                EventKind::Forward { number, .. } => Some(number.clone()),
                _ => None,
            }),
            last: facts.route().pop(),
        }
    }
}

impl std::fmt::Display for Journey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.refused {
            return f.write_str("refused");
        }
        match (&self.rung, &self.last) {
            (Some(number), Some(last @ Target::Forward(_))) => write!(f, "{last} ({number})"),
            (Some(number), Some(last)) => write!(f, "{number}, then {last}"),
            (_, Some(last)) => last.fmt(f),
            (_, None) => f.write_str("nowhere"),
        }
    }
}

impl CallFlow {
    /// The journey that a logged call would have had in this flow; `None` for a call that we never had to answer, and for
    /// one that was refused, because that does not depend on the flow alone.
    ///
    /// ```
    /// use frontdesk_domain::{BuiltinFlow, Context, Dialogue, Facts, Notice, Signal, advance, builtin_flow};
    /// use frontdesk_domain::call::Ending;
    ///
    /// let flow = builtin_flow(&BuiltinFlow { forward_to: vec!["+33611223344".parse()?], ..BuiltinFlow::default() })?;
    /// let (call, now) = ("demo:leg-1".parse::<frontdesk_domain::LegId>()?, "2026-11-22T09:00:00Z".parse()?);
    /// let cx = Context::new(call.clone(), now).with_parties("+33123456789", "+15556667777");
    /// let mut events = advance(&flow, &Dialogue::Start, &Signal::Arrived, &cx).events;
    /// events.push(Notice::CallEnded(Ending::new("completed")).into_event(call, now));
    ///
    /// let facts = Facts::of(&events);
    /// let journey = flow.replay(&facts).expect("it was asked for instructions");
    /// assert_eq!(Some(journey), Some(frontdesk_domain::call::Journey::of(&facts)), "the same flow gives the same journey");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn replay(&self, facts: &Facts) -> Option<Journey> {
        let story = facts.story();
        let kinds = || story.iter().map(|(_, event)| &event.kind);
        if kinds().any(|kind| matches!(kind, EventKind::Refused { .. })) {
            return None;
        }
        let (call, at, parties) = story.iter().find_map(|(_, event)| match &event.kind {
            EventKind::Started(parties) => Some((event.call.clone(), event.at, parties.clone())),
            _ => None,
        })?;
        let mut cx = Context::new(call, at);
        (cx.from, cx.to) = (parties.from, parties.to);
        let closed = |kind: &EventKind| matches!(kind, EventKind::Hours { why: HoursReason::Closure, .. });
        if kinds().any(closed) {
            // The temporary closure that was in effect then.
            cx.restrictions.closure = Some(Closure { from: at, until: Timestamp::MAX, say: None });
        }
        let mut caller = Caller::of(&story);
        let taken = facts.rung().into_iter().find(|phone| phone.end == PhoneEnd::Taken);
        caller.taken_after = taken.and_then(|phone| phone.ring_seconds);
        let (mut at, mut signal) = (Dialogue::Start, Signal::Arrived);
        let mut events: Vec<CallEvent> = Vec::new();
        for _ in 0..MAX_STEPS {
            let turn = advance(self, &at, &signal, &cx);
            events.extend(turn.events);
            match turn.instructions.into_iter().find_map(|instruction| caller.meets(instruction)) {
                Some(next) => (at, signal) = next,
                None => break,
            }
        }
        Some(Journey::of(&Facts::of(&events)))
    }
}

/// What the caller and the phones did, in order.
struct Caller {
    presses: VecDeque<Option<Keys>>,
    /// How ringing ended each time; `None` if the caller hung up first.
    dials: VecDeque<Option<DialOutcome>>,
    /// Whether a callee spoke to the caller in the end.
    was_reached: bool,
    /// How many seconds the phone rang that took the call.
    taken_after: Option<u32>,
}

impl Caller {
    fn of(story: &[(&str, &CallEvent)]) -> Self {
        let mut presses: BTreeMap<u16, Option<Keys>> = BTreeMap::new();
        let mut dials: BTreeMap<u16, Option<DialOutcome>> = BTreeMap::new();
        let (mut was_reached, mut left_at) = (false, None);
        for (_, event) in story {
            match &event.kind {
                EventKind::Key { step, keys, .. } => {
                    presses.insert(*step, Some(keys.clone()));
                }
                EventKind::NoInput { step, .. } => {
                    presses.insert(*step, None);
                }
                EventKind::Forward { step, .. } => {
                    dials.entry(*step).or_default();
                }
                EventKind::Dial { step, outcome, .. } => {
                    dials.insert(*step, Some(*outcome));
                }
                EventKind::Bridged { .. } => was_reached = true,
                EventKind::CallerLeft { step } => left_at = Some(*step),
                _ => {}
            }
        }
        if let (Some(outcome), false) = (left_at.and_then(|step| dials.get_mut(&step)), was_reached) {
            *outcome = None;
        }
        let (presses, dials) = (presses.into_values().collect(), dials.into_values().collect());
        Self { presses, dials, was_reached, taken_after: None }
    }

    /// The next state and signal after an instruction; `None` if there is none, or the caller hung up there.
    fn meets(&mut self, instruction: Instruction) -> Option<(Dialogue, Signal)> {
        match instruction {
            Instruction::Gather { then, .. } => {
                let signal = match self.presses.pop_front()? {
                    Some(keys) => Signal::Keyed(keys),
                    None => Signal::NoInput,
                };
                Some((then, signal))
            }
            Instruction::Dial { then, ring, .. } => {
                // More phones than rang in the logged call: not answered.
                let logged = self.dials.pop_front().unwrap_or(Some(DialOutcome::NoAnswer));
                // In the logged call, the last phone took the call; the earlier ones end as they did.
                let last = self.was_reached && self.dials.is_empty();
                // Not answered if the phone stops ringing before the time at which it was picked up.
                let in_time = self.taken_after.is_none_or(|after| u64::from(after) <= ring.as_secs());
                let reached = last && in_time;
                let outcome = match (last, in_time) {
                    (true, true) => DialOutcome::Answered,
                    (true, false) => DialOutcome::NoAnswer,
                    (false, _) => logged?,
                };
                let result = DialResult { outcome, leg: None, bridged: Some(reached), seconds: None };
                Some((then, Signal::DialEnded(result)))
            }
            Instruction::Say(_)
            | Instruction::Record { .. }
            | Instruction::Reject { .. }
            | Instruction::Bridge
            | Instruction::HangUp => None,
        }
    }
}
