//! Which nodes of a flow a call went through, and how the phones it rang answered: derived from its events, to be
//! counted over many calls.
use std::collections::BTreeMap;

use crate::call::attempt::Attempt;
use crate::call::event::EventKind;
use crate::call::facts::Facts;
use crate::call::status::PhoneEnd;
use crate::flow::name::NodeName;
use crate::flow::target::Target;
use crate::keys::Keys;
use crate::phone::address::PhoneAddress;

/// A phone that was rung, and how that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RungPhone {
    /// Its number, if known.
    pub number: Option<PhoneAddress>,
    /// How ringing it ended.
    pub end: PhoneEnd,
    /// How long it rang, in seconds.
    pub ring_seconds: Option<u32>,
}

impl Facts {
    /// The nodes that the call went through, in order; a node appears again when the call returns to it.
    pub fn route(&self) -> Vec<Target> {
        let mut passed: Vec<_> = self
            .story()
            .into_iter()
            .filter_map(|(identity, event)| Some((event.kind.sort_key(), identity, place(&event.kind)?)))
            .collect();
        passed.sort_by_key(|(place, identity, _)| (*place, *identity));
        let mut route: Vec<Target> = Vec::new();
        for (_, _, target) in passed {
            // A repeated question, or the next phone of a forward, is still the same node.
            if route.last() != Some(&target) {
                route.push(target);
            }
        }
        route
    }

    /// The phones that were rung, in order.
    pub fn rung(&self) -> Vec<RungPhone> {
        let rung = Attempt::all(self).into_iter().filter(Attempt::was_rung);
        rung.map(|attempt| RungPhone {
            number: attempt.number.cloned(),
            end: attempt.end(),
            ring_seconds: attempt.ring_seconds(),
        })
        .collect()
    }
}

fn place(kind: &EventKind) -> Option<Target> {
    Some(match kind {
        EventKind::Menu { menu, .. } => Target::Menu(menu.clone()),
        EventKind::Forward { forward, .. } => Target::Forward(forward.clone()),
        EventKind::Mailbox { mailbox, .. } => Target::Mailbox(mailbox.clone()),
        EventKind::Goodbye { goodbye, .. } => Target::Goodbye(goodbye.clone()),
        EventKind::Hours { hours: Some(hours), .. } => Target::Hours(hours.clone()),
        _ => return None,
    })
}

/// How a phone answered over many calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PhoneRecord {
    /// How often ringing it ended in each way.
    pub ends: BTreeMap<PhoneEnd, u32>,
    /// The shortest ringing time, in seconds, of calls that were picked up but not accepted.
    pub soonest_unaccepted: Option<u32>,
}

/// Fewer calls that were not accepted may be chance.
const MIN_UNACCEPTED: u32 = 3;
/// How many seconds before the voicemail to stop ringing, and the minimum ring time in seconds.
const RING_MARGIN_SECONDS: u32 = 2;
const MIN_RING_SECONDS: u32 = 5;

impl PhoneRecord {
    /// Counts one more call.
    pub fn add(&mut self, phone: &RungPhone) {
        *self.ends.entry(phone.end).or_default() += 1;
        if phone.end == PhoneEnd::NotAccepted {
            let soonest = self.soonest_unaccepted.into_iter().chain(phone.ring_seconds).min();
            self.soonest_unaccepted = soonest;
        }
    }

    /// How often it was rung, without the calls for which another phone was picked up.
    pub fn rung(&self) -> u32 {
        self.ends.iter().filter(|(end, _)| **end != PhoneEnd::Elsewhere).map(|(_, calls)| calls).sum()
    }

    /// How often ringing it ended like this.
    pub fn count(&self, end: PhoneEnd) -> u32 {
        self.ends.get(&end).copied().unwrap_or(0)
    }

