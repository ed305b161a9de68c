//! What happened, in words.

use frontdesk_domain::{
    Activity, Call, CallState, CopyFate, Doing, EventKind, Outcome, Reason, ScreeningAnswer,
};

/// The state of a call as one word or two, and the class of its pill.
pub(crate) fn status(call: &Call) -> (&'static str, &'static str) {
    if let Some(verdict) = &call.verdict {
        return outcome(verdict.outcome);
    }
    match (call.state, call.activity) {
        (CallState::Ringing, _) => ("Ringing", "live"),
        (_, Some(Activity::InMenu)) => ("In menu", "live"),
        (_, Some(Activity::Ringing)) => ("Connecting", "live"),
        (_, Some(Activity::Talking)) => ("In call", "live"),
        (_, Some(Activity::LeavingMessage)) => ("Leaving a message", "live"),
        (_, None) => ("In progress", "live"),
    }
}

/// An outcome in a word, and the class of its pill.
pub(crate) fn outcome(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Answered => ("Answered", "answered"),
        Outcome::Voicemail => ("Voicemail", "voicemail"),
        Outcome::Missed => ("Missed", "missed"),
        Outcome::Abandoned => ("Abandoned", "abandoned"),
        Outcome::Rejected => ("Rejected", "rejected"),
        Outcome::Failed => ("Failed", "failed"),
    }
}

/// What somebody was doing during a call.
pub(crate) fn doing(doing: Doing) -> &'static str {
    match doing {
        Doing::Menu => "hears the menu",
        Doing::Waiting => "waits for somebody",
        Doing::Ringing => "rings",
        Doing::Screening => "is asked to take the call",
        Doing::Talking => "in conversation",
        Doing::Message => "leaves a message",
    }
}

/// Why the call ended as it did.
pub(crate) fn reason(call: &Call) -> &'static str {
    let Some(verdict) = &call.verdict else { return "" };
    match (verdict.outcome, verdict.reason) {
        (_, Reason::Accepted) => "the callee took the call",
        (_, Reason::Bridged) => "put through",
        (_, Reason::CarrierRecord) => "known from the carrier's records alone",
        (_, Reason::Chosen) => "the caller asked to leave a message",
        (_, Reason::AfterNoAnswer) => "nobody took the call",
        (_, Reason::AfterBusy) => "the line was busy",
        (_, Reason::AfterDecline) => "the callee declined",
        (_, Reason::AfterFailure) => "the forward failed",
        (_, Reason::OutOfHours) => "outside opening hours",
        (Outcome::Voicemail, Reason::NoInput) => "the caller pressed nothing and left a message",
        (_, Reason::NoInput) => "the caller pressed nothing",
        (Outcome::Voicemail, Reason::NoMatch) => "the caller pressed other keys and left a message",
        (_, Reason::NoMatch) => "the caller pressed other keys",
        (_, Reason::NoAnswer) => "nobody answered, no message",
        (_, Reason::Busy) => "the line was busy, no message",
        (_, Reason::Declined) => "the callee declined, no message",
        (_, Reason::NotAccepted) => "picked up but not accepted, no message",
        (_, Reason::Unreachable) => "the number could not be reached, no message",
        (_, Reason::CallerGaveUp) => "the caller hung up while it rang",
        (_, Reason::Early) => "hung up before anything was said",
        (_, Reason::InMenu) => "hung up in the menu",
        (_, Reason::EmptyMessage) => "hung up without a message",
        (_, Reason::Blocked) => "the caller is blocked",
        (_, Reason::Withheld) => "withheld numbers are refused",
        (_, Reason::Limit) => "a limit was reached",
        (_, Reason::Carrier) => "the carrier could not carry the call",
        (_, Reason::Unknown) => "no word of its end ever came",
    }
}

/// One event of a call's story.
pub(crate) fn event(kind: &EventKind) -> String {
    match kind {
        EventKind::Started(parties) => format!("Call to {}", parties.to),
        EventKind::Menu { menu, .. } => format!("Menu \u{201c}{menu}\u{201d} spoken"),
        EventKind::Key { keys, choice: Some(choice), .. } => format!("Pressed {keys}: {choice}"),
        EventKind::Key { keys, choice: None, .. } => format!("Pressed {keys}, which has no meaning here"),
        EventKind::NoInput { .. } => "Pressed nothing".to_owned(),
        EventKind::Forward { number, screened, .. } => {
            let how = if *screened { ", to be accepted by key" } else { "" };
            format!("Rang {number}{how}")
        }
        EventKind::Leg { status, seconds, .. } => {
            let length = seconds.map(|s| format!(" after {s} s")).unwrap_or_default();
            format!("Callee's phone: {}{length}", lower(&format!("{status:?}")))
        }
        EventKind::Screening { answer, .. } => match answer {
            ScreeningAnswer::Asked => "Callee asked whether to take the call".to_owned(),
            ScreeningAnswer::Accepted => "Callee took the call".to_owned(),
            ScreeningAnswer::Declined => "Callee declined".to_owned(),
            ScreeningAnswer::Unanswered => "Callee did not answer the question".to_owned(),
        },
        EventKind::Dial { outcome, .. } => {
            format!("Carrier on the attempt: {}", lower(&format!("{outcome:?}")))
        }
        EventKind::Bridged { .. } => "Caller and callee were put through".to_owned(),
        EventKind::Mailbox { mailbox, .. } => {
            format!("Mailbox \u{201c}{mailbox}\u{201d} asked for a message")
        }
        EventKind::Recording { status, seconds, .. } => {
            let length = seconds.map(|s| format!(" ({s} s)")).unwrap_or_default();
            format!("Recording {}{length}", lower(&format!("{status:?}")))
        }
        EventKind::Voicemail { audio, .. } => format!("Message stored and verified ({} bytes)", audio.bytes),
        EventKind::VoicemailMeasured { sound, .. } => {
            format!(
                "Message listened to: {} s of speech in {} s",
                sound.speech_ms.div_ceil(1000),
                sound.length_ms.div_ceil(1000)
            )
        }
        EventKind::VoicemailFailed { why, .. } => format!("Message could not be had: {why}"),
        EventKind::VoicemailRetried { .. } => "Message asked for anew".to_owned(),
        EventKind::VoicemailDeleted { .. } => "Message deleted here".to_owned(),
        EventKind::CarrierCopy { fate: CopyFate::Unwanted, .. } => "Carrier's copy to be deleted".to_owned(),
        EventKind::CarrierCopy { fate: CopyFate::Deleted, .. } => "Carrier's copy deleted".to_owned(),
        EventKind::Recovered(record) => {
            let length = record.seconds.map(|s| format!(", {s} s")).unwrap_or_default();
            format!("Recovered from the carrier's records: {}{length}", record.status)
        }
        EventKind::Closed => "No word of the end came; no longer waited for".to_owned(),
        EventKind::CallerLeft { .. } => "Caller had hung up".to_owned(),
        EventKind::Ended(ending) => {
            let length = ending.seconds.map(|s| format!(" after {s} s")).unwrap_or_default();
            format!("Call ended{length} ({})", ending.status)
        }
    }
}

/// `NoAnswer` as "no answer".
fn lower(name: &str) -> String {
    let mut words = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
    }
    words
}

/// The version of this program.
pub(crate) fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// Seconds as `m:ss`.
pub(crate) fn clock(seconds: u32) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
