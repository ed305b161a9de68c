//! What events say about a voicemail.
use frontdesk_domain::call::{MailboxCause, RecordingStatus};
use frontdesk_domain::{Call, CallEvent, Effect, Facts};

use super::calls::{
    about, ended, failed, mailbox, measured, message, re1, recorded, recording, started, stored, transcribed,
    wanted,
};

#[test]
fn events_of_another_recording_do_not_change_a_message() {
    let pending = || vec![wanted(), ended(15)];
    let bases = [
        pending(),
        [pending(), vec![stored()]].concat(),
        [pending(), vec![stored(), measured(3000), transcribed(Some("Bonjour"))]].concat(),
        [pending(), vec![failed(20, 0)]].concat(),
    ];
    let about_first = |events: &[CallEvent]| {
        let facts = Facts::of(events);
        let call = Call::of(&facts);
        let voicemail = call.voicemails.into_iter().find(|message| message.recording == re1());
        let due =
            facts.effects().iter().map(Effect::key).filter(|key| key.contains("RE1")).collect::<Vec<_>>();
        let language = facts.to_transcribe(&re1()).map(ToString::to_string);
        let audio = facts.audio(&re1()).cloned();
        (voicemail.expect("it is listed"), due, language, audio, facts.is_discarded(&re1()))
    };
    for base in bases.map(message) {
        let before = about_first(&base);
        for event in about(recording("RE2")) {
            let with: Vec<CallEvent> = base.iter().chain([&event]).cloned().collect();
            assert_eq!(about_first(&with), before, "{:?}", event.kind);
        }
    }
}

#[test]
fn a_recording_of_no_length_is_no_message() {
    for status in [RecordingStatus::Taken, RecordingStatus::Completed] {
        for (seconds, verdict) in [(0, "abandoned/empty_message"), (1, "voicemail/chosen")] {
            let events = [started(), mailbox(3, 1, MailboxCause::Chosen), ended(15)];
            let events = events.into_iter().chain([recorded(14, "RE1", status, seconds)]).collect::<Vec<_>>();
            let found = Call::of(&Facts::of(&events)).verdict.expect("it has ended");
            assert_eq!(format!("{}/{}", found.outcome, found.reason), verdict, "{status} {seconds}");
        }
    }
}
