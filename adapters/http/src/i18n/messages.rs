//! Texts about calls and errors in the reader's language.
use fluent_bundle::FluentValue;
use frontdesk_domain::call::{
    Activity, CallState, CopyFate, Doing, HoursReason, RefusalReason, ScreeningAnswer,
};
use frontdesk_domain::{Call, EventKind, Outcome, Reason};
use frontdesk_ports::work::{WorkRefused, Written};
use frontdesk_ports::{
    AccountError, BadContact, LONGEST_CLOSURE, MAX_CONTACTS, MAX_VIEWS, OverrideError, Trouble,
};

use crate::i18n::locale::Language;
use crate::i18n::phone_format;

/// The state of a call in one or two words, and the CSS class of its pill.
pub(crate) fn status(call: &Call, language: Language) -> (String, &'static str) {
    if let Some(verdict) = &call.verdict {
        return (outcome(Some(verdict.outcome), language), verdict.outcome.as_str());
    }
    let id = match (call.state, call.activity) {
        (CallState::Ringing, _) => "status-ringing",
        (_, Some(Activity::InMenu)) => "status-in-menu",
        (_, Some(Activity::Ringing)) => "status-connecting",
        (_, Some(Activity::Talking)) => "status-talking",
        (_, Some(Activity::LeavingMessage)) => "status-leaving-message",
        (_, None) => "status-in-progress",
    };
    (language.say(id), "live")
}

/// An outcome in a word.
pub(crate) fn outcome(outcome: Option<Outcome>, language: Language) -> String {
    language.say(&format!("outcome-{}", outcome.map_or("none", Outcome::as_str)))
}

/// The name of a call's carrier.
pub(crate) fn carrier(name: &str, language: Language) -> String {
    match name {
        "twilio" => "Twilio".to_owned(),
        "signalwire" => "SignalWire".to_owned(),
        "simulator" => language.say("simulated"),
        "sip" => language.say("carrier-sip"),
        other => other.to_owned(),
    }
}

/// What a party was doing during a call.
pub(crate) fn doing(doing: Doing, language: Language) -> String {
    language.say(&format!("doing-{}", doing.as_str()))
}

/// Why the call ended as it did.
pub(crate) fn reason(call: &Call, language: Language) -> String {
    match &call.verdict {
        Some(verdict) => reason_for_outcome(verdict.reason, verdict.outcome, language),
        None => String::new(),
    }
}

/// The text for a reason, which differs for some outcomes.
pub(crate) fn reason_for_outcome(reason: Reason, outcome: Outcome, language: Language) -> String {
    let left_a_message = outcome == Outcome::Voicemail && matches!(reason, Reason::NoInput | Reason::NoMatch);
    let beside = if left_a_message { "-voicemail" } else { "" };
    language.say(&format!("reason-{}{beside}", reason.as_str()))
}

/// Why a change was refused.
pub(crate) fn refused(refused: &WorkRefused, language: Language) -> String {
    let most = |most: &usize| [("most", (*most).into())];
    match refused {
        WorkRefused::Stale => language.say("refused-stale"),
        WorkRefused::NoSuchUser => language.say("refused-no-such-user"),
        WorkRefused::Empty(Written::Note) => language.say("refused-note-empty"),
        WorkRefused::Empty(Written::Tag) => language.say("refused-tag-empty"),
        WorkRefused::TooLong(Written::Note, n) => language.say_with("refused-note-long", most(n)),
        WorkRefused::TooLong(Written::Tag, n) => language.say_with("refused-tag-long", most(n)),
        WorkRefused::TooMany(Written::Note, n) => language.say_with("refused-notes-many", most(n)),
        WorkRefused::TooMany(Written::Tag, n) => language.say_with("refused-tags-many", most(n)),
    }
}

/// Why a contact was not saved.
pub(crate) fn bad_contact(why: &BadContact, language: Language) -> String {
    match why {
        BadContact::Number => language.say("contact-bad-number"),
        BadContact::NoName => language.say("contact-no-name"),
        BadContact::TooLong(_, most) => language.say_with("contact-too-long", [("most", (*most).into())]),
        BadContact::TooMany => language.say_with("contacts-too-many", [("most", MAX_CONTACTS.into())]),
    }
}

