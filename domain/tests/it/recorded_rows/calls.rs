//! The calls of the recorded rows, as events.
use frontdesk_domain::call::{
    CarrierCall, CarrierRecord, CopyFate, DialOutcome, Ending, HoursReason, LegStatus, MailboxCause,
    RecordedLeg, RecordedMessage, RecordingStatus, RefusalReason, ScreeningAnswer, Sound, StoredAudio,
};
use frontdesk_domain::{CallEvent, CallerId, EventKind, Facts, LegId, Parties, RecordingId, Timestamp};

use crate::desk::{CALLER, FIRST, MAIN, SECOND};

pub fn begin() -> Timestamp {
    "2026-11-22T09:00:00Z".parse().unwrap()
}

pub fn leg(name: &str) -> LegId {
    LegId::new("test", name).unwrap()
}

pub fn recording(name: &str) -> RecordingId {
    name.parse().unwrap()
}

pub fn at(second: i64, kind: EventKind) -> CallEvent {
    let at = begin() + jiff::SignedDuration::from_secs(second);
    CallEvent { call: leg("CA1"), at, received_at: None, kind }
}

pub fn started() -> CallEvent {
    let from = CallerId::read(CALLER);
    at(0, EventKind::Started(Parties { from, to: MAIN.into(), from_name: None, from_place: None }))
}

pub fn ended(second: i64) -> CallEvent {
    let seconds = Some(u32::try_from(second).unwrap());
    at(second, EventKind::Ended(Ending { seconds, ..Ending::new("completed") }))
}

pub fn forward(second: i64, step: u16, position: u8, number: &str, screened: bool) -> CallEvent {
    let (forward, number) = ("team".parse().unwrap(), number.parse().unwrap());
    at(second, EventKind::Forward { forward, step, position, number, screened })
}

pub fn leg_is(second: i64, step: u16, position: u8, status: LegStatus, seconds: Option<u32>) -> CallEvent {
    let leg = leg(&format!("CA-{step}-{position}"));
    at(second, EventKind::Leg { step, position, leg, status, seconds, sip_code: None })
}

pub fn screening(second: i64, position: u8, answer: ScreeningAnswer) -> CallEvent {
    at(second, EventKind::Screening { step: 2, position, leg: leg(&format!("CA-2-{position}")), answer })
}

pub fn dial(second: i64, outcome: DialOutcome, of: Option<&str>, seconds: Option<u32>) -> CallEvent {
    let bridged = Some(outcome == DialOutcome::Answered);
    at(second, EventKind::Dial { step: 2, outcome, leg: of.map(leg), bridged, seconds })
}

pub fn hours(second: i64, why: HoursReason) -> CallEvent {
    at(second, EventKind::Hours { hours: "office".parse().ok(), step: 0, why })
}

pub fn mailbox(second: i64, step: u16, cause: MailboxCause) -> CallEvent {
    at(second, EventKind::Mailbox { mailbox: "main".parse().unwrap(), step, cause })
}

pub fn recorded(second: i64, name: &str, status: RecordingStatus, seconds: u32) -> CallEvent {
    at(second, EventKind::Recording { recording: recording(name), status, seconds: Some(seconds) })
}

pub fn audio() -> StoredAudio {
    StoredAudio { bytes: 4096, sha256: "0".repeat(64), media_type: "audio/x-wav".into() }
}

