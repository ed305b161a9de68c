//! An attempt to reach a callee, derived from events that may arrive in any order or be missing.

mod durations;
pub(super) use durations::ring_seconds;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::call::carrier_record::RecordedLeg;
use crate::call::event::{CallEvent, EventKind};
use crate::call::facts::Facts;
use crate::call::status::{DialOutcome, PhoneEnd};
use crate::call::status::{LegStatus, ScreeningAnswer};
use crate::ids::LegId;
use crate::phone::address::PhoneAddress;

/// The statuses of a leg that was never picked up.
const NEVER_PICKED_UP: [LegStatus; 5] =
    [LegStatus::Busy, LegStatus::Declined, LegStatus::NoAnswer, LegStatus::Failed, LegStatus::Canceled];

/// The carrier's report of how ringing ended.
#[derive(Debug)]
struct DialReport<'a> {
    identity: &'a str,
    at: Timestamp,
    outcome: DialOutcome,
    bridged: Option<bool>,
    seconds: Option<u32>,
}

/// One phone that was rung, and everything known about it.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent report; any combination is possible"
)]
#[derive(Debug, Default)]
pub(super) struct Attempt<'a> {
    pub number: Option<&'a PhoneAddress>,
    pub screened: bool,
    rung_at: Option<Timestamp>,
    dial: Option<DialReport<'a>>,
    bridged: Option<&'a str>,
    legs: BTreeMap<LegStatus, (&'a str, Timestamp)>,
    leg_seconds: Option<u32>,
    screening: BTreeMap<ScreeningAnswer, (&'a str, Timestamp)>,
    caller_left: bool,
    call_ended_at: Option<Timestamp>,
    /// A later step exists, so the caller was still there when this attempt ended.
    has_later_step: bool,
    /// Another of the phones that rang at the same time was picked up.
    answered_elsewhere: bool,
    leg_ids: BTreeSet<&'a LegId>,
    /// Known only from the carrier's record.
    pub by_record: bool,
    identities: Vec<&'a str>,
}

impl<'a> Attempt<'a> {
    /// Every attempt of a call, in the order they were made.
    pub fn all(facts: &'a Facts) -> Vec<Self> {
        let mut attempts: BTreeMap<(u16, u8), Self> = BTreeMap::new();
        let story = facts.story();
        for (identity, event) in &story {
            if let Some(place) = place(&event.kind) {
                attempts.entry(place).or_default().apply(identity, event);
            }
        }
        // The carrier's reports about the whole step apply to each phone that rang in it.
        let named: BTreeSet<(u16, &LegId)> =
            attempts.iter().flat_map(|((step, _), a)| a.leg_ids.iter().map(|leg| (*step, *leg))).collect();
        // If several phones rang at once and a report names an unknown leg, it applies to the first phone that may
        // have been picked up.
        let mut first: BTreeMap<u16, u8> = BTreeMap::new();
        for ((step, position), attempt) in &attempts {
            if !attempt.ended_unanswered() {
                first.entry(*step).or_insert(*position);
            }
        }
        for ((step, position), attempt) in &mut attempts {
            let is_first = first.get(step).is_none_or(|first| first == position);
            for (identity, event) in &story {
                attempt.apply_step_event(*step, identity, event, &named, is_first);
            }
        }
        let mut attempts: Vec<Self> = attempts.into_values().collect();
        for (identity, event) in &story {
            if let EventKind::Recovered(record) = &event.kind {
                for leg in &record.legs {
                    Self::apply_record(&mut attempts, identity, leg, leg.ended_at.unwrap_or(event.at));
                }
            }
        }
        attempts
    }

    /// Adds the carrier's record of a leg to the attempt that rang it, unless the end of that attempt is already known.
    /// Without such an attempt, the leg becomes an attempt of its own.
    fn apply_record(attempts: &mut Vec<Self>, identity: &'a str, leg: &'a RecordedLeg, ended_at: Timestamp) {
        let same_leg = attempts.iter().position(|attempt| attempt.leg_ids.contains(&leg.leg));
        let same_number = || {
            attempts
                .iter()
                .position(|a| a.leg_ids.is_empty() && leg.number.is_some() && a.number == leg.number.as_ref())
        };
        let place = same_leg.or_else(same_number).unwrap_or_else(|| {
            attempts.push(Self { number: leg.number.as_ref(), by_record: true, ..Self::default() });
            attempts.len() - 1
        });
        let attempt = &mut attempts[place];
        attempt.leg_ids.insert(&leg.leg);
        if attempt.dial.is_none() && !attempt.leg_is_over() {
            attempt.legs.insert(leg.status, (identity, ended_at));
            attempt.leg_seconds = attempt.leg_seconds.max(leg.seconds);
            attempt.identities.push(identity);
        }
    }

    fn apply(&mut self, identity: &'a str, event: &'a CallEvent) {
        match &event.kind {
            EventKind::Forward { number, screened, .. } => {
                self.number = Some(number);
                self.screened = *screened;
                self.rung_at = Some(event.at);
            }
            EventKind::Leg { status, seconds, leg, .. } => {
                self.leg_ids.insert(leg);
                let known = self.legs.entry(*status).or_insert((identity, event.at));
                known.1 = known.1.min(event.at);
                self.leg_seconds = self.leg_seconds.max(*seconds);
            }
            EventKind::Screening { answer, leg, .. } => {
                self.leg_ids.insert(leg);
                self.screening.entry(*answer).or_insert((identity, event.at));
                self.screened = true;
            }
            _ => return,
        }
        self.identities.push(identity);
    }

    fn apply_step_event(
        &mut self,
        of: u16,
        identity: &'a str,
        event: &'a CallEvent,
        named: &BTreeSet<(u16, &LegId)>,
        is_first: bool,
    ) {
        // If several phones rang at once, a report about one leg applies to that phone only.
        let is_other_leg = |leg: &Option<LegId>| match leg {
            Some(leg) if named.contains(&(of, leg)) => !self.leg_ids.contains(leg),
            _ => false,
        };
        let picked_up = |outcome: DialOutcome| outcome == DialOutcome::Answered;
        match &event.kind {
            EventKind::Dial { step, outcome, leg, .. }
                if *step == of
                    && picked_up(*outcome)
                    && (is_other_leg(leg) || !is_first && !self.is_leg(leg.as_ref())) =>
            {
                self.answered_elsewhere = true;
            }
            EventKind::Bridged { step, leg }
                if *step == of && (is_other_leg(leg) || !is_first && !self.is_leg(leg.as_ref())) =>
            {
                self.answered_elsewhere = true;
            }
            // A report without a connection applies to each phone, unless the phone's own leg has a final status.
            EventKind::Dial { step, leg, .. } if *step == of && is_other_leg(leg) && self.leg_is_over() => {}
            EventKind::Dial { step, outcome, bridged, seconds, .. } if *step == of => {
                let (outcome, bridged, seconds) = (*outcome, *bridged, *seconds);
                let at = event.at;
                self.dial = Some(DialReport { identity, at, outcome, bridged, seconds });
                self.identities.push(identity);
            }
            EventKind::Bridged { step, .. } if *step == of => self.bridged = Some(identity),
            EventKind::CallerLeft { step } if *step == of => self.caller_left = true,
            EventKind::Ended(_) => self.call_ended_at = Some(event.at),
            EventKind::Mailbox { step, .. }
            | EventKind::Forward { step, .. }
            | EventKind::Menu { step, .. }
                if *step > of =>
            {
                self.has_later_step = true;
            }
            _ => {}
        }
    }

    fn is_leg(&self, leg: Option<&LegId>) -> bool {
        leg.is_some_and(|leg| self.leg_ids.contains(leg))
    }

    /// Whether its leg ended without being picked up.
    fn ended_unanswered(&self) -> bool {
        NEVER_PICKED_UP.into_iter().any(|status| self.leg(status))
    }

    fn answered(&self, answer: ScreeningAnswer) -> bool {
        self.screening.contains_key(&answer)
    }

    fn leg(&self, status: LegStatus) -> bool {
        self.legs.contains_key(&status)
    }

    /// Whether the callee's leg has ended, for any reason.
    fn leg_is_over(&self) -> bool {
        self.ended_unanswered() || self.leg(LegStatus::Completed)
    }

    /// Whether the carrier has reported the end of the leg or of the step.
    fn is_reported_over(&self) -> bool {
        self.dial.is_some() || self.leg(LegStatus::Completed)
    }

    /// The events which show that caller and callee were connected.
    pub fn bridge_evidence(&self) -> Vec<&'a str> {
        let accepted = self.screening.get(&ScreeningAnswer::Accepted).map(|(identity, _)| *identity);
        let dial = self.dial.as_ref().map(|dial| dial.identity);
        let leg = self.legs.get(&LegStatus::Completed).or_else(|| self.legs.get(&LegStatus::Answered));
        let bridge = self.bridged.or(dial).or(leg.map(|(identity, _)| *identity));
        accepted.into_iter().chain(bridge).collect()
    }

    /// The identities of all events about the attempt.
    pub fn evidence(&self) -> Vec<&'a str> {
        self.identities.clone()
    }

    /// How it ended: the first row for which evidence exists.
    pub fn end(&self) -> PhoneEnd {
        use ScreeningAnswer::{Accepted, Asked, Declined, Unanswered};
        let dial = |outcome| self.dial.as_ref().is_some_and(|dial| dial.outcome == outcome);
        let precedence = [
            (self.taken(), PhoneEnd::Taken),
            (self.answered(Declined) || self.leg(LegStatus::Declined), PhoneEnd::Declined),
            (self.answered(Unanswered), PhoneEnd::NotAccepted),
            (self.answered_elsewhere, PhoneEnd::Elsewhere),
            (self.caller_left || dial(DialOutcome::Canceled), PhoneEnd::CallerGaveUp),
            // Accepted but never connected: the caller continued in the flow, or left at the same moment.
            (self.answered(Accepted) && self.has_later_step, PhoneEnd::Unreachable),
            (self.answered(Accepted) && self.is_reported_over(), PhoneEnd::CallerGaveUp),
            // Picked up, asked, and hung up without pressing a key, whatever the carrier reports about the step.
            (self.answered(Asked) && self.is_reported_over(), PhoneEnd::Declined),
            (dial(DialOutcome::Busy), PhoneEnd::Busy),
            (dial(DialOutcome::Declined), PhoneEnd::Declined),
            (dial(DialOutcome::NoAnswer), PhoneEnd::NoAnswer),
            (dial(DialOutcome::Failed), PhoneEnd::Unreachable),
            (dial(DialOutcome::Answered), PhoneEnd::NotAccepted),
            // Without the carrier's report on the whole step, the leg's own status decides.
            (self.leg(LegStatus::Busy), PhoneEnd::Busy),
            (self.leg(LegStatus::NoAnswer), PhoneEnd::NoAnswer),
            (self.by_record && self.leg(LegStatus::Completed), PhoneEnd::NoAnswer),
            (self.leg(LegStatus::Failed), PhoneEnd::Unreachable),
        ];
        precedence.into_iter().find(|(holds, _)| *holds).map_or(PhoneEnd::CallerGaveUp, |(_, end)| end)
    }

    /// Whether caller and callee were connected: the carrier reports it, or the callee's leg completed and nothing
    /// contradicts it. A screened callee must also have accepted, because a mobile's voicemail is never connected.
    fn taken(&self) -> bool {
        if self.by_record {
            return self.leg(LegStatus::Completed) && self.leg_seconds.is_some_and(|seconds| seconds > 0);
        }
        if self.answered_elsewhere {
            return false;
        }
        let accepted = !self.screened || self.answered(ScreeningAnswer::Accepted);
        let off_hook = self.leg(LegStatus::Completed) || (!self.screened && self.leg(LegStatus::Answered));
        accepted
            && match &self.dial {
                Some(dial) => dial.outcome == DialOutcome::Answered && dial.bridged != Some(false),
                None => self.bridged.is_some() || off_hook,
            }
    }

    /// Whether the conversation ended while the caller was still there, and no later step followed.
    pub fn was_ended_by_callee(&self) -> bool {
        self.dial.is_some() && self.taken() && !self.caller_left && !self.has_later_step
    }

    /// When the leg had this status, by the carrier's time.
    fn leg_at(&self, status: LegStatus) -> Option<Timestamp> {
        self.legs.get(&status).map(|(_, at)| *at)
    }

    /// When the callee gave this answer.
    fn answer_at(&self, answer: ScreeningAnswer) -> Option<Timestamp> {
        self.screening.get(&answer).map(|(_, at)| *at)
    }

    /// When caller and callee were connected.
    pub fn bridged_at(&self) -> Option<Timestamp> {
        if self.end() != PhoneEnd::Taken {
            return None;
        }
        if self.screened {
            self.answer_at(ScreeningAnswer::Accepted)
        } else {
            self.leg_at(LegStatus::Answered)
        }
    }

    /// Whether any report about the phone arrived. If the caller hangs up during the announcement, the phone never
    /// rings.
    pub fn was_rung(&self) -> bool {
        !self.legs.is_empty() || !self.screening.is_empty() || self.dial.is_some()
    }

    /// Whether the callee has accepted and no report says that the conversation is over.
    pub fn talking(&self) -> bool {
        let off_hook = self.leg(LegStatus::Answered) && !self.screened;
        let over = self.dial.is_some() || self.leg(LegStatus::Completed);
        (self.answered(ScreeningAnswer::Accepted) || off_hook) && !over
    }

    /// Whether the phone still rings or the callee is being asked.
    pub fn ringing(&self) -> bool {
        self.dial.is_none() && !self.answered_elsewhere && !self.talking() && !self.leg_is_over()
    }
}

/// The attempt an event belongs to, if it belongs to one.
fn place(kind: &EventKind) -> Option<(u16, u8)> {
    match kind {
        EventKind::Forward { step, position, .. }
        | EventKind::Leg { step, position, .. }
        | EventKind::Screening { step, position, .. } => Some((*step, *position)),
        _ => None,
    }
}

/// Whole seconds from one instant to a later one; 0 if it is not later.
pub(super) fn seconds(from: Timestamp, to: Timestamp) -> u32 {
    let millis = to.as_millisecond().saturating_sub(from.as_millisecond()).max(0);
    u32::try_from((millis + 500) / 1000).unwrap_or(u32::MAX)
}
