//! Snapshots of the row of every kind of call: when all reports have arrived, while they arrive one after the other, and
//! when any single one of them is lost.

mod calls;
mod voicemails;

use std::collections::BTreeSet;
use std::fmt::Write;

use frontdesk_domain::call::{DialOutcome, LegStatus, PhoneEnd, Timeline, Traffic};
use frontdesk_domain::{Call, CallEvent, Effect, EventKind, Facts, Reason, Timestamp};

use crate::desk::{FIRST, TestCall, sample_calls};
use calls::{begin, calls_to_two_phones, dial, ended, forward, leg, leg_is, messages, started, unusual_ends};

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

/// Everything else that is derived from the facts of a call.
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
    let taken: Vec<_> = call.phones.iter().map(|(phone, taken)| (phone.as_str(), taken)).collect();
    let _ = writeln!(text, "  phones: {rung:?} {taken:?}");
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
        sample_calls().iter().map(|(name, TestCall { events, .. })| recorded_of(name, events)).collect();
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
fn every_reason_has_a_recorded_call() {
    let through_the_flow = sample_calls().into_iter().map(|(_, desk)| desk.facts());
    let others = [calls_to_two_phones(), messages(), unusual_ends()].concat();
    let all = through_the_flow.chain(others.iter().map(|(_, events)| Facts::of(events)));
    let given: BTreeSet<Reason> = all.filter_map(|facts| Some(Call::of(&facts).verdict?.reason)).collect();
    let without: Vec<&Reason> = Reason::VARIANTS.iter().filter(|reason| !given.contains(reason)).collect();
    assert!(without.is_empty(), "add a call to `sample_calls` or to `unusual_ends` for {without:?}");
}

#[test]
fn traffic_counts_what_calls_went_through() {
    let mut traffic = Traffic::default();
    let sample_calls = sample_calls();
    for (_, desk) in &sample_calls {
        traffic.add(&desk.facts());
    }
    let mut text = format!("{} calls of {}\n", traffic.calls, sample_calls.len());
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

/// Clock differences at the tolerance, one second above it, and far above it.
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