/// The message for a refused change of accounts. The caller handles store errors.
pub(crate) fn account_error(error: &AccountError, language: Language) -> String {
    match error {
        AccountError::Taken => language.say("account-name-taken"),
        AccountError::Nobody => language.say("account-nobody"),
        AccountError::BadName => language.say("account-bad-name"),
        AccountError::BadPassword => language.say("account-bad-password"),
        AccountError::GuessablePassword => language.say("account-guessable-password"),
        AccountError::OwnPassword => language.say("account-own-password"),
        AccountError::WrongPassword => language.say("account-wrong-password"),
        AccountError::Throttled(wait) => {
            language.say_with("sign-in-throttled", [("minutes", wait.as_secs().div_ceil(60).into())])
        }
        AccountError::WrongCode => language.say("sign-in-code-wrong"),
        AccountError::LastAdmin => language.say("account-last-admin"),
        AccountError::NoScope => language.say("account-no-scope"),
        AccountError::TooManyViews => {
            language.say_with("account-too-many-views", [("most", MAX_VIEWS.into())])
        }
        AccountError::Store(_) => language.say("error-503"),
    }
}

/// The message for a refused override. The caller handles store errors.
pub(crate) fn override_error(error: &OverrideError, language: Language) -> String {
    match error {
        OverrideError::Over => language.say("closure-over"),
        OverrideError::TooLong => language.say_with("closure-too-long", [("most", LONGEST_CLOSURE.into())]),
        OverrideError::OwnNumber => language.say("block-own-number"),
        OverrideError::Store(_) => language.say("error-503"),
    }
}

/// The notice about a current problem of the server.
pub(crate) fn trouble(trouble: Trouble, language: Language) -> String {
    match trouble {
        Trouble::DatabaseUnavailable(waiting) => {
            language.say_with("notice-unavailable", [("waiting", waiting.into())])
        }
        Trouble::CatchingUp(waiting) => language.say_with("notice-behind", [("waiting", waiting.into())]),
        Trouble::EventsLost => language.say("notice-losing"),
        Trouble::RetentionHeldBack(calls) => language.say_with("notice-held-back", [("calls", calls.into())]),
    }
}

/// One event of a call's timeline, with numbers formatted for the country of `home`.
pub(crate) fn event(kind: &EventKind, home: Option<&str>, language: Language) -> String {
    let say = |id: &str| language.say(id);
    let with = |id: &str, values: &[(&'static str, FluentValue<'static>)]| {
        language.say_with(id, values.iter().cloned())
    };
    let text = |text: &dyn ToString| FluentValue::from(text.to_string());
    // A duration of 0 is left out: the carrier sends it for unanswered legs.
    let with_duration =
        |id: &str, longer: &str, what: (&'static str, String), seconds: &Option<u32>| match seconds {
            Some(seconds @ 1..) => with(longer, &[(what.0, what.1.into()), ("seconds", (*seconds).into())]),
            Some(0) | None => with(id, &[(what.0, what.1.into())]),
        };
    let word = |name: &str| say(&status_key(name));
    match kind {
        EventKind::Started(parties) => {
            with("event-started", &[("to", phone_format::spoken(&parties.to, home).into())])
        }
        EventKind::Refused { why } => say(match why {
            RefusalReason::Blocked => "event-refused-blocked",
            RefusalReason::Withheld => "event-refused-withheld",
            RefusalReason::Limit => "event-refused-limit",
        }),
        EventKind::Hours { hours: None, .. } => say("event-closure"),
        EventKind::Hours { hours: Some(hours), why, .. } => with(
            match why {
                HoursReason::Open => "event-hours-open",
                HoursReason::Closed | HoursReason::Closure => "event-hours-closed",
                HoursReason::Holiday => "event-hours-holiday",
            },
            &[("hours", text(hours))],
        ),
        EventKind::Goodbye { goodbye, .. } => with("event-goodbye", &[("goodbye", text(goodbye))]),
        EventKind::Menu { menu, .. } => with("event-menu", &[("menu", text(menu))]),
        EventKind::Key { keys, choice: Some(choice), .. } => {
            with("event-key", &[("keys", text(keys)), ("choice", text(choice))])
        }
        EventKind::Key { keys, choice: None, .. } => with("event-key-none", &[("keys", text(keys))]),
        EventKind::NoInput { .. } => say("event-no-input"),
        EventKind::Forward { number, screened, .. } => {
            let id = if *screened { "event-forward-screened" } else { "event-forward" };
            with(id, &[("number", phone_format::spoken(number.as_str(), home).into())])
        }
        EventKind::Leg { status, seconds, .. } => {
            with_duration("event-leg", "event-leg-after", ("status", word(status.as_str())), seconds)
        }
        EventKind::Screening { answer, .. } => say(match answer {
            ScreeningAnswer::Asked => "event-screening-asked",
            ScreeningAnswer::Accepted => "event-screening-accepted",
            ScreeningAnswer::Declined => "event-screening-declined",
            ScreeningAnswer::Unanswered => "event-screening-unanswered",
        }),
        EventKind::Dial { outcome, .. } => with("event-dial", &[("outcome", word(outcome.as_str()).into())]),
        EventKind::Bridged { .. } => say("event-bridged"),
        EventKind::Mailbox { mailbox, .. } => with("event-mailbox", &[("mailbox", text(mailbox))]),
        EventKind::Recording { status, seconds, .. } => with_duration(
            "event-recording",
            "event-recording-long",
            ("status", word(status.as_str())),
            seconds,
        ),
        EventKind::Voicemail { audio, .. } => with("event-voicemail", &[("bytes", audio.bytes.into())]),
        EventKind::VoicemailMeasured { sound, .. } => with(
            "event-measured",
            &[
                ("speech", sound.speech_ms.div_ceil(1000).into()),
                ("length", sound.length_ms.div_ceil(1000).into()),
            ],
        ),
        EventKind::VoicemailFailed { why, .. } => with("event-voicemail-failed", &[("why", text(why))]),
        EventKind::VoicemailRetried { .. } => say("event-voicemail-retried"),
        EventKind::VoicemailDeleted { .. } => say("event-voicemail-deleted"),
        EventKind::TranscriptWanted { .. } => say("event-transcript-wanted"),
        EventKind::Transcribed { text: Some(_), .. } => say("event-transcribed"),
        EventKind::Transcribed { text: None, .. } => say("event-transcribed-not"),
        EventKind::TranscriptDeleted { .. } => say("event-transcript-deleted"),
        EventKind::CarrierCopy { fate: CopyFate::Unwanted, .. } => say("event-copy-unwanted"),
        EventKind::CarrierCopy { fate: CopyFate::Deleted, .. } => say("event-copy-deleted"),
        EventKind::Recovered(record) => with_duration(
            "event-recovered",
            "event-recovered-long",
            ("status", carriers(&record.status, language)),
            &record.seconds,
        ),
        EventKind::Closed => say("event-closed"),
        EventKind::CallerLeft { .. } => say("event-caller-left"),
        EventKind::Unknown { .. } => say("event-unknown"),
        EventKind::Ended(ending) => {
            let status = carriers(&ending.status, language);
            with_duration("event-ended", "event-ended-after", ("status", status), &ending.seconds)
        }
    }
}

