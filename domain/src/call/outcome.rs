//! How a call ended, why, and which events prove it.
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::call::attempt::Attempt;
use crate::call::event::EventKind;
use crate::call::facts::Facts;
use crate::call::facts::message::Message;
use crate::call::status::{HoursReason, RefusalReason};
use crate::call::status::{MailboxCause, PhoneEnd};
use crate::named;

/// How a call ended.
#[derive(Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub enum Outcome {
    /// Caller and callee spoke.
    Answered,
    /// A message was left.
    Voicemail,
    /// A phone rang and no one spoke to the caller.
    Missed,
    /// The caller left before a phone was rung.
    Abandoned,
    /// A rule of the flow refused the call.
    Rejected,
    /// The caller's own connection failed.
    Failed,
}

/// Why a call ended as it did. A reason can apply to several outcomes.
#[derive(Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub enum Reason {
    /// Answered: the callee accepted by key.
    Accepted,
    /// Answered: connected without screening.
    Bridged,
    /// Known from the carrier's records only.
    CarrierRecord,
    /// Voicemail: the caller asked for it.
    Chosen,
    /// Voicemail: no phone picked up.
    AfterNoAnswer,
    /// Voicemail: a phone picked up, often its own voicemail, and nobody accepted.
    AfterNotAccepted,
    /// Voicemail: the line was engaged.
    AfterBusy,
    /// Voicemail: the callee declined.
    AfterDecline,
    /// Voicemail: the forward or another step failed.
    AfterFailure,
    /// Voicemail: the office was closed.
    OutOfHours,
    /// Nothing was pressed.
    NoInput,
    /// Only keys without a meaning were pressed.
    NoMatch,
    /// Missed: it rang out.
    NoAnswer,
    /// Missed: the line was engaged.
    Busy,
    /// Missed: the callee declined.
    Declined,
    /// Missed: picked up but never accepted.
    NotAccepted,
    /// Missed: the forward could not be connected.
    Unreachable,
    /// Missed: the caller hung up while it rang.
    CallerGaveUp,
    /// Abandoned: before anything was said.
    Early,
    /// Abandoned: in the menu.
    InMenu,
    /// Abandoned: at the mailbox, without a message.
    EmptyMessage,
    /// Abandoned: the announcement was played to its end.
    Goodbye,
    /// Rejected: on a block list.
    Blocked,
    /// Rejected: number withheld.
    Withheld,
    /// Rejected, or sent to a mailbox: a cap was reached.
    Limit,
    /// Failed: reported by the carrier.
    Carrier,
    /// Missed or abandoned: no report of the end ever arrived. Also any reason that only a newer version of this crate knows.
    #[serde(other)]
    Unknown,
}

named!(Outcome, Reason);

/// How a call ended, with its proof.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub struct Verdict {
    /// How it ended.
    pub outcome: Outcome,
    /// Why.
    pub reason: Reason,
    /// The identities of the events that prove it.
    pub evidence: Vec<String>,
}

impl Verdict {
    fn new<'a>(outcome: Outcome, reason: Reason, evidence: impl IntoIterator<Item = &'a str>) -> Self {
        Self { outcome, reason, evidence: evidence.into_iter().map(ToOwned::to_owned).collect() }
    }

    /// The verdict on a call that has ended: the first rule that applies.
    pub(super) fn on(facts: &Facts, attempts: &[Attempt<'_>]) -> Self {
        rejected(facts)
            .or_else(|| answered(attempts))
            .or_else(|| voicemail(facts, attempts))
            .or_else(|| failed(facts))
            .or_else(|| missed(facts, attempts))
            .unwrap_or_else(|| abandoned(facts))
    }
}

