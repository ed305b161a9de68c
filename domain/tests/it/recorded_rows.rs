//! The row of every kind of call as it is recorded in a snapshot: when all reports have arrived, while they arrive one
//! after the other, and when any single one of them is lost.
use std::fmt::Write;

use frontdesk_domain::{
    Call, CallEvent, CallerId, CarrierCall, CarrierRecord, CopyFate, DialOutcome, Effect, Ending, EventKind,
    Facts, HoursReason, LegId, LegStatus, MailboxCause, Parties, PhoneEnd, RecordedLeg, RecordedMessage,
    RecordingId, RecordingStatus, RefusalReason, ScreeningAnswer, Sound, StoredAudio, Timeline, Timestamp,
    Traffic,
};

use crate::desk::{CALLER, Desk, FIRST, MAIN, SECOND, stories};

fn begin() -> Timestamp {
    "2026-11-22T09:00:00Z".parse().unwrap()
}

fn leg(name: &str) -> LegId {
    LegId::new("test", name).unwrap()
}

fn recording(name: &str) -> RecordingId {
    name.parse().unwrap()
}

fn at(second: i64, kind: EventKind) -> CallEvent {
    let at = begin() + jiff::SignedDuration::from_secs(second);
    CallEvent { call: leg("CA1"), at, received_at: None, kind }
}

fn started() -> CallEvent {
    let from = CallerId::read(CALLER);
    at(0, EventKind::Started(Parties { from, to: MAIN.into(), from_name: None, from_place: None }))
}

fn ended(second: i64) -> CallEvent {
    let seconds = Some(u32::try_from(second).unwrap());
    at(second, EventKind::Ended(Ending { status: "completed".into(), failed: false, seconds, parties: None }))
}

fn forward(second: i64, step: u16, position: u8, number: &str, screened: bool) -> CallEvent {
    let (forward, number) = ("team".parse().unwrap(), number.parse().unwrap());
    at(second, EventKind::Forward { forward, step, position, number, screened })
}

fn leg_is(second: i64, step: u16, position: u8, status: LegStatus, seconds: Option<u32>) -> CallEvent {
    let leg = leg(&format!("CA-{step}-{position}"));
    at(second, EventKind::Leg { step, position, leg, status, seconds, sip_code: None })
}

fn screening(second: i64, position: u8, answer: ScreeningAnswer) -> CallEvent {
    at(second, EventKind::Screening { step: 2, position, leg: leg(&format!("CA-2-{position}")), answer })
}

fn dial(second: i64, outcome: DialOutcome, of: Option<&str>, seconds: Option<u32>) -> CallEvent {
    let bridged = Some(outcome == DialOutcome::Answered);
    at(second, EventKind::Dial { step: 2, outcome, leg: of.map(leg), bridged, seconds })
}

fn hours(second: i64, why: HoursReason) -> CallEvent {
    at(second, EventKind::Hours { hours: "office".parse().ok(), step: 0, why })
}

fn mailbox(second: i64, step: u16, cause: MailboxCause) -> CallEvent {
    at(second, EventKind::Mailbox { mailbox: "main".parse().unwrap(), step, cause })
}

fn recorded(second: i64, name: &str, status: RecordingStatus, seconds: u32) -> CallEvent {
    at(second, EventKind::Recording { recording: recording(name), status, seconds: Some(seconds) })
}

fn audio() -> StoredAudio {
    StoredAudio { bytes: 4096, sha256: "0".repeat(64), media_type: "audio/x-wav".into() }
}

