//! How a stored call would change if its events were folded again; an older version may have derived it differently.
use jiff::Timestamp;

use super::Call;

/// A value of a call that differs between two interpretations of its events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The name of the value; most are fields of [`Call`].
    pub fact: &'static str,
    /// The value in this call.
    pub was: String,
    /// The value in the other call.
    pub becomes: String,
}

impl Call {
    /// Where another derivation from the same events differs: how the call ended, why, when, and its durations.
    pub fn differences(&self, other: &Self) -> Vec<Difference> {
        self.values()
            .into_iter()
            .zip(other.values())
            .filter(|((_, was), (_, becomes))| was != becomes)
            .map(|((fact, was), (_, becomes))| Difference { fact, was, becomes })
            .collect()
    }

    /// The values that people rely on, as text; `-` for a missing one.
    fn values(&self) -> Vec<(&'static str, String)> {
        let none = || "-".to_owned();
        let seconds = |seconds: Option<u32>| seconds.map_or_else(none, |seconds| format!("{seconds} s"));
        let time = |at: Option<Timestamp>| at.map_or_else(none, |at| at.to_string());
        let verdict = self.verdict.as_ref();
        vec![
            ("state", self.state.as_str().to_owned()),
            ("outcome", verdict.map_or_else(none, |verdict| verdict.outcome.to_string())),
            ("reason", verdict.map_or_else(none, |verdict| verdict.reason.to_string())),
            ("started_at", time(self.started_at)),
            ("answered_at", time(self.answered_at)),
            ("ended_at", time(self.ended_at)),
            ("duration_seconds", seconds(self.duration_seconds)),
            ("hung_up_by", self.hung_up_by.map_or_else(none, |by| by.to_string())),
            ("talk_seconds", seconds(self.talk_seconds)),
            ("ring_seconds", seconds(self.ring_seconds)),
            ("menu_seconds", seconds(self.menu_seconds)),
            (
                "voicemail",
                self.voicemail.as_ref().map_or_else(none, |message| message.status.as_str().to_owned()),
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::facts::Facts;
    use crate::call::outcome::{Outcome, Reason, Verdict};

    #[test]
    fn only_differences_are_listed_with_both_values() {
        let verdict = |outcome, reason| Some(Verdict { outcome, reason, evidence: Vec::new() });
        let stored = Call {
            verdict: verdict(Outcome::Missed, Reason::NoAnswer),
            ring_seconds: Some(20),
            ..Call::of(&Facts::default())
        };
        assert_eq!(stored.differences(&stored), []);
        let derived = Call {
            verdict: verdict(Outcome::Missed, Reason::NotAccepted),
            talk_seconds: Some(3),
            ..stored.clone()
        };
        let values =
            |fact, was: &str, becomes: &str| Difference { fact, was: was.into(), becomes: becomes.into() };
        assert_eq!(
            stored.differences(&derived),
            [values("reason", "no_answer", "not_accepted"), values("talk_seconds", "-", "3 s")]
        );
    }
}