fn rejected(facts: &Facts) -> Option<Verdict> {
    let (identity, why) = facts.story().into_iter().find_map(|(identity, event)| match event.kind {
        EventKind::Refused { why } => Some((identity, why)),
        _ => None,
    })?;
    let reason = match why {
        RefusalReason::Blocked => Reason::Blocked,
        RefusalReason::Withheld => Reason::Withheld,
        RefusalReason::Limit => Reason::Limit,
    };
    Some(Verdict::new(Outcome::Rejected, reason, [identity]))
}

fn answered(attempts: &[Attempt<'_>]) -> Option<Verdict> {
    let attempt = attempts.iter().find(|attempt| attempt.end() == PhoneEnd::Taken)?;
    let reason = if attempt.by_record {
        Reason::CarrierRecord
    } else if attempt.screened {
        Reason::Accepted
    } else {
        Reason::Bridged
    };
    Some(Verdict::new(Outcome::Answered, reason, attempt.bridge_evidence()))
}

fn voicemail(facts: &Facts, attempts: &[Attempt<'_>]) -> Option<Verdict> {
    let messages = || facts.recordings().into_keys().map(|id| facts.message(id));
    let has_audio = |message: &Message<'_>| message.has_audio() && !message.refused;
    let message = messages().find(has_audio).or_else(|| messages().find(|m| m.has_audio() || m.refused))?;
    let (mut evidence, mut reason) = (message.evidence, Reason::Chosen);
    if let Some((identity, cause)) = last_mailbox(facts) {
        evidence.push(identity);
        reason = match cause {
            MailboxCause::Chosen => Reason::Chosen,
            MailboxCause::NoInput => Reason::NoInput,
            MailboxCause::NoMatch => Reason::NoMatch,
            MailboxCause::NoAnswer | MailboxCause::Canceled => Reason::AfterNoAnswer,
            MailboxCause::Busy => Reason::AfterBusy,
            MailboxCause::Failed | MailboxCause::Fault => Reason::AfterFailure,
            MailboxCause::Closed => Reason::OutOfHours,
            MailboxCause::Limit => Reason::Limit,
        };
        if cause == MailboxCause::Closed {
            evidence.extend(closed(facts));
        }
        let rang = matches!(
            cause,
            MailboxCause::NoAnswer | MailboxCause::Canceled | MailboxCause::Busy | MailboxCause::Failed
        );
        if let (true, Some(last)) = (rang, last_rung(attempts)) {
            evidence.extend(last.evidence());
            reason = match last.end() {
                PhoneEnd::Declined => Reason::AfterDecline,
                PhoneEnd::Busy => Reason::AfterBusy,
                PhoneEnd::Unreachable => Reason::AfterFailure,
                PhoneEnd::NoAnswer => Reason::AfterNoAnswer,
                PhoneEnd::NotAccepted => Reason::AfterNotAccepted,
                PhoneEnd::Taken | PhoneEnd::CallerGaveUp | PhoneEnd::Elsewhere => reason,
            };
        }
    } else if let Some(last) = attempts.last() {
        evidence.extend(last.evidence());
        reason = Reason::AfterNoAnswer;
    } else if let (Some(record), false) = (facts.recovered(), facts.was_served()) {
        evidence.push(record);
        reason = Reason::CarrierRecord;
    }
    Some(Verdict::new(Outcome::Voicemail, reason, evidence))
}

fn failed(facts: &Facts) -> Option<Verdict> {
    let (identity, _) = facts.story().into_iter().find(|(_, event)| match &event.kind {
        EventKind::Ended(ending) => ending.failed,
        EventKind::Recovered(record) => record.failed,
        _ => false,
    })?;
    Some(Verdict::new(Outcome::Failed, Reason::Carrier, [identity]))
}

fn missed(facts: &Facts, attempts: &[Attempt<'_>]) -> Option<Verdict> {
    let rung = attempts.iter().any(Attempt::was_rung);
    let last = if rung { last_rung(attempts)? } else { return None };
    if let Some(closed) = facts.closed_without_report() {
        let evidence = last.evidence().into_iter().chain([closed]);
        return Some(Verdict::new(Outcome::Missed, Reason::Unknown, evidence));
    }
    let reason = match last.end() {
        PhoneEnd::NoAnswer => Reason::NoAnswer,
        PhoneEnd::Busy => Reason::Busy,
        PhoneEnd::Declined => Reason::Declined,
        PhoneEnd::NotAccepted => Reason::NotAccepted,
        PhoneEnd::Unreachable => Reason::Unreachable,
        PhoneEnd::CallerGaveUp | PhoneEnd::Taken | PhoneEnd::Elsewhere => Reason::CallerGaveUp,
    };
    Some(Verdict::new(Outcome::Missed, reason, last.evidence()))
}

fn abandoned(facts: &Facts) -> Verdict {
    let story = facts.story();
    if let Some(closed) = facts.closed_without_report() {
        return Verdict::new(Outcome::Abandoned, Reason::Unknown, [closed]);
    }
    if let (Some(record), false) = (facts.recovered(), facts.was_served()) {
        return Verdict::new(Outcome::Abandoned, Reason::CarrierRecord, [record]);
    }
    let closing = story.iter().filter(|(_, e)| {
        matches!(e.kind, EventKind::Ended(_) | EventKind::CallerLeft { .. } | EventKind::Recovered(_))
    });
    let mut evidence: Vec<&str> = closing.map(|(identity, _)| *identity).collect();
    let reason = match last_mailbox(facts) {
        Some((identity, cause)) => {
            evidence.push(identity);
            match cause {
                MailboxCause::NoInput => Reason::NoInput,
                MailboxCause::NoMatch => Reason::NoMatch,
                MailboxCause::Closed => Reason::OutOfHours,
                MailboxCause::Limit => Reason::Limit,
                MailboxCause::Chosen
                | MailboxCause::NoAnswer
                | MailboxCause::Busy
                | MailboxCause::Failed
                | MailboxCause::Canceled
                | MailboxCause::Fault => Reason::EmptyMessage,
            }
        }
        None if facts.goodbye().is_some() => {
            evidence.extend(facts.goodbye());
            let shut = closed(facts);
            evidence.extend(shut);
            if shut.is_some() { Reason::OutOfHours } else { Reason::Goodbye }
        }
        None => match story.iter().rev().find(|(_, event)| matches!(event.kind, EventKind::Menu { .. })) {
            Some((identity, _)) => {
                evidence.push(identity);
                Reason::InMenu
            }
            None => Reason::Early,
        },
    };
    Verdict::new(Outcome::Abandoned, reason, evidence)
}

/// The last phone that was rung, preferably not one that stopped ringing because another phone of the same step was
/// picked up.
fn last_rung<'a, 'f>(attempts: &'a [Attempt<'f>]) -> Option<&'a Attempt<'f>> {
    let rung = || attempts.iter().filter(|attempt| attempt.was_rung());
    rung()
        .rfind(|attempt| attempt.end() != PhoneEnd::Elsewhere)
        .or_else(|| rung().next_back())
        .or(attempts.last())
}

/// The event which shows that the company was closed.
fn closed(facts: &Facts) -> Option<&str> {
    let shut =
        |why: HoursReason| matches!(why, HoursReason::Closed | HoursReason::Holiday | HoursReason::Closure);
    let story = facts.story();
    let said = story.iter().rev().find(|(_, event)| match event.kind {
        EventKind::Hours { why, .. } => shut(why),
        _ => false,
    });
    said.map(|(identity, _)| *identity)
}

fn last_mailbox(facts: &Facts) -> Option<(&str, MailboxCause)> {
    let mailboxes = facts.story().into_iter().filter_map(|(identity, event)| match event.kind {
        EventKind::Mailbox { cause, step, .. } => Some((step, identity, cause)),
        _ => None,
    });
    mailboxes.max().map(|(_, identity, cause)| (identity, cause))
}