/// A name, and the events of a call.
type NamedCall = (&'static str, Vec<CallEvent>);

/// Calls that ring two phones at once.
fn calls_to_two_phones() -> Vec<NamedCall> {
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

/// A call with a message of four seconds, and the rest.
fn message(rest: Vec<CallEvent>) -> Vec<CallEvent> {
    let mut events = vec![
        started(),
        mailbox(3, 1, MailboxCause::Chosen),
        recorded(14, "RE1", RecordingStatus::Completed, 4),
    ];
    events.extend(rest);
    events
}

fn re1() -> RecordingId {
    recording("RE1")
}

fn wanted() -> CallEvent {
    at(14, EventKind::TranscriptWanted { recording: re1(), language: "fr-FR".parse().unwrap() })
}

fn stored() -> CallEvent {
    at(16, EventKind::Voicemail { recording: re1(), audio: audio() })
}

fn measured(speech_ms: u32) -> CallEvent {
    let sound = Sound::new(4000, speech_ms, &[0, 40, 90]);
    at(17, EventKind::VoicemailMeasured { recording: re1(), sound })
}

fn transcribed(text: Option<&str>) -> CallEvent {
    at(18, EventKind::Transcribed { recording: re1(), text: text.map(Into::into) })
}

fn copy(second: i64, fate: CopyFate) -> CallEvent {
    at(second, EventKind::CarrierCopy { recording: re1(), fate })
}

fn failed(second: i64, round: u32) -> CallEvent {
    at(second, EventKind::VoicemailFailed { recording: re1(), why: "gone".into(), round })
}

fn retried(round: u32) -> CallEvent {
    at(30, EventKind::VoicemailRetried { recording: re1(), round })
}

/// What becomes of messages.
fn messages() -> Vec<NamedCall> {
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

/// Calls that end otherwise than the flow meant, or never reached us.
fn unusual_ends() -> Vec<NamedCall> {
    vec![
        ("blocked", vec![started(), at(0, EventKind::Refused { why: RefusalReason::Blocked }), ended(0)]),
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

/// What the carrier's own record adds to these events.
fn recovered(events: &[CallEvent], message_seconds: u32) -> Vec<CallEvent> {
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

fn seconds_after_begin(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "-".into(), |at| at.duration_since(begin()).as_secs().to_string())
}

/// A row on one line.
fn row(facts: &Facts) -> String {
    let call = Call::of(facts);
    let or_dash = |value: Option<u32>| value.map_or_else(|| "-".into(), |value| value.to_string());
    let verdict = call.verdict.as_ref().map_or_else(
        || call.activity.map_or("-", |activity| activity.as_str()).to_owned(),
        |verdict| format!("{}/{}", verdict.outcome, verdict.reason),
    );
    let voicemails: Vec<String> = call
        .voicemails
        .iter()
        .map(|message| {
            let mut text = format!("{} {}", message.recording, message.status);
            let _ = write!(text, " {} s", or_dash(message.duration_seconds));
            if message.round > 0 {
                let _ = write!(text, " retry {}", message.round);
            }
            if message.is_empty() {
                text += " silent";
            }
            if let Some(words) = &message.transcript {
                let _ = write!(text, " {words:?}");
            }
            if Some(message) == call.voicemail.as_ref() {
                text += " *";
            }
            text
        })
        .collect();
    let choices: Vec<String> = call.choices.iter().map(ToString::to_string).collect();
    format!(
        "{} {verdict} | began {} answered {} ended {} | call {} talk {} ring {} menu {} | keys [{}] {} | to {} {} | {:?}{}",
        call.state,
        seconds_after_begin(call.started_at),
        seconds_after_begin(call.answered_at),
        seconds_after_begin(call.ended_at),
        or_dash(call.duration_seconds),
        or_dash(call.talk_seconds),
        or_dash(call.ring_seconds),
        or_dash(call.menu_seconds),
        choices.join(","),
        call.choice.as_deref().unwrap_or("-"),
        call.forwarded_to.as_ref().map_or("-", |number| number.as_str()),
        call.mailbox.as_ref().map_or("-", |name| name.as_str()),
        voicemails,
        if call.asks_for_attention() { " asks for attention" } else { "" },
    )
}

/// What else is read off the facts of a whole call.
fn details(facts: &Facts) -> String {
    let call = Call::of(facts);
    let mut text = String::new();
    let evidence = call.verdict.as_ref().map(|verdict| verdict.evidence.join(", ")).unwrap_or_default();
    let _ = writeln!(text, "  evidence: {evidence}");
    let effects: Vec<String> = facts.effects().iter().map(Effect::key).collect();
    let _ = writeln!(text, "  effects: {effects:?}");
    let kinds: Vec<&str> = call.kinds().iter().map(|kind| kind.as_str()).collect();
    let _ = writeln!(text, "  notifications: {kinds:?}");
    let rung: Vec<String> = facts
        .rung()
        .iter()
        .map(|phone| {
            let number = phone.number.as_ref().map_or("-", |number| number.as_str());
            format!("{number} {} {:?}", phone.end, phone.ring_seconds)
        })
        .collect();
    let _ = writeln!(text, "  phones: {rung:?} {:?}", call.phones);
    let route: Vec<String> = facts.route().iter().map(ToString::to_string).collect();
    let _ = writeln!(text, "  route: {route:?}");
    let recordings: Vec<String> = facts
        .every_recording()
        .iter()
        .map(|name| {
            let language = facts.to_transcribe(name).map_or("-", |language| language.primary());
            let bytes = facts.audio(name).map(|audio| audio.bytes);
            format!("{name} discarded {} to transcribe {language} bytes {bytes:?}", facts.is_discarded(name))
        })
        .collect();
    let _ = writeln!(text, "  recordings: {recordings:?}");
    let last = facts.story().last().map(|(_, event)| event.at).unwrap();
    if let Some(timeline) = Timeline::of(facts, call.ended_at.unwrap_or(last)) {
        for lane in &timeline.lanes {
            let spans: Vec<String> = lane
                .spans
                .iter()
                .map(|span| {
                    let from = seconds_after_begin(Some(span.from));
                    format!("{} {from}-{}", span.doing.as_str(), seconds_after_begin(Some(span.to)))
                })
                .collect();
            let who = lane.callee.as_ref().map_or("caller", |number| number.as_str());
            let _ = writeln!(text, "  {who}: {}", spans.join(", "));
        }
    }
    text
}

fn recorded_of(name: &str, events: &[CallEvent]) -> String {
    let facts = Facts::of(events);
    for (identity, event) in facts.story() {
        assert_eq!(facts.event(identity), Some(event), "an event is found by its identity");
    }
    let mut text = format!("{name}\n  row: {}\n{}", row(&facts), details(&facts));
    for arrived in 1..events.len() {
        let last = events[arrived - 1].identity();
        let _ = writeln!(text, "  up to {last}: {}", row(&Facts::of(&events[..arrived])));
    }
    for lost in 0..events.len() {
        let rest: Vec<CallEvent> =
            events.iter().enumerate().filter(|(place, _)| *place != lost).map(|(_, e)| e.clone()).collect();
        if !rest.is_empty() {
            let _ = writeln!(text, "  without {}: {}", events[lost].identity(), row(&Facts::of(&rest)));
        }
    }
    text
}

#[test]
fn rows_of_calls_through_the_built_in_flow() {
    let all: Vec<String> =
        stories().iter().map(|(name, Desk { events, .. })| recorded_of(name, events)).collect();
    insta::assert_snapshot!("rows", all.join("\n"));
}

#[test]
fn rows_of_other_calls() {
    let all: Vec<String> = [calls_to_two_phones(), messages(), unusual_ends()]
        .concat()
        .iter()
        .map(|(name, events)| recorded_of(name, events))
        .collect();
    insta::assert_snapshot!("other_rows", all.join("\n"));
}

#[test]
fn traffic_counts_what_calls_went_through() {
    let mut traffic = Traffic::default();
    let stories = stories();
    for (_, desk) in &stories {
        traffic.add(&desk.facts());
    }
    let mut text = format!("{} calls of {}\n", traffic.calls, stories.len());
    for ((from, to), calls) in &traffic.ways {
        let from = from.as_ref().map_or_else(|| "the beginning".into(), ToString::to_string);
        let _ = writeln!(text, "{from} → {to}: {calls}, to it {}", traffic.came_to(to));
    }
    for ((menu, keys), calls) in &traffic.keys {
        let _ = writeln!(text, "{menu} {keys}: {calls} {}", traffic.pressed(menu, keys));
    }
    for (number, record) in &traffic.phones {
        let _ = writeln!(
            text,
            "{number}: {:?} rung {} not accepted {} soonest {:?} better {:?}",
            record.ends,
            record.rung(),
            record.count(PhoneEnd::NotAccepted),
            record.soonest_unaccepted,
            record.better_ring()
        );
    }
    insta::assert_snapshot!("traffic", text);
}

/// Times that are as far apart as what is still one clock, and a second more.
#[test]
fn clocks_are_corrected_beyond_three_seconds_in_either_direction() {
    let mut text = String::new();
    for ahead in [-120, -4, -3, -2, 0, 2, 3, 4, 120] {
        let shifted = |second: i64, kind: EventKind| {
            let received = begin() + jiff::SignedDuration::from_secs(second);
            let at = received + jiff::SignedDuration::from_secs(ahead);
            CallEvent { call: leg("CA1"), at, received_at: Some(received), kind }
        };
        let events = [started(), forward(3, 2, 0, FIRST, false)]
            .into_iter()
            .chain([
                shifted(4, leg_is(4, 2, 0, LegStatus::Initiated, None).kind),
                shifted(10, leg_is(10, 2, 0, LegStatus::Answered, None).kind),
                shifted(40, leg_is(40, 2, 0, LegStatus::Completed, Some(30)).kind),
                dial(40, DialOutcome::Answered, Some("CA-2-0"), Some(30)),
                shifted(41, ended(41).kind),
            ])
            .collect::<Vec<_>>();
        let _ = writeln!(text, "{ahead:4}: {}", row(&Facts::of(&events)));
    }
    insta::assert_snapshot!("clocks", text);
}