/// A name, and the events of a call.
pub type NamedCall = (&'static str, Vec<CallEvent>);

/// Calls that ring two phones at once.
pub fn calls_to_two_phones() -> Vec<NamedCall> {
    let (initiated, answered, completed) = (LegStatus::Initiated, LegStatus::Answered, LegStatus::Completed);
    let both_ring = |screened| {
        vec![
            started(),
            forward(3, 2, 0, FIRST, screened),
            forward(3, 2, 1, SECOND, screened),
            leg_is(4, 2, 0, initiated, None),
            leg_is(4, 2, 1, initiated, None),
        ]
    };
    let mut one_of_two = both_ring(false);
    one_of_two.extend([
        leg_is(9, 2, 1, answered, None),
        leg_is(9, 2, 0, LegStatus::Canceled, Some(0)),
        leg_is(39, 2, 1, completed, Some(30)),
        dial(39, DialOutcome::Answered, Some("CA-2-1"), Some(30)),
        ended(40),
    ]);
    let mut asked_both = both_ring(true);
    asked_both.extend([
        leg_is(9, 2, 0, answered, None),
        screening(9, 0, ScreeningAnswer::Asked),
        screening(12, 0, ScreeningAnswer::Declined),
        leg_is(13, 2, 0, completed, Some(4)),
        leg_is(24, 2, 1, LegStatus::NoAnswer, Some(0)),
        dial(24, DialOutcome::NoAnswer, None, None),
        mailbox(24, 3, MailboxCause::NoAnswer),
        recorded(34, "RE1", RecordingStatus::Completed, 6),
        ended(34),
    ]);
    vec![
        ("two phones ring at once, the second picks up", one_of_two),
        ("two phones are asked at once, one declines, one rings out", asked_both),
    ]
}

/// A call with a message of four seconds, followed by these events.
pub fn message(rest: Vec<CallEvent>) -> Vec<CallEvent> {
    let mut events = vec![
        started(),
        mailbox(3, 1, MailboxCause::Chosen),
        recorded(14, "RE1", RecordingStatus::Completed, 4),
    ];
    events.extend(rest);
    events
}

pub fn re1() -> RecordingId {
    recording("RE1")
}

pub fn wanted() -> CallEvent {
    at(14, EventKind::TranscriptWanted { recording: re1(), language: "fr-FR".parse().unwrap() })
}

pub fn stored() -> CallEvent {
    at(16, EventKind::Voicemail { recording: re1(), audio: audio() })
}

pub fn measured(speech_ms: u32) -> CallEvent {
    let sound = Sound::new(4000, speech_ms, &[0, 40, 90]);
    at(17, EventKind::VoicemailMeasured { recording: re1(), sound })
}

pub fn transcribed(text: Option<&str>) -> CallEvent {
    at(18, EventKind::Transcribed { recording: re1(), text: text.map(Into::into) })
}

pub fn copy(second: i64, fate: CopyFate) -> CallEvent {
    at(second, EventKind::CarrierCopy { recording: re1(), fate })
}

pub fn failed(second: i64, round: u32) -> CallEvent {
    at(second, EventKind::VoicemailFailed { recording: re1(), why: "gone".into(), round })
}

pub fn retried(round: u32) -> CallEvent {
    at(30, EventKind::VoicemailRetried { recording: re1(), round })
}

/// Every event about a recording.
pub fn about(recording: RecordingId) -> Vec<CallEvent> {
    let sound = Sound::new(9000, 0, &[0, 1, 2]);
    let recording = || recording.clone();
    let statuses = RecordingStatus::VARIANTS.iter();
    let reported = statuses.map(|status| EventKind::Recording {
        recording: recording(),
        status: *status,
        seconds: Some(9),
    });
    let others = [
        EventKind::Voicemail { recording: recording(), audio: StoredAudio { bytes: 9, ..audio() } },
        EventKind::VoicemailMeasured { recording: recording(), sound },
        EventKind::VoicemailFailed { recording: recording(), why: "gone".into(), round: 7 },
        EventKind::VoicemailRetried { recording: recording(), round: 8 },
        EventKind::VoicemailDeleted { recording: recording() },
        EventKind::TranscriptWanted { recording: recording(), language: "nl-NL".parse().unwrap() },
        EventKind::Transcribed { recording: recording(), text: Some("Zzz".into()) },
        EventKind::TranscriptDeleted { recording: recording() },
        EventKind::CarrierCopy { recording: recording(), fate: CopyFate::Deleted },
    ];
    reported.chain(others).map(|kind| at(40, kind)).collect()
}

/// Calls with messages in every state.
pub fn messages() -> Vec<NamedCall> {
    vec![
        (
            "a message is stored, transcribed here, and deleted at the carrier",
            message(vec![
                wanted(),
                copy(14, CopyFate::Unwanted),
                ended(15),
                stored(),
                measured(3000),
                transcribed(Some("Bonjour")),
                copy(19, CopyFate::Deleted),
            ]),
        ),
        (
            "a message without speech, whose transcription failed",
            message(vec![wanted(), ended(15), stored(), measured(0), transcribed(None)]),
        ),
        (
            "a message without speech to the meter, but with words",
            message(vec![ended(15), stored(), measured(0), transcribed(Some("Oui"))]),
        ),
        (
            "audio and transcript are deleted by age",
            message(vec![
                ended(15),
                stored(),
                transcribed(Some("Bonjour")),
                at(40, EventKind::VoicemailDeleted { recording: re1() }),
                at(40, EventKind::TranscriptDeleted { recording: re1() }),
            ]),
        ),
        (
            "a message fails, is retried, and fails again",
            message(vec![ended(15), failed(20, 0), retried(1), failed(31, 1)]),
        ),
        ("a failed message is being retried", message(vec![ended(15), failed(20, 0), retried(1)])),
        (
            "a message is taken back, and another is left",
            message(vec![
                recorded(15, "RE1", RecordingStatus::Discarded, 4),
                recorded(24, "RE2", RecordingStatus::Completed, 7),
                ended(25),
            ]),
        ),
        (
            "a good message and one that failed at the carrier",
            message(vec![recorded(24, "RE2", RecordingStatus::Failed, 0), ended(25)]),
        ),
        (
            "a message that waits for confirmation when the caller hangs up",
            vec![
                started(),
                mailbox(3, 1, MailboxCause::Chosen),
                recorded(14, "RE1", RecordingStatus::Held, 4),
                recorded(14, "RE1", RecordingStatus::Completed, 4),
                ended(15),
            ],
        ),
        (
            "two messages, of which one is stored and the other failed",
            message(vec![
                recorded(24, "RE2", RecordingStatus::Completed, 7),
                ended(25),
                stored(),
                measured(3000),
                transcribed(Some("Bonjour")),
                at(
                    26,
                    EventKind::VoicemailFailed { recording: recording("RE2"), why: "gone".into(), round: 0 },
                ),
            ]),
        ),
        ("a message waits for its transcription", message(vec![wanted(), ended(15), stored()])),
        ("a message waits to be stored and then to be transcribed", message(vec![wanted(), ended(15)])),
        (
            "two messages fail, and one of them is tried again",
            message(vec![
                recorded(24, "RE2", RecordingStatus::Completed, 7),
                ended(25),
                failed(26, 0),
                at(
                    26,
                    EventKind::VoicemailFailed { recording: recording("RE2"), why: "gone".into(), round: 0 },
                ),
                retried(1),
            ]),
        ),
    ]
}

/// Calls that are refused, that end in unusual ways, or that never reached us.
pub fn unusual_ends() -> Vec<NamedCall> {
    vec![
        ("blocked", vec![started(), at(0, EventKind::Refused { why: RefusalReason::Blocked }), ended(0)]),
        (
            "a withheld number is refused",
            vec![started(), at(0, EventKind::Refused { why: RefusalReason::Withheld }), ended(0)],
        ),
        (
            "called too often",
            vec![started(), at(0, EventKind::Refused { why: RefusalReason::Limit }), ended(0)],
        ),
        (
            "an announcement is played to its end",
            vec![
                started(),
                at(0, EventKind::Goodbye { goodbye: "holiday".parse().unwrap(), step: 1 }),
                ended(6),
            ],
        ),
        (
            "closed, and the caller leaves at the mailbox",
            vec![started(), hours(0, HoursReason::Holiday), mailbox(1, 1, MailboxCause::Closed), ended(6)],
        ),
        (
            "closed, and a message is left",
            vec![
                started(),
                hours(0, HoursReason::Closed),
                mailbox(1, 1, MailboxCause::Closed),
                recorded(14, "RE1", RecordingStatus::Completed, 4),
                ended(15),
            ],
        ),
        (
            "closed, with an announcement",
            vec![
                started(),
                hours(0, HoursReason::Closure),
                at(0, EventKind::Goodbye { goodbye: "holiday".parse().unwrap(), step: 1 }),
                ended(6),
            ],
        ),
        ("no report of the end", vec![started(), forward(3, 2, 0, FIRST, true), at(9000, EventKind::Closed)]),
        (
            "no report of the end, in the menu",
            vec![
                started(),
                at(0, EventKind::Menu { menu: "main".parse().unwrap(), step: 1 }),
                at(9000, EventKind::Closed),
            ],
        ),
        ("never reached us, a phone took it", recovered(&[], 0)),
        ("never reached us, a message was left", recovered(&[], 4)),
        (
            "the carrier's record ends a call that we forwarded",
            recovered(
                &[started(), forward(3, 2, 0, FIRST, false), leg_is(4, 2, 0, LegStatus::Initiated, None)],
                0,
            ),
        ),
    ]
}

/// These events, followed by the repairs from the carrier's own record.
pub fn recovered(events: &[CallEvent], message_seconds: u32) -> Vec<CallEvent> {
    let took_it = RecordedLeg {
        leg: leg("CA-2-0"),
        number: FIRST.parse().ok(),
        status: LegStatus::Completed,
        seconds: Some(30),
        ended_at: Some(begin() + jiff::SignedDuration::from_secs(40)),
    };
    let message = RecordedMessage {
        recording: recording("RE1"),
        status: RecordingStatus::Completed,
        seconds: Some(message_seconds),
        at: Some(begin() + jiff::SignedDuration::from_secs(20)),
    };
    let call = CarrierCall {
        call: leg("CA1"),
        record: CarrierRecord {
            status: "completed".into(),
            failed: false,
            seconds: Some(40),
            started_at: Some(begin()),
            ended_at: Some(begin() + jiff::SignedDuration::from_secs(40)),
            parties: Parties {
                from: CallerId::read(CALLER),
                to: MAIN.into(),
                from_name: None,
                from_place: None,
            },
            legs: if message_seconds == 0 { vec![took_it] } else { Vec::new() },
        },
        messages: if message_seconds == 0 { Vec::new() } else { vec![message] },
    };
    let repairs = call.repairs(&Facts::of(events));
    events.iter().cloned().chain(repairs).collect()
}