    /// The ring time in seconds that avoids the phone's own voicemail; `None` if that does not seem to pick up.
    pub fn better_ring(&self) -> Option<u32> {
        let unaccepted = self.count(PhoneEnd::NotAccepted);
        let soonest = self
            .soonest_unaccepted
            .filter(|_| unaccepted >= MIN_UNACCEPTED && unaccepted * 10 >= self.rung())?;
        Some(soonest.saturating_sub(RING_MARGIN_SECONDS).max(MIN_RING_SECONDS))
    }
}

/// How many calls went through each part of a flow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traffic {
    /// The number of calls.
    pub calls: u32,
    /// How often calls went from one node (`None`: the beginning) to the next.
    pub ways: BTreeMap<(Option<Target>, Target), u32>,
    /// How often keys with a meaning were pressed, by menu and keys.
    pub keys: BTreeMap<(NodeName, Keys), u32>,
    /// How each phone answered.
    pub phones: BTreeMap<PhoneAddress, PhoneRecord>,
}

impl Traffic {
    /// Counts one more call.
    ///
    /// ```
    /// use frontdesk_domain::{BuiltinFlow, Context, Dialogue, Facts, Notice, Signal, advance, builtin_flow};
    /// use frontdesk_domain::call::{Ending, Traffic};
    /// use frontdesk_domain::flow::Target;
    ///
    /// let flow = builtin_flow(&BuiltinFlow { forward_to: vec!["+33611223344".parse()?], ..BuiltinFlow::default() })?;
    /// let (call, now) = ("demo:leg-1".parse::<frontdesk_domain::LegId>()?, "2026-11-22T09:00:00Z".parse()?);
    /// let cx = Context::new(call.clone(), now).with_parties("+33123456789", "+15556667777");
    /// let mut events = advance(&flow, &Dialogue::Start, &Signal::Arrived, &cx).events;
    /// events.push(Notice::CallEnded(Ending::new("completed")).into_event(call, now));
    ///
    /// let mut traffic = Traffic::default();
    /// traffic.add(&Facts::of(&events));
    /// assert_eq!(traffic.came_to(&Target::Menu("main".parse()?)), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add(&mut self, facts: &Facts) {
        self.calls += 1;
        let mut from = None;
        for to in facts.route() {
            *self.ways.entry((from, to.clone())).or_default() += 1;
            from = Some(to);
        }
        for (_, event) in facts.story() {
            if let EventKind::Key { menu, keys, choice: Some(_), .. } = &event.kind {
                *self.keys.entry((menu.clone(), keys.clone())).or_default() += 1;
            }
        }
        for phone in facts.rung() {
            if let Some(number) = phone.number.clone() {
                self.phones.entry(number).or_default().add(&phone);
            }
        }
    }

    /// How often those keys were pressed at a menu.
    pub fn pressed(&self, menu: &NodeName, keys: &Keys) -> u32 {
        self.keys.get(&(menu.clone(), keys.clone())).copied().unwrap_or(0)
    }

    /// How often calls reached a node.
    pub fn came_to(&self, place: &Target) -> u32 {
        self.ways.iter().filter(|((_, to), _)| to == place).map(|(_, calls)| calls).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phone(end: PhoneEnd, ring_seconds: u32) -> RungPhone {
        RungPhone { number: None, end, ring_seconds: Some(ring_seconds) }
    }

    #[test]
    fn a_phone_whose_voicemail_answers_gets_a_shorter_ring_time() {
        let mut record = PhoneRecord::default();
        for _ in 0..28 {
            record.add(&phone(PhoneEnd::Taken, 9));
        }
        assert_eq!(record.better_ring(), None);
        for seconds in [24, 20, 25] {
            record.add(&phone(PhoneEnd::NotAccepted, seconds));
        }
        assert_eq!(record.better_ring(), None, "3 of 31 are fewer than one in ten");
        record.add(&phone(PhoneEnd::NotAccepted, 21));
        record.add(&phone(PhoneEnd::Elsewhere, 3));
        assert_eq!((record.rung(), record.better_ring()), (32, Some(18)));
    }
}
