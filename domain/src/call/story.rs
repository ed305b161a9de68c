//! Derives the fields of a call from its story, the ordered events, each with its identity.
use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::call::attempt::{Attempt, seconds};
use crate::call::carrier_record::CarrierRecord;
use crate::call::event::{CallEvent, Ending, EventKind};
use crate::call::parties::Parties;
use crate::call::state::{Activity, CallState};
use crate::call::status::{HungUpBy, PhoneEnd};
use crate::flow::name::NodeName;
use crate::keys::Keys;
use crate::phone::address::PhoneAddress;

pub(super) type Story<'a> = [(&'a str, &'a CallEvent)];

/// Who ended the call: as the carrier reports it, or inferred from the events before the end.
pub(super) fn hung_up_by(story: &Story<'_>, attempts: &[Attempt<'_>]) -> Option<HungUpBy> {
    let has = |wanted: fn(&EventKind) -> bool| story.iter().any(|(_, event)| wanted(&event.kind));
    let reported = story.iter().find_map(|(_, event)| match &event.kind {
        EventKind::Ended(ending) => ending.hung_up_by,
        _ => None,
    });
    let inferred = [
        (has(|kind| matches!(kind, EventKind::CallerLeft { .. })), HungUpBy::Caller),
        (has(|kind| matches!(kind, EventKind::Refused { .. })), HungUpBy::Flow),
        (attempts.iter().any(Attempt::was_ended_by_callee), HungUpBy::Callee),
    ];
    reported.or_else(|| inferred.into_iter().find_map(|(holds, by)| holds.then_some(by)))
}

/// The phones that were rung, and whether each took the call.
pub(super) fn phones(attempts: &[Attempt<'_>]) -> Vec<(PhoneAddress, bool)> {
    let mut phones = BTreeMap::new();
    for attempt in attempts.iter().filter(|attempt| attempt.was_rung()) {
        if let Some(number) = attempt.number {
            *phones.entry(number.clone()).or_default() |= attempt.end() == PhoneEnd::Taken;
        }
    }
    phones.into_iter().collect()
}

/// The node of the last step for which `wanted` returns one.
pub(super) fn last_node<'a>(
    story: &Story<'a>,
    wanted: impl Fn(&'a EventKind) -> Option<(u16, &'a NodeName)>,
) -> Option<NodeName> {
    let steps = story.iter().filter_map(|(_, event)| wanted(&event.kind));
    steps.max_by_key(|(step, _)| *step).map(|(_, node)| node.clone())
}

pub(super) fn parties(story: &Story<'_>) -> Option<Parties> {
    let parties_of = |(_, event): &(&str, &CallEvent)| match &event.kind {
        EventKind::Started(parties) => Some(parties.clone()),
        EventKind::Ended(ending) => ending.parties.clone(),
        _ => None,
    };
    // The first request carries the parties; the last callback repeats them, in case no other event arrives.
    story.iter().find_map(parties_of).or_else(|| record(story).map(|record| record.parties.clone()))
}

/// The carrier's own record. Of two different records, the one with more information.
pub(super) fn record<'a>(story: &Story<'a>) -> Option<&'a CarrierRecord> {
    let records = story.iter().filter_map(|(_, event)| match &event.kind {
        EventKind::Recovered(record) => Some(record),
        _ => None,
    });
    records.max_by_key(|record| (record.seconds, record.legs.len(), record.ended_at))
}

/// The carrier's report of the end. Of two different reports, the one with more information, then the later one.
pub(super) fn last_ending<'a>(story: &Story<'a>) -> Option<(Timestamp, &'a Ending)> {
    let endings = story.iter().filter_map(|(_, event)| match &event.kind {
        EventKind::Ended(ending) => Some((event.at, ending)),
        _ => None,
    });
    endings.max_by_key(|(at, ending)| (ending.seconds, *at))
}

pub(super) fn state(story: &Story<'_>) -> CallState {
    let over = |kind: &EventKind| {
        let left = matches!(kind, EventKind::CallerLeft { .. });
        left || matches!(kind, EventKind::Ended(_) | EventKind::Recovered(_) | EventKind::Closed)
    };
    let served = |kind: &EventKind| !matches!(kind, EventKind::Started(_));
    if story.iter().any(|(_, event)| over(&event.kind)) {
        CallState::Ended
    } else if story.iter().any(|(_, event)| served(&event.kind)) {
        CallState::InProgress
    } else {
        CallState::Ringing
    }
}

pub(super) fn started_at(
    story: &Story<'_>,
    ending: Option<(Timestamp, &Ending)>,
    record: Option<&CarrierRecord>,
) -> Option<Timestamp> {
    let begun =
        story.iter().find(|(_, event)| matches!(event.kind, EventKind::Started(_))).map(|(_, e)| e.at);
    let counted_back = ending.and_then(|(at, ending)| {
        at.checked_sub(jiff::SignedDuration::from_secs(i64::from(ending.seconds?))).ok()
    });
    let recorded = record.and_then(|record| record.started_at);
    begun.or(recorded).or(counted_back).or_else(|| story.first().map(|(_, event)| event.at))
}

/// The time from the first menu to the first phone or mailbox, or to the end of the call if there was neither.
pub(super) fn menu_seconds(story: &Story<'_>, ended_at: Option<Timestamp>) -> Option<u32> {
    let at = |wanted: fn(&EventKind) -> bool| story.iter().find(|(_, e)| wanted(&e.kind)).map(|(_, e)| e.at);
    let begun = at(|kind| matches!(kind, EventKind::Menu { .. }))?;
    let left = at(|kind| matches!(kind, EventKind::Forward { .. } | EventKind::Mailbox { .. }));
    Some(seconds(begun, left.or(ended_at)?))
}

/// The keys pressed at menus, in the order of the steps.
pub(super) fn keys<'a>(story: &Story<'a>) -> impl Iterator<Item = (u16, &'a Keys, Option<&'a String>)> {
    let mut keys: Vec<_> = story
        .iter()
        .filter_map(|(_, event)| match &event.kind {
            EventKind::Key { step, keys, choice, .. } => Some((*step, keys, choice.as_ref())),
            _ => None,
        })
        .collect();
    keys.sort_by_key(|(step, ..)| *step);
    keys.into_iter()
}

pub(super) fn activity(story: &Story<'_>, attempts: &[Attempt<'_>]) -> Option<Activity> {
    if story.iter().any(|(_, e)| matches!(e.kind, EventKind::Mailbox { .. })) {
        Some(Activity::LeavingMessage)
    } else if attempts.iter().any(Attempt::talking) {
        Some(Activity::Talking)
    } else if attempts.iter().any(Attempt::ringing) {
        Some(Activity::Ringing)
    } else if story.iter().any(|(_, e)| matches!(e.kind, EventKind::Menu { .. })) {
        Some(Activity::InMenu)
    } else {
        None
    }
}
