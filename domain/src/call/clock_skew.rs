//! Converts all times of a call to one clock. The carrier stamps the callbacks about legs and the end of a call; everything
//! else is stamped when its request arrives here. The two clocks can differ by minutes. The difference is estimated from
//! the call's own events, and all times are converted to the carrier's clock.
use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};

use crate::call::event::{CallEvent, EventKind};
use crate::call::facts::Facts;
use crate::call::status::{LegStatus, ScreeningAnswer};

/// Up to this, a difference is explained by rounding to whole seconds and by the duration of a request.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(3);

/// How closely the offset derived from the call's length must agree with the estimate.
const AGREEMENT: SignedDuration = SignedDuration::from_secs(10);

/// Whether the carrier stamped an event of this kind.
fn is_carrier_stamped(kind: &EventKind) -> bool {
    matches!(kind, EventKind::Leg { .. } | EventKind::Ended(_) | EventKind::Recovered(_))
}

impl Facts {
    /// The facts with all times in the carrier's clock. Unless the clocks differ by more than a few seconds, only the times
    /// of connections are corrected.
    pub fn in_one_clock(&self) -> Cow<'_, Self> {
        let offset = self.clock_offset();
        let is_bridged = |event: &CallEvent| matches!(event.kind, EventKind::Bridged { .. });
        if offset.is_zero() && !self.all().any(is_bridged) {
            return Cow::Borrowed(self);
        }
        let corrected = self.map_times(|event| {
            let is_moved = !is_carrier_stamped(&event.kind);
            if is_moved { event.at.checked_add(offset).unwrap_or(event.at) } else { event.at }
        });
        let connections = corrected.connections();
        Cow::Owned(corrected.map_times(|event| match &event.kind {
            // Reported when the conversation is over, but the connection was made when the callee accepted or picked up.
            EventKind::Bridged { step, .. } => {
                let connected = connections.iter().find(|(of, _)| of == step);
                connected.map_or(event.at, |(_, at)| event.at.min(*at))
            }
            _ => event.at,
        }))
    }

    /// When caller and callee were connected in each step that has a report of a connection.
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

    /// How far the carrier's clock is ahead of ours; zero if no event shows a difference. A report arrives after the event
    /// it is about, so the offset is at least what the fastest report shows. If our clock seems ahead, a delay may be the
    /// cause instead, so the offset counts only if other events of the call confirm it.
    fn clock_offset(&self) -> SignedDuration {
        // A simulated call does not run in real time and reports the time of every step, so it has one clock already.
        if self.all().any(|event| event.received_at.is_some() && !is_carrier_stamped(&event.kind)) {
            return SignedDuration::ZERO;
        }
        let reported = self.all().filter_map(|event| Some(event.at.duration_since(event.received_at?)));
        let Some(offset) = reported.max().filter(|offset| offset.abs() > TOLERANCE) else {
            return SignedDuration::ZERO;
        };
        let before_cause = || self.max_offset().is_some_and(|most| most < -TOLERANCE);
        let by_length = || self.offset_by_length().is_some_and(|exact| (exact - offset).abs() <= AGREEMENT);
        if offset.is_positive() || before_cause() || by_length() { offset } else { SignedDuration::ZERO }
    }

    /// The offset derived from the call's end and length, which give its beginning by the carrier's clock.
    fn offset_by_length(&self) -> Option<SignedDuration> {
        let started = self.first(|kind| matches!(kind, EventKind::Started(_)))?;
        let (ended, seconds) = self.all().find_map(|event| match &event.kind {
            EventKind::Ended(ending) => Some((event.at, ending.seconds.filter(|seconds| *seconds > 0)?)),
            _ => None,
        })?;
        let begun = ended.checked_sub(SignedDuration::from_secs(i64::from(seconds))).ok()?;
        Some(begun.duration_since(started))
    }

    /// The maximum by which the carrier's clock can be ahead: a phone rings after we requested it, and the call ends after
    /// all of our steps.
    fn max_offset(&self) -> Option<SignedDuration> {
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
