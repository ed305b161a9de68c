//! Maps a request's form to a signal (a caller or callee waits) or a notice. Lenient: unknown values and empty or
//! missing fields are ordinary.
use frontdesk_domain::session::LegEnd;
use frontdesk_domain::{
    Attestation, CallerId, DialOutcome, DialResult, Dialogue, Ending, Keys, LegId, LegStatus, Notice,
    Parties, PhoneNumber, RecordingId, RecordingStatus, Signal, Timestamp,
};
use frontdesk_ports::RawParameters;

use crate::form::Form;
use crate::records::is_voicemail;

/// Parameters that are secrets of the call; they are not stored. A transcript is stored once, as an
/// event, so that it can be forgotten.
const SECRETS: [&str; 3] = ["CallToken", "StirPassportToken", "TranscriptionText"];

/// The longest text in an event: every real name, place or address is shorter.
const LONGEST_TEXT: usize = 256;
/// The longest value of a stored raw parameter.
const LONGEST_RAW: usize = 4096;

/// A text that every database accepts: of limited length, without control characters (PostgreSQL stores no NUL).
fn clean(text: &str, longest: usize) -> String {
    // The common case: short printable ASCII.
    if text.len() <= longest && text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return text.to_owned();
    }
    text.chars().filter(|c| !c.is_control()).take(longest).collect()
}

/// The request's own words, for the log.
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

/// The number that forwarded the call to us, in any spelling.
pub(crate) fn diverted_from(form: &Form) -> Option<PhoneNumber> {
    let identity = CallerId::read(form.get("ForwardedFrom")?).identity(form.get("To").unwrap_or_default());
    identity?.parse().ok()
}

