//! Maps a request's form to a signal (a caller or callee is waiting) or a notice (nobody is). Lenient: unknown values and
//! empty or missing fields are not errors.
use frontdesk_domain::call::{DialOutcome, Ending, LegStatus, RecordingStatus};
use frontdesk_domain::dialogue::DialResult;
use frontdesk_domain::flow::Attestation;
use frontdesk_domain::session::LegEnd;
use frontdesk_domain::{
    CallerId, Dialogue, Keys, LegId, Notice, Parties, PhoneNumber, RecordingId, Signal, Timestamp,
};
use frontdesk_ports::RawParameters;

use crate::form::Form;
use crate::records::is_voicemail;

/// Parameters that are not stored as raw parameters: secrets of the call, and the transcript, which is stored
/// only as an event, so that it can be deleted.
const SECRETS: [&str; 3] = ["CallToken", "StirPassportToken", "TranscriptionText"];

/// The longest text in an event, in characters: every real name, place or address is shorter.
const LONGEST_TEXT: usize = 256;
/// The longest value of a stored raw parameter.
const LONGEST_RAW: usize = 4096;

/// Makes a text acceptable to every database: limits its length and removes control characters (PostgreSQL stores no NUL).
fn clean(text: &str, longest: usize) -> String {
    // The common case: short printable ASCII.
    if text.len() <= longest && text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return text.to_owned();
    }
    text.chars().filter(|c| !c.is_control()).take(longest).collect()
}

/// The request's raw parameters for the log, without [`SECRETS`].
pub(crate) fn raw(form: &Form) -> RawParameters {
    let public = form.pairs().iter().filter(|(name, _)| !SECRETS.contains(&name.as_str()));
    RawParameters(
        public.map(|(name, value)| (clean(name, LONGEST_TEXT), clean(value, LONGEST_RAW))).collect(),
    )
}

/// The leg the request is about.
pub(crate) fn leg(form: &Form, carrier: &str) -> Option<LegId> {
    LegId::new(carrier, form.get("CallSid")?).ok()
}

/// The parties of the call.
pub(crate) fn parties(form: &Form) -> Parties {
    let text = |name| form.get(name).map(|value| clean(value, LONGEST_TEXT));
    let place = [text("FromCity"), text("FromCountry")].into_iter().flatten();
    let place: Vec<String> = place.map(|part| visible_name(&part)).filter(|part| !part.is_empty()).collect();
    Parties {
        from: CallerId::read(&text("From").unwrap_or_default()),
        to: text("To").unwrap_or_default(),
        from_name: text("CallerName").map(|name| visible_name(&name)).filter(|name| !name.is_empty()),
        from_place: (!place.is_empty()).then(|| place.join(", ")),
    }
}

/// The number that forwarded the call to us, whatever its format.
pub(crate) fn diverted_from(form: &Form) -> Option<PhoneNumber> {
    let identity = CallerId::read(form.get("ForwardedFrom")?).identity(form.get("To").unwrap_or_default());
    identity?.parse().ok()
}

/// A name without padding. A name without visible characters counts as absent.
pub(crate) fn visible_name(text: &str) -> String {
    if frontdesk_domain::phone::visible(text).is_empty() { String::new() } else { text.trim().to_owned() }
}

/// The network's verification of the caller's number. Values may have undocumented suffixes, so only their beginning
/// counts.
pub(crate) fn attestation(form: &Form) -> Attestation {
    let verdict = form.get("StirVerstat").unwrap_or_default();
    let passed = [("A", Attestation::Full), ("B", Attestation::Partial), ("C", Attestation::Gateway)];
    let level = verdict.strip_prefix("TN-Validation-Passed-").and_then(|rest| {
        passed.into_iter().find(|(digit, _)| rest.starts_with(digit)).map(|(_, attestation)| attestation)
    });
    match level {
        Some(level) => level,
        None if verdict.starts_with("TN-Validation-Failed") => Attestation::Failed,
        None => Attestation::Unknown,
    }
}

/// Whether the leg's status is final, that is, the leg has ended.
pub(crate) fn is_over(form: &Form) -> bool {
    matches!(form.get("CallStatus"), Some("completed" | "busy" | "failed" | "no-answer" | "canceled"))
}

/// The signal for the caller's step of the dialogue.
pub(crate) fn signal(form: &Form, at: &Dialogue, carrier: &str) -> Signal {
    let dial = form.get("DialCallStatus").map(|status| Signal::DialEnded(dial_result(form, status, carrier)));
    let recording = recording(form);
    let recorded =
        Signal::Recorded { recording: recording.clone(), seconds: form.seconds("RecordingDuration") };
    match at {
        Dialogue::Forward { .. } => dial.unwrap_or(Signal::NoInput),
        Dialogue::Mailbox { .. } => recorded,
        Dialogue::Start => Signal::Arrived,
        Dialogue::Lost if recording.is_some() => recorded,
        Dialogue::Menu { .. } | Dialogue::Confirm { .. } | Dialogue::Screening { .. } | Dialogue::Lost => {
            keyed(form)
        }
    }
}

