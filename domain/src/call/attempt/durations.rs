//! When a phone rang and how long people talked, derived from the reports that arrived.
use jiff::{SignedDuration, Timestamp};

use super::{Attempt, NEVER_PICKED_UP, seconds};
use crate::call::status::{LegStatus, PhoneEnd, ScreeningAnswer};

/// The times of what happened at a phone.
#[derive(Debug, Clone, Copy)]
pub(in crate::call) struct AttemptTimes {
    /// It began to ring.
    pub begun: Option<Timestamp>,
    /// It was picked up.
    pub off_hook: Option<Timestamp>,
    /// Screening began.
    pub asked: Option<Timestamp>,
    /// Screening ended, with or without an answer.
    pub judged: Option<Timestamp>,
    /// The leg ended.
    pub over: Option<Timestamp>,
}

impl Attempt<'_> {
    /// How long caller and callee talked: the carrier's duration of the callee's leg, minus the time of screening. Screening
    /// begins and ends with requests to us, so one clock measures it.
    pub fn talk_seconds(&self) -> Option<u32> {
        if self.end() != PhoneEnd::Taken {
            return None;
        }
        let off_hook = self.leg_seconds.or(self.dial.as_ref().and_then(|dial| dial.seconds));
        let asked = self.answer_at(ScreeningAnswer::Asked);
        let accepted = self.answer_at(ScreeningAnswer::Accepted);
        match (off_hook, asked, accepted) {
            (Some(off_hook), Some(asked), Some(accepted)) => {
                Some(off_hook.saturating_sub(seconds(asked, accepted)))
            }
            (Some(off_hook), ..) if !self.screened => Some(off_hook),
            (Some(off_hook), None, Some(accepted)) => {
                let before =
                    self.leg_at(LegStatus::Answered).map_or(0, |answered| seconds(answered, accepted));
                Some(off_hook.saturating_sub(before))
            }
            _ => Some(seconds(self.bridged_at()?, self.leg_at(LegStatus::Completed)?)),
        }
    }

    /// The times of this phone's events, where known.
    pub fn times(&self) -> AttemptTimes {
        let judged = [ScreeningAnswer::Accepted, ScreeningAnswer::Declined, ScreeningAnswer::Unanswered];
        AttemptTimes {
            begun: self.began_ringing().or(self.rung_at),
            off_hook: self.leg_at(LegStatus::Answered),
            asked: self.answer_at(ScreeningAnswer::Asked),
            judged: judged.into_iter().filter_map(|answer| self.answer_at(answer)).min(),
            over: NEVER_PICKED_UP
                .into_iter()
                .chain([LegStatus::Completed])
                .filter_map(|status| self.leg_at(status))
                .min(),
        }
    }

    fn began_ringing(&self) -> Option<Timestamp> {
        self.leg_at(LegStatus::Ringing).or(self.leg_at(LegStatus::Initiated))
    }

    /// When it started and stopped ringing, by the carrier's times. If the carrier reports no legs at all, from our request
    /// to ring until screening began; `None` if reports are missing.
    pub fn ringing_time(&self) -> Option<(Timestamp, Timestamp)> {
        if self.legs.is_empty() {
            return Some((self.rung_at?, self.answer_at(ScreeningAnswer::Asked)?));
        }
        Some((self.began_ringing()?, self.stopped_ringing()?))
    }

    /// When it stopped ringing: when it was picked up, or at the end of the attempt.
    fn stopped_ringing(&self) -> Option<Timestamp> {
        let before = |over: Timestamp, seconds: u32| over - SignedDuration::from_secs(seconds.into());
        let ends = NEVER_PICKED_UP.into_iter().chain([LegStatus::Answered]);
        let reported = || ends.filter_map(|status| self.leg_at(status)).min();
        let by_leg = || Some(before(self.leg_at(LegStatus::Completed)?, self.leg_seconds?));
        let by_dial = || self.dial.as_ref().map(|dial| before(dial.at, dial.seconds.unwrap_or(0)));
        let by_hang_up = || self.call_ended_at.filter(|_| self.end() == PhoneEnd::CallerGaveUp);
        // The carrier's own times first: ours may differ by a few seconds, which are not corrected.
        reported()
            .or_else(by_leg)
            .or_else(by_hang_up)
            .or_else(|| self.answer_at(ScreeningAnswer::Asked))
            .or_else(by_dial)
    }

    /// How long it rang.
    pub fn ring_seconds(&self) -> Option<u32> {
        self.ringing_time().map(|(begun, over)| seconds(begun, over))
    }
}

/// How long phones rang while the caller waited; phones that ring at the same time count once. `None` if the time of
/// any of them is unknown.
pub(in crate::call) fn ring_seconds(attempts: &[Attempt<'_>]) -> Option<u32> {
    let rung = || attempts.iter().filter(|attempt| attempt.was_rung());
    if rung().any(|attempt| attempt.ringing_time().is_none() && !attempt.answered_elsewhere) {
        return None;
    }
    let mut times: Vec<_> = rung().filter_map(Attempt::ringing_time).collect();
    times.sort_unstable();
    let (first, _) = *times.first()?;
    let (mut waited, mut until) = (0u32, first);
    for (begun, over) in times {
        waited = waited.saturating_add(seconds(begun.max(until), over));
        until = until.max(over);
    }
    Some(waited)
}
