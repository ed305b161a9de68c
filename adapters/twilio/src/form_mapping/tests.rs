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
fn sip_603_and_607_mean_declined_whatever_the_status() {
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
fn empty_fields_count_as_absent() {
    let parties = parties(&form("From=&To=%2B1555&FromCity=&FromCountry=&CallerName="));
    assert_eq!((parties.from, parties.from_place, parties.from_name), (CallerId::Withheld, None, None));
}

#[test]
fn texts_are_sanitized_for_every_database() {
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
fn attestation_is_parsed_by_prefix() {
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
fn unknown_statuses_are_ignored() {
    assert_eq!(recording_changed(&form("RecordingStatus=processing&RecordingSid=RE1")), None);
    assert_eq!(leg_changed(&form("CallStatus=teleported"), "twilio:CA2".parse().unwrap(), 2, 0), None);
    assert_eq!(call_ended(&form("CallStatus=in-progress")), None);
}