/// The text for a carrier's status; an unknown status is shown unchanged.
fn carriers(status: &str, language: Language) -> String {
    let id = format!("word-{status}");
    let said = language.say(&id);
    if said == id { status.to_owned() } else { said }
}

/// The message key of a status, such as `word-no-answer` for `no_answer`.
fn status_key(name: &str) -> String {
    format!("word-{}", name.replace('_', "-"))
}

/// The version of this program.
pub(crate) fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// Seconds as `m:ss`.
pub(crate) fn clock(seconds: u32) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use frontdesk_domain::call::{DialOutcome, Ending, HungUpBy, LegStatus, RecordingStatus};
    use frontdesk_ports::AuditAction;

    use super::*;

    #[test]
    fn every_log_value_has_a_message_in_every_language() {
        let mut ids: Vec<String> = Vec::new();
        ids.extend(Outcome::VARIANTS.iter().map(|outcome| format!("outcome-{outcome}")));
        ids.extend(Reason::VARIANTS.iter().map(|reason| format!("reason-{reason}")));
        ids.extend(AuditAction::VARIANTS.iter().map(|action| format!("audit-{action}")));
        let doings =
            [Doing::Menu, Doing::Waiting, Doing::Ringing, Doing::Screening, Doing::Talking, Doing::Message];
        ids.extend(doings.map(|doing| format!("doing-{}", doing.as_str())));
        ids.extend(LegStatus::VARIANTS.iter().map(|status| status_key(status.as_str())));
        ids.extend(RecordingStatus::VARIANTS.iter().map(|status| status_key(status.as_str())));
        ids.extend(HungUpBy::VARIANTS.iter().map(|by| format!("hung-up-{by}")));
        ids.extend(DialOutcome::VARIANTS.iter().map(|outcome| status_key(outcome.as_str())));
        for language in Language::ALL {
            for id in &ids {
                assert_ne!(&language.say(id), id, "{language:?}");
            }
        }
    }

    #[test]
    fn every_outcome_and_reason_is_documented() {
        let document = include_str!("../../../../docs/outcomes.md");
        for outcome in Outcome::VARIANTS {
            assert!(document.contains(&format!("| {outcome} |")), "{outcome} is not in docs/outcomes.md");
        }
        for reason in Reason::VARIANTS {
            assert!(document.contains(&format!("`{reason}`")), "{reason} is not in docs/outcomes.md");
        }
    }

    #[test]
    fn a_duration_of_zero_is_left_out() {
        let ended = |seconds| {
            let ending = Ending { seconds, ..Ending::new("no-answer") };
            event(&EventKind::Ended(ending), None, Language::English)
        };
        assert_eq!(ended(Some(44)), "Call ended after 44 s (no answer)");
        assert_eq!(ended(Some(0)), "Call ended (no answer)");
    }
}