/// The signal for a callee's step of the screening.
pub(crate) fn screening(form: &Form, at: &Dialogue) -> Signal {
    match at {
        Dialogue::Screening { attempt: 0, .. } => Signal::CalleeAnswered,
        _ => keyed(form),
    }
}

fn keyed(form: &Form) -> Signal {
    let keys = Keys::lenient(form.get("Digits").unwrap_or_default());
    if keys.is_empty() { Signal::NoInput } else { Signal::Keyed(keys) }
}

fn dial_result(form: &Form, status: &str, carrier: &str) -> DialResult {
    let outcome = match status {
        "completed" | "answered" => DialOutcome::Answered,
        "busy" => DialOutcome::Busy,
        "no-answer" => DialOutcome::NoAnswer,
        "canceled" => DialOutcome::Canceled,
        // "failed", and unknown statuses: no phone was reached.
        _ => DialOutcome::Failed,
    };
    let bridged = match form.get("DialBridged") {
        Some("true") => Some(true),
        Some("false") => Some(false),
        _ => None,
    };
    let leg = form.get("DialCallSid").and_then(|id| LegId::new(carrier, id).ok());
    DialResult { outcome, leg, bridged, seconds: form.seconds("DialCallDuration") }
}

/// The recording's SID, from its own field or from the end of its URL (documented). The rest of the URL is
/// not used.
fn recording(form: &Form) -> Option<RecordingId> {
    let sid = form.get("RecordingSid");
    let tail = || form.get("RecordingUrl").and_then(|url| url.rsplit('/').next());
    sid.or_else(tail)?.parse().ok()
}

/// When it happened, if the request says (RFC 2822).
pub(crate) fn time(form: &Form) -> Option<Timestamp> {
    let parser = jiff::fmt::rfc2822::DateTimeParser::new();
    parser.parse_timestamp(form.get("Timestamp")?).ok()
}

/// The caller's leg has ended; `None` while it has not.
pub(crate) fn call_ended(form: &Form) -> Option<Notice> {
    let status = form.get("CallStatus")?;
    is_over(form).then(|| {
        Notice::CallEnded(Ending {
            status: status.to_owned(),
            failed: status == "failed",
            seconds: form.seconds("CallDuration"),
            parties: Some(parties(form)),
            // The carrier does not say.
            hung_up_by: None,
        })
    })
}

/// A callee's leg has changed; `None` for an unknown status.
pub(crate) fn leg_changed(form: &Form, leg: LegId, step: u16, position: u8) -> Option<Notice> {
    let (seconds, sip_code) = (form.seconds("CallDuration"), form.number("SipResponseCode"));
    let status = match form.get("CallStatus")? {
        "busy" | "no-answer" | "failed" if sip_code.is_some_and(is_decline) => LegStatus::Declined,
        "queued" | "initiated" => LegStatus::Initiated,
        "ringing" => LegStatus::Ringing,
        "in-progress" | "answered" => LegStatus::Answered,
        "completed" => LegStatus::Completed,
        "busy" => LegStatus::Busy,
        "no-answer" => LegStatus::NoAnswer,
        "failed" => LegStatus::Failed,
        "canceled" => LegStatus::Canceled,
        _ => return None,
    };
    Some(Notice::Leg { step, position, leg, status, seconds, sip_code })
}

/// 603 Decline (RFC 3261, section 21.6.2) and 607 Unwanted (RFC 8197): the callee refused the call.
fn is_decline(sip_code: u16) -> bool {
    LegEnd::from_sip_code(sip_code) == LegEnd::Declined
}

/// The longest accepted transcript; two minutes of speech need a tenth of it.
const LONGEST_TRANSCRIPT: usize = 16_384;

/// The result of a transcription; `None` while it is pending.
pub(crate) fn transcribed(form: &Form) -> Option<Notice> {
    let text = match form.get("TranscriptionStatus")? {
        "completed" => form.get("TranscriptionText").map(|text| clean(text, LONGEST_TRANSCRIPT)),
        "failed" => None,
        _ => return None,
    };
    Some(Notice::Transcribed { recording: recording(form)?, text })
}

/// A recording's status has changed; `None` if it is not a voicemail or the status is not final.
pub(crate) fn recording_changed(form: &Form) -> Option<Notice> {
    if !is_voicemail(form.get("RecordingSource")) {
        return None;
    }
    let status = match form.get("RecordingStatus")? {
        "completed" => RecordingStatus::Completed,
        "absent" => RecordingStatus::Absent,
        "failed" => RecordingStatus::Failed,
        _ => return None,
    };
    Some(Notice::Recording {
        recording: recording(form)?,
        status,
        seconds: form.seconds("RecordingDuration"),
    })
}

#[cfg(test)]
mod tests;