/// A name without padding. Names that show nothing count as absent.
pub(crate) fn visible_name(text: &str) -> String {
    if frontdesk_domain::visible(text).is_empty() { String::new() } else { text.trim().to_owned() }
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

/// What happened at the caller's place in the conversation.
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

/// What happened while a callee is being asked.
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

/// The recording's SID, from its parameter (field) or from the end of its URL (documented). Nothing else of the URL
/// is used.
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

/// A callee's leg has changed; `None` for a status we do not know.
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

/// The carrier has news of a recording; `None` for news that changes nothing.
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
mod tests {
    use super::*;

    fn form(body: &str) -> Form {
        Form::decode(body.as_bytes()).unwrap()
    }

    #[test]
    fn a_declined_whisper_is_answered_but_not_bridged() {
        let form = form("DialCallStatus=completed&DialBridged=false&DialCallSid=CA2&DialCallDuration=7");
        let Signal::DialEnded(result) = signal(&form, &Dialogue::read("forward.team.0.2"), "twilio") else {
            panic!()
        };
        assert_eq!(
            (result.outcome, result.bridged, result.seconds),
            (DialOutcome::Answered, Some(false), Some(7))
        );
        assert!(!result.reached(false));
    }

    #[test]
    fn a_refused_call_is_declined_whatever_the_carrier_calls_it() {
        let status = |body: &str| {
            let leg = LegId::new("twilio", "CA2").unwrap();
            match leg_changed(&form(body), leg, 2, 0) {
                Some(Notice::Leg { status, .. }) => status,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(status("CallStatus=no-answer&SipResponseCode=603"), LegStatus::Declined);
        assert_eq!(status("CallStatus=busy&SipResponseCode=607"), LegStatus::Declined);
        assert_eq!(status("CallStatus=busy&SipResponseCode=486"), LegStatus::Busy);
        assert_eq!(status("CallStatus=no-answer&SipResponseCode=487"), LegStatus::NoAnswer);
        assert_eq!(status("CallStatus=failed"), LegStatus::Failed);
        assert_eq!(status("CallStatus=completed&SipResponseCode=200"), LegStatus::Completed);
    }

    #[test]
    fn a_recording_is_known_by_its_sid_alone() {
        let at = Dialogue::read("mailbox.main.chosen.2");
        let recorded = |body: &str| match signal(&form(body), &at, "twilio") {
            Signal::Recorded { recording, .. } => recording.map(|id| id.to_string()),
            other => panic!("{other:?}"),
        };
        assert_eq!(recorded("RecordingSid=RE1&RecordingUrl=http%3A%2F%2Fevil%2FRE2").as_deref(), Some("RE1"));
        assert_eq!(recorded("RecordingUrl=https%3A%2F%2Fapi%2FRecordings%2FRE2").as_deref(), Some("RE2"));
        assert_eq!(recorded("RecordingUrl=https%3A%2F%2Fapi%2F..%2F..%3Fx"), None);
        assert_eq!(recorded("Digits=hangup"), None);
    }

    #[test]
    fn empty_fields_are_no_fields() {
        let parties = parties(&form("From=&To=%2B1555&FromCity=&FromCountry=&CallerName="));
        assert_eq!((parties.from, parties.from_place, parties.from_name), (CallerId::Withheld, None, None));
    }

    #[test]
    fn texts_that_a_database_would_refuse_are_made_fit() {
        let long = "x".repeat(10_000);
        let form = form(&format!("From=a%00b%0a&CallerName={long}&Note={long}%00"));
        let parties = parties(&form);
        assert_eq!(parties.from.as_text(), Some("ab"));
        assert_eq!(parties.from_name.unwrap().len(), LONGEST_TEXT);
        let raw_form = raw(&form);
        assert!(raw_form.0.iter().all(|(_, value)| value.len() <= LONGEST_RAW && !value.contains('\0')));
    }

    #[test]
    fn secrets_of_the_call_are_not_stored() {
        let raw_form = raw(&form("CallSid=CA1&CallToken=s3cret&StirPassportToken=jwt&Digits=1"));
        let names: Vec<&str> = raw_form.0.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["CallSid", "Digits"]);
    }

    #[test]
    fn a_transcript_is_reported_and_not_stored_twice() {
        let callback = form("TranscriptionStatus=completed&TranscriptionText=Please+call.&RecordingSid=RE1");
        let recording = "RE1".parse().unwrap();
        let text = Some("Please call.".to_owned());
        assert_eq!(transcribed(&callback), Some(Notice::Transcribed { recording, text }));
        assert!(raw(&callback).0.iter().all(|(name, _)| name != "TranscriptionText"));
        let failed = form("TranscriptionStatus=failed&RecordingSid=RE1");
        assert!(matches!(transcribed(&failed), Some(Notice::Transcribed { text: None, .. })));
        assert_eq!(transcribed(&form("TranscriptionStatus=in-progress&RecordingSid=RE1")), None);
    }

    #[test]
    fn attestation_is_read_by_its_beginning() {
        for (word, expected) in [
            ("TN-Validation-Passed-A", Attestation::Full),
            ("TN-Validation-Passed-B-Diverted", Attestation::Partial),
            ("TN-Validation-Passed-C-Passthrough", Attestation::Gateway),
            ("TN-Validation-Failed-B", Attestation::Failed),
            ("TN-Validation-Failed", Attestation::Failed),
            ("No-TN-Validation", Attestation::Unknown),
            ("", Attestation::Unknown),
        ] {
            assert_eq!(attestation(&form(&format!("StirVerstat={word}"))), expected, "{word}");
        }
    }

    #[test]
    fn carrier_times_are_rfc_2822() {
        let at = time(&form("Timestamp=Tue,+01+Nov+2016+01:59:13+%2B0000")).unwrap();
        assert_eq!(at.to_string(), "2016-11-01T01:59:13Z");
        assert_eq!(time(&form("Timestamp=yesterday")), None);
    }

    #[test]
    fn words_from_the_future_are_ignored() {
        assert_eq!(recording_changed(&form("RecordingStatus=processing&RecordingSid=RE1")), None);
        assert_eq!(leg_changed(&form("CallStatus=teleported"), "twilio:CA2".parse().unwrap(), 2, 0), None);
        assert_eq!(call_ended(&form("CallStatus=in-progress")), None);
    }
}
