//! What happened on the line, derived from the line's own events and the script: the expected content of a row.
use adapters_simulator::{CalleeScript, LineEvent, Party};
use frontdesk_domain::Timestamp;
use serde_json::Value;

/// What really happened in a call.
#[derive(Debug, Default, PartialEq)]
pub struct Truth {
    pub outcome: &'static str,
    pub reason: &'static str,
    pub choices: Vec<String>,
    pub call_seconds: u64,
    pub talk_seconds: Option<u64>,
    pub ring_seconds: Option<u64>,
    pub message_seconds: Option<u32>,
    /// The reason if reports of legs were lost: only they tell a declined call from one that was not answered.
    pub reason_without_leg_reports: Option<&'static str>,
}

/// How the last phone that rang ended.
#[derive(Debug, Clone, Copy, PartialEq)]
enum PhoneEnd {
    CallerGaveUp,
    Script(CalleeScript),
}

impl Truth {
    /// Derives the truth from a call's events. `callees` are the phones in the order they ring; the last repeats.
    pub fn of(events: &[(Timestamp, LineEvent)], callees: &[CalleeScript], screened: bool) -> Self {
        let mut truth = Self::default();
        let (mut rang_at, mut rung, mut last_phone, mut bridged, mut at_mailbox) =
            (None, 0, None, false, false);
        let (mut status, mut without_key) = ("", "");
        for (at, event) in events {
            match event {
                LineEvent::Pressed { party: Party::Caller, keys } => {
                    without_key = "no_match";
                    truth.choices.push(keys.clone());
                }
                LineEvent::Silent { party: Party::Caller } => without_key = "no_input",
                LineEvent::Ringing { .. } => rang_at = Some(*at),
                LineEvent::RingEnded { status, .. } => {
                    let waited = seconds(rang_at.expect("it rang before"), *at);
                    truth.ring_seconds = Some(truth.ring_seconds.unwrap_or(0) + waited);
                    // If the carrier refuses the caller ID, the attempt ends before the phone rings.
                    if status == "canceled" {
                        last_phone = Some(PhoneEnd::CallerGaveUp);
                    } else if status != "failed" || waited > 0 {
                        let callee = callees[rung.min(callees.len() - 1)];
                        last_phone = Some(PhoneEnd::Script(callee));
                        rung += 1;
                    }
                }
                LineEvent::Bridged => bridged = true,
                LineEvent::Talked { seconds } => truth.talk_seconds = Some(*seconds),
                // The first words of the mailbox.
                LineEvent::Heard { text, .. }
                    if text.starts_with("Please leave") || text.starts_with("Sorry, nobody") =>
                {
                    at_mailbox = true;
                }
                LineEvent::Recorded { seconds } if *seconds > 0 => truth.message_seconds = Some(*seconds),
                LineEvent::Ended { status: ended, seconds, .. } => {
                    status = ended;
                    truth.call_seconds = *seconds;
                }
                _ => {}
            }
        }
        let chosen = truth.choices.last().is_some_and(|key| key == "2");
        (truth.outcome, truth.reason) = match last_phone {
            _ if bridged => ("answered", if screened { "accepted" } else { "bridged" }),
            Some(end) if truth.message_seconds.is_some() => ("voicemail", after(end)),
            None if truth.message_seconds.is_some() => {
                ("voicemail", if chosen { "chosen" } else { without_key })
            }
            _ if status == "failed" => ("failed", "carrier"),
            Some(end) => ("missed", missed(end)),
            None if at_mailbox && chosen => ("abandoned", "empty_message"),
            None if at_mailbox => ("abandoned", without_key),
            None => ("abandoned", "in_menu"),
        };
        truth.reason_without_leg_reports = match (truth.outcome, last_phone) {
            ("voicemail", Some(PhoneEnd::Script(CalleeScript::Reject))) => Some("after_no_answer"),
            ("missed", Some(PhoneEnd::Script(CalleeScript::Reject))) => Some("no_answer"),
            _ => None,
        };
        truth
    }

    /// How a row differs from the truth. Where callbacks were lost, a duration may be unknown, but not wrong.
    pub fn differences(&self, row: &Value, lost: bool) -> Vec<String> {
        let mut differences = Vec::new();
        let mut compare = |what: &str, is: String, should: String, equal: bool| {
            if !equal {
                differences.push(format!("{what} is {is}, should be {should}"));
            }
        };
        compare("outcome", row["outcome"].to_string(), self.outcome.into(), row["outcome"] == self.outcome);
        let reason = &row["outcome_reason"];
        let equal = reason == self.reason
            || (lost && self.reason_without_leg_reports.is_some_and(|other| reason == other));
        compare("outcome_reason", reason.to_string(), self.reason.into(), equal);
        let choices: Vec<&str> =
            row["choices"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        compare("choices", format!("{choices:?}"), format!("{:?}", self.choices), choices == self.choices);
        let message = row["voicemail"]["duration_seconds"].as_u64();
        let durations = [
            ("duration_seconds", row["duration_seconds"].as_u64(), Some(self.call_seconds)),
            ("talk_seconds", row["talk_seconds"].as_u64(), self.talk_seconds),
            ("ring_seconds", row["ring_seconds"].as_u64(), self.ring_seconds),
            ("voicemail", message, self.message_seconds.map(u64::from)),
        ];
        for (what, is, should) in durations {
            let equal = match (is, should) {
                (Some(is), Some(should)) => is.abs_diff(should) <= 1,
                // A phone that never rang has rung for no time.
                (Some(0), None) | (None, Some(0)) => what == "ring_seconds",
                (None, Some(_)) => lost,
                (Some(_), None) => false,
                (None, None) => true,
            };
            compare(what, format!("{is:?}"), format!("{should:?}"), equal);
        }
        differences
    }
}

fn after(end: PhoneEnd) -> &'static str {
    match end {
        PhoneEnd::CallerGaveUp => "no caller who hung up leaves a message",
        PhoneEnd::Script(callee) => match callee {
            CalleeScript::NoAnswer => "after_no_answer",
            CalleeScript::Busy => "after_busy",
            CalleeScript::Fail => "after_failure",
            CalleeScript::Machine => "after_not_accepted",
            CalleeScript::Decline | CalleeScript::HangUp | CalleeScript::Reject => "after_decline",
            CalleeScript::Accept => "no caller who was put through leaves a message",
        },
    }
}

fn missed(end: PhoneEnd) -> &'static str {
    match end {
        PhoneEnd::CallerGaveUp => "caller_gave_up",
        PhoneEnd::Script(callee) => match callee {
            CalleeScript::NoAnswer => "no_answer",
            CalleeScript::Busy => "busy",
            CalleeScript::Fail => "unreachable",
            CalleeScript::Machine => "not_accepted",
            CalleeScript::Decline | CalleeScript::HangUp | CalleeScript::Reject => "declined",
            CalleeScript::Accept => "no caller who was put through was missed",
        },
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.duration_since(from).as_secs()).unwrap_or(0)
}
