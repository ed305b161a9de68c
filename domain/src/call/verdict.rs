//! How a call ended, why, and which events prove it.

use crate::call::attempt::Attempt;
use crate::call::event::{EventKind, HoursWhy, RefusedWhy};
use crate::call::facts::Facts;
use crate::call::route::PhoneEnd;
use crate::dialogue::MailboxCause;

/// A word that is none of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is none of: {known}")]
pub struct UnknownWord {
    word: String,
    known: String,
}

impl UnknownWord {
    pub(crate) fn new(word: &str, known: &[&str]) -> Self {
        Self { word: word.to_owned(), known: known.join(", ") }
    }
}

/// An enum and the words the log and the API use for it.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant,)+ }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word that the log and the API use.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::call::verdict::UnknownWord;
            fn from_str(text: &str) -> Result<Self, $crate::call::verdict::UnknownWord> {
                let found = Self::ALL.iter().copied().find(|one| one.word() == text);
                found.ok_or_else(|| $crate::call::verdict::UnknownWord::new(text, &[$($word,)+]))
            }
        }
    };
}
pub(crate) use words;

words! {
    /// How a call ended.
    Outcome {
        /// Caller and callee spoke.
        Answered = "answered",
        /// A message was left.
        Voicemail = "voicemail",
        /// Somebody was rung and nobody spoke to the caller.
        Missed = "missed",
        /// The caller left before anybody was rung.
        Abandoned = "abandoned",
        /// A rule of the flow refused the call.
        Rejected = "rejected",
        /// The caller's own connection failed.
        Failed = "failed",
    }
}

words! {
    /// Why it ended so. The same word can stand beside more than one outcome.
    Reason {
        /// Answered: the callee accepted by key.
        Accepted = "accepted",
        /// Answered: put through without screening.
        Bridged = "bridged",
        /// Known from the carrier's records only.
        CarrierRecord = "carrier_record",
        /// Voicemail: the caller asked for it.
        Chosen = "chosen",
        /// Voicemail: nobody picked up or accepted.
        AfterNoAnswer = "after_no_answer",
        /// Voicemail: the line was engaged.
        AfterBusy = "after_busy",
        /// Voicemail: the callee declined.
        AfterDecline = "after_decline",
        /// Voicemail: the forward failed, or something else did.
        AfterFailure = "after_failure",
        /// Voicemail: the office was closed.
        OutOfHours = "out_of_hours",
        /// Nothing was pressed.
        NoInput = "no_input",
        /// Only keys without a meaning were pressed.
        NoMatch = "no_match",
        /// Missed: it rang out.
        NoAnswer = "no_answer",
        /// Missed: the line was engaged.
        Busy = "busy",
        /// Missed: the callee declined.
        Declined = "declined",
        /// Missed: picked up but never accepted.
        NotAccepted = "not_accepted",
        /// Missed: the forward could not be connected.
        Unreachable = "unreachable",
        /// Missed: the caller hung up while it rang.
        CallerGaveUp = "caller_gave_up",
        /// Abandoned: before anything was said.
        Early = "early",
        /// Abandoned: in the menu.
        InMenu = "in_menu",
        /// Abandoned: at the mailbox, without a message.
        EmptyMessage = "empty_message",
        /// Abandoned: heard all there was to hear.
        Goodbye = "goodbye",
        /// Rejected: on a block list.
        Blocked = "blocked",
        /// Rejected: number withheld.
        Withheld = "withheld",
        /// Rejected, or led to a mailbox: a cap was reached.
        Limit = "limit",
        /// Failed: the carrier says so.
        Carrier = "carrier",
        /// Missed or abandoned: no word of the end ever came.
        Unknown = "unknown",
    }
}

/// How a call ended, with its proof.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Verdict {
    /// How.
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

    /// The verdict on a call that has ended: the first rule that fits.
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
        RefusedWhy::Blocked => Reason::Blocked,
        RefusedWhy::Withheld => Reason::Withheld,
        RefusedWhy::Limit => Reason::Limit,
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
    let message =
        facts.recordings().into_keys().map(|id| facts.message(id)).find(|m| m.has_audio() || m.refused)?;
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
                PhoneEnd::NoAnswer | PhoneEnd::NotAccepted => Reason::AfterNoAnswer,
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
    if let Some(closed) = facts.closed_without_word() {
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
    if let Some(closed) = facts.closed_without_word() {
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

/// The last phone that rang by itself, or whose callee had their chance; not one that fell silent because another of
/// those that rang at once was picked up.
fn last_rung<'a, 'f>(attempts: &'a [Attempt<'f>]) -> Option<&'a Attempt<'f>> {
    let rung = || attempts.iter().filter(|attempt| attempt.was_rung());
    rung()
        .rfind(|attempt| attempt.end() != PhoneEnd::Elsewhere)
        .or_else(|| rung().next_back())
        .or(attempts.last())
}

/// What said that it was closed.
fn closed(facts: &Facts) -> Option<&str> {
    let shut = |why: HoursWhy| matches!(why, HoursWhy::Closed | HoursWhy::Holiday | HoursWhy::Closure);
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
