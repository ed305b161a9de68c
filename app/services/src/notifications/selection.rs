//! Which calls are reported to which recipients, and which facts of a call are reported.
use std::time::Duration;

use frontdesk_domain::call::{NotificationKind, VoicemailStatus};
use frontdesk_domain::flow::Mailbox;
use frontdesk_domain::{Call, CallFlow, CallId, Outcome, Timestamp, Voicemail};
use frontdesk_ports::{CallRecord, Delivery};

use super::NotificationTarget;

/// How long the report of a call's end is delayed for late callbacks, which arrive in any order.
pub(super) const SETTLING: Duration = Duration::from_secs(5);

/// Which events of which calls a recipient is notified about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationRule {
    /// The outcomes of the calls to report.
    pub outcomes: Vec<Outcome>,
    /// The kinds of events.
    pub kinds: Vec<NotificationKind>,
    /// Whether a voicemail's audio is attached.
    pub attach: bool,
}

impl NotificationRule {
    /// The default for people: missed calls, and voicemails once they can be played.
    pub fn for_people() -> Self {
        Self {
            outcomes: vec![Outcome::Missed, Outcome::Voicemail, Outcome::Failed],
            kinds: vec![NotificationKind::Ended, NotificationKind::VoicemailStored],
            attach: true,
        }
    }

    /// The default for programs: everything.
    pub fn for_programs() -> Self {
        Self {
            outcomes: Outcome::VARIANTS.to_vec(),
            kinds: NotificationKind::VARIANTS.to_vec(),
            attach: false,
        }
    }
}

/// How long a notification waits for the facts of the call to settle. What is certain is reported at once.
pub(super) fn settling(kind: NotificationKind) -> Duration {
    match kind {
        NotificationKind::Ended | NotificationKind::Updated => SETTLING,
        NotificationKind::Started
        | NotificationKind::Answered
        | NotificationKind::VoicemailStored
        | NotificationKind::WorkChanged => Duration::ZERO,
    }
}

/// The state of an ended call that is reported; a recipient gets a correction when it changes.
pub(super) fn reported_state(call: &Call) -> String {
    let Call { verdict, duration_seconds, talk_seconds, forwarded_to, choices, .. } = call;
    let ended = verdict.as_ref().map(|verdict| (verdict.outcome.as_str(), verdict.reason.as_str()));
    let choices: Vec<String> = choices.iter().map(ToString::to_string).collect();
    serde_json::json!([ended, duration_seconds, talk_seconds, forwarded_to, choices]).to_string()
}

/// What was last reported to a recipient about the end of a call, and by which revision.
pub(super) fn last_report<'a>(
    delivered: &'a [(Delivery, String)],
    call: CallId,
    recipient: &str,
) -> Option<(u32, &'a str)> {
    let about_end = delivered.iter().filter(|(delivery, _)| {
        let about_end = matches!(delivery.kind, NotificationKind::Ended | NotificationKind::Updated);
        about_end && delivery.call == call && delivery.recipient == recipient
    });
    let last = about_end.max_by_key(|(delivery, _)| delivery.revision);
    last.map(|(delivery, report)| (delivery.revision, report.as_str()))
}

/// Whether a recipient is notified about this kind of event of a call.
pub(super) fn wants(
    target: &NotificationTarget,
    kind: NotificationKind,
    record: &CallRecord,
    flow: &CallFlow,
) -> bool {
    if !target.rule.kinds.contains(&kind) {
        return false;
    }
    let outcome = record.call.verdict.as_ref().map(|verdict| verdict.outcome);
    let voicemail = record.call.voicemail.as_ref();
    match kind {
        NotificationKind::Started | NotificationKind::Answered | NotificationKind::Updated => true,
        // People see it in the feed.
        NotificationKind::WorkChanged => {
            !target.is_person && outcome.is_none_or(|outcome| target.rule.outcomes.contains(&outcome))
        }
        // People are notified about a voicemail when it can be played, and about the end of the call only if none
        // follows.
        NotificationKind::Ended => {
            let is_audible =
                |voicemail: &Voicemail| voicemail.status != VoicemailStatus::Failed && !voicemail.is_empty();
            let voicemail_follows = target.is_person && voicemail.is_some_and(is_audible);
            let outcome = if target.is_person { outcome_for_people(&record.call) } else { outcome };
            !voicemail_follows && outcome.is_some_and(|outcome| target.rule.outcomes.contains(&outcome))
        }
        NotificationKind::VoicemailStored => {
            let silent = target.is_person && voicemail.is_some_and(Voicemail::is_empty);
            let mailbox = record.call.mailbox.as_ref().and_then(|mailbox| flow.mailbox(mailbox));
            // A mailbox that names recipients notifies no other people, and no programs that are named by other mailboxes.
            let names = |mailbox: &Mailbox| mailbox.notify.contains(&target.rule_name);
            let is_named = flow.draft().mailboxes.values().any(names);
            let meant =
                mailbox.is_none_or(|m| m.notify.is_empty() || names(m) || !target.is_person && !is_named);
            !silent && meant && target.rule.outcomes.contains(&Outcome::Voicemail)
        }
    }
}

/// The version of a call's follow-up, which distinguishes its changes.
pub(super) fn work_version(record: &CallRecord) -> u32 {
    u32::try_from(record.work.version).unwrap_or(u32::MAX)
}

/// The outcome that people are told. A voicemail without speech does not count: the call was missed or abandoned.
pub(super) fn outcome_for_people(call: &Call) -> Option<Outcome> {
    let silent = call.voicemail.as_ref().is_some_and(Voicemail::is_empty);
    match call.verdict.as_ref()?.outcome {
        Outcome::Voicemail if silent && call.forwarded_to.is_some() => Some(Outcome::Missed),
        Outcome::Voicemail if silent => Some(Outcome::Abandoned),
        outcome => Some(outcome),
    }
}

pub(super) fn happened_at(kind: NotificationKind, record: &CallRecord) -> Option<Timestamp> {
    match kind {
        NotificationKind::Started => record.call.started_at,
        NotificationKind::Answered => record.call.answered_at,
        // The time when a voicemail was stored is not a fact of the call, so its age is measured from the call's end.
        NotificationKind::Ended | NotificationKind::VoicemailStored | NotificationKind::Updated => {
            record.call.ended_at
        }
        NotificationKind::WorkChanged => None,
    }
}
