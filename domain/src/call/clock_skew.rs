//! One clock for a call. The carrier stamps the callbacks about legs and the end of a call; everything else is stamped when
//! its request arrives here. The two clocks can differ by minutes. The difference is read off the call's own events, and
//! all times are given in the carrier's clock.
use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};

use crate::call::event::{CallEvent, EventKind};
use crate::call::facts::Facts;
use crate::call::status::{LegStatus, ScreeningAnswer};

/// A smaller difference is explained by whole seconds and the time that a request takes.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(3);

/// How closely the length of the call must agree.
const AGREEMENT: SignedDuration = SignedDuration::from_secs(10);

/// Whether the carrier stamped an event of this kind.
fn is_carriers(kind: &EventKind) -> bool {
    matches!(kind, EventKind::Leg { .. } | EventKind::Ended(_) | EventKind::Recovered(_))
}

impl Facts {
    /// The facts with all times in the carrier's clock. They are unchanged unless the clocks differ by more than a few
    /// seconds.
    pub fn in_one_clock(&self) -> Cow<'_, Self> {
        let offset = self.clock_offset();
        let is_bridged = |event: &CallEvent| matches!(event.kind, EventKind::Bridged { .. });
        if offset.is_zero() && !self.all().any(is_bridged) {
            return Cow::Borrowed(self);
        }
        let corrected = self.map_times(|event| {
            let is_moved = !is_carriers(&event.kind);
            if is_moved { event.at.checked_add(offset).unwrap_or(event.at) } else { event.at }
        });
        let connections = corrected.connections();
        Cow::Owned(corrected.map_times(|event| match &event.kind {
            // Reported when the conversation is over; it began when it was connected.
            EventKind::Bridged { step, .. } => {
                let connected = connections.iter().find(|(of, _)| of == step);
                connected.map_or(event.at, |(_, at)| event.at.min(*at))
            }
            _ => event.at,
        }))
    }

    /// When each step's caller and callee were connected, for steps with a report of it.
    fn connections(&self) -> Vec<(u16, Timestamp)> {
        let mut found = Vec::new();
        for event in self.all() {
            let EventKind::Bridged { step, .. } = &event.kind else { continue };
            let accepted = self.first(|kind| {
                matches!(kind, EventKind::Screening { step: of, answer: ScreeningAnswer::Accepted, .. } if of == step)
            });
            let off_hook = || {
                self.first(|kind| {
                    matches!(kind, EventKind::Leg { step: of, status: LegStatus::Answered, .. } if of == step)
                })
            };
            found.extend(accepted.or_else(off_hook).map(|at| (*step, at)));
        }
        found
    }

    fn first(&self, wanted: impl Fn(&EventKind) -> bool) -> Option<Timestamp> {
        self.all().filter(|event| wanted(&event.kind)).map(|event| event.at).min()
    }

    /// How far the carrier's clock is ahead of ours; zero if nothing shows that they differ. A report arrives after what it
    /// reports, so the clocks differ by at least what the promptest report shows. If our clock is ahead, that may be a
    /// delay instead, and counts only if the call's other events agree.
    fn clock_offset(&self) -> SignedDuration {
        // A simulated call that does not run in real time reports the time of every step. Its clock began with ours.
        if self.all().any(|event| event.received_at.is_some() && !is_carriers(&event.kind)) {
            return SignedDuration::ZERO;
        }
        let reported = self.all().filter_map(|event| Some(event.at.duration_since(event.received_at?)));
        let Some(offset) = reported.max().filter(|offset| offset.abs() > TOLERANCE) else {
            return SignedDuration::ZERO;
        };
        let before_cause = || self.most_offset().is_some_and(|most| most < -TOLERANCE);
        let by_length = || self.offset_by_length().is_some_and(|exact| (exact - offset).abs() <= AGREEMENT);
        if offset.is_positive() || before_cause() || by_length() { offset } else { SignedDuration::ZERO }
    }

    /// The difference that the call's length shows: it shows when the call began by the carrier's clock.
    fn offset_by_length(&self) -> Option<SignedDuration> {
        let started = self.first(|kind| matches!(kind, EventKind::Started(_)))?;
        let (ended, seconds) = self.all().find_map(|event| match &event.kind {
            EventKind::Ended(ending) => Some((event.at, ending.seconds.filter(|seconds| *seconds > 0)?)),
            _ => None,
        })?;
        let begun = ended.checked_sub(SignedDuration::from_secs(i64::from(seconds))).ok()?;
        Some(begun.duration_since(started))
    }

    /// The carrier's clock is at most this far ahead: a phone rings after we had it rung, and the call ends after all of
    /// our steps.
    fn most_offset(&self) -> Option<SignedDuration> {
        let is_step = |kind: &EventKind| {
            matches!(
                kind,
                EventKind::Started(_)
                    | EventKind::Menu { .. }
                    | EventKind::Key { .. }
                    | EventKind::NoInput { .. }
                    | EventKind::Forward { .. }
                    | EventKind::Mailbox { .. }
                    | EventKind::Screening { .. }
            )
        };
        let last_step = self.all().filter(|event| is_step(&event.kind)).map(|event| event.at).max();
        let pairs = self.all().filter_map(|event| match &event.kind {
            EventKind::Ended(_) => Some(event.at.duration_since(last_step?)),
            EventKind::Leg { step, status: LegStatus::Initiated | LegStatus::Ringing, .. } => {
                let rung =
                    self.first(|kind| matches!(kind, EventKind::Forward { step: of, .. } if of == step))?;
                Some(event.at.duration_since(rung))
            }
            _ => None,
        });
        pairs.min()
    }
}
