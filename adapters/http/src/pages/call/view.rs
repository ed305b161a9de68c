//! The call page: the call drawn over time, every event, the evidence for the outcome, and the caller's other calls.
use std::collections::BTreeMap;
use std::sync::Arc;

use frontdesk_domain::call::{Doing, ScreeningAnswer, Timeline};
use frontdesk_domain::{EventKind, Facts, Timestamp};
use frontdesk_ports::CallWithEvents;
use serde::Serialize;

use crate::i18n::viewer::Viewer;
use crate::i18n::{messages, phone_format};
use crate::pages::feed::row::{CallRow, Moment};
use crate::pages::frame::Frame;

/// The call page.
#[derive(Debug, Serialize)]
pub(crate) struct CallPage {
    pub frame: Frame,
    pub row: CallRow,
    pub csrf: String,
    pub here: String,
    pub picture: Option<Picture>,
    pub events: Vec<EventLine>,
    /// The event that explains the outcome, as a sentence.
    pub evidence: Option<String>,
    /// The call before this one in the log.
    pub older: Option<String>,
    pub people: Vec<String>,
    pub related: Vec<CallRow>,
    pub all_related: Option<String>,
    pub next: Option<String>,
    /// The caller's number, if it can be blocked, and whether it is.
    pub block: Option<(String, bool)>,
    /// Why the change that was just tried has failed.
    pub alert: Option<String>,
}

/// Width of the drawing.
const WIDTH: i64 = 1000;

/// A call drawn over time.
#[derive(Debug, Serialize)]
pub(crate) struct Picture {
    lanes: Vec<DrawnLane>,
    length: String,
    doings: Vec<DrawnDoing>,
}

#[derive(Debug, Serialize)]
struct DrawnDoing {
    word: &'static str,
    text: String,
}

#[derive(Debug, Serialize)]
struct DrawnLane {
    who: String,
    spans: Vec<DrawnSpan>,
}

#[derive(Debug, Serialize)]
struct DrawnSpan {
    doing: &'static str,
    x: i64,
    width: i64,
    text: String,
}

impl Picture {
    pub fn of(
        CallWithEvents { record, events }: &CallWithEvents,
        now: Timestamp,
        viewer: &Viewer,
    ) -> Option<Self> {
        let language = viewer.language;
        let facts = Facts::of(events.iter().map(|logged| &logged.event));
        let timeline = Timeline::of(&facts, now)?;
        let since = |at: Timestamp| (at.as_millisecond() - timeline.from.as_millisecond()).max(0);
        let whole = since(timeline.to).max(1);
        let home = record.call.parties.as_ref().map(|parties| parties.to.as_str());
        let clock = |millis: i64| messages::clock(u32::try_from((millis + 500) / 1000).unwrap_or(0));
        let mut doings: Vec<Doing> = Vec::new();
        let lanes = timeline.lanes.iter().filter(|lane| !lane.spans.is_empty()).map(|lane| {
            let spans = lane.spans.iter().map(|span| {
                doings.push(span.doing);
                let (from, to) = (since(span.from), since(span.to));
                DrawnSpan {
                    doing: span.doing.as_str(),
                    x: from * WIDTH / whole,
                    width: ((to - from) * WIDTH / whole).max(3),
                    text: language.say_with(
                        "doing-from",
                        [
                            ("doing", messages::doing(span.doing, language).into()),
                            ("length", clock(to - from).into()),
                            ("from", clock(from).into()),
                        ],
                    ),
                }
            });
            let spans = spans.collect();
            let who = match (&lane.callee, lane.is_caller) {
                (_, true) => language.say("lane-caller"),
                (Some(number), _) => phone_format::spoken(number.as_str(), home),
                (None, _) => language.say("lane-phone"),
            };
            DrawnLane { who, spans }
        });
        let lanes: Vec<_> = lanes.collect();
        doings.sort_unstable();
        doings.dedup();
        let doings = doings
            .into_iter()
            .map(|doing| DrawnDoing { word: doing.as_str(), text: messages::doing(doing, language) });
        let doings = doings.collect();
        (!lanes.is_empty()).then(|| Self { lanes, length: clock(whole), doings })
    }
}

/// The document with one element per line, because responses are sent without line breaks.
fn indented(document: &str) -> String {
    document.replace("><", ">\n<")
}

/// One event of the timeline.
#[derive(Debug, Serialize)]
pub(crate) struct EventLine {
    offset: String,
    moment: Moment,
    seconds: String,
    kind: &'static str,
    text: String,
    proof: bool,
    /// The carrier's raw parameters, for admins.
    raw: Vec<(String, String)>,
    /// The response that the carrier got, for admins.
    response: Option<String>,
}

impl EventLine {
    pub fn all(
        CallWithEvents { record, events }: &CallWithEvents,
        viewer: &Viewer,
        // The responses to the carrier by event; `None` unless the viewer is an admin.
        responses: Option<&BTreeMap<String, Arc<str>>>,
    ) -> Vec<Self> {
        let begun = record.call.started_at;
        let home = record.call.parties.as_ref().map(|parties| parties.to.as_str());
        let evidence = record.call.verdict.as_ref().map(|v| v.evidence.as_slice()).unwrap_or_default();
        let line = |logged: &frontdesk_ports::LoggedEvent| {
            let event = &logged.event;
            let since = begun.map_or(0, |begun| event.at.duration_since(begun).as_secs());
            let raw = logged.raw.as_ref().filter(|_| responses.is_some());
            let response = responses.and_then(|responses| responses.get(&event.identity()));
            Self {
                offset: messages::clock(u32::try_from(since).unwrap_or(0)),
                moment: Moment::new(event.at, viewer),
                seconds: event.at.to_zoned_datetime(viewer.zone.clone()).strftime("%H:%M:%S").to_string(),
                kind: event.kind.as_str(),
                text: messages::event(&event.kind, home, viewer.language),
                proof: evidence.contains(&event.identity()),
                raw: raw.map(|raw| raw.0.to_vec()).unwrap_or_default(),
                response: response.map(|response| indented(response)),
            }
        };
        events.iter().map(line).collect()
    }

    /// The event that explains a call's outcome, in a sentence: who did what, and when.
    pub fn evidence(call: &CallWithEvents, viewer: &Viewer) -> Option<String> {
        let CallWithEvents { record, events } = call;
        let verdict = record.call.verdict.as_ref()?;
        let home = record.call.parties.as_ref().map(|parties| parties.to.as_str());
        let language = viewer.language;
        let proofs = events.iter().map(|logged| &logged.event);
        let proofs: Vec<_> = proofs.filter(|event| verdict.evidence.contains(&event.identity())).collect();
        // The callee's own action explains more than the carrier's report about it.
        let by_person = proofs.iter().find(|event| matches!(event.kind, EventKind::Screening { .. }));
        let decisive = by_person.or(proofs.last())?;
        let what = match (&decisive.kind, &record.call.forwarded_to) {
            (EventKind::Screening { answer: ScreeningAnswer::Accepted, .. }, Some(number)) => {
                let contact = viewer.contacts.of(number.as_str()).map(|contact| contact.name.clone());
                let who = contact.unwrap_or_else(|| phone_format::spoken(number.as_str(), home));
                language.say_with("evidence-accepted", [("who", who.into())])
            }
            (kind, _) => messages::event(kind, home, language),
        };
        let time = decisive.at.to_zoned_datetime(viewer.zone.clone()).strftime("%H:%M:%S").to_string();
        let (status, _) = messages::status(&record.call, language);
        Some(
            language.say_with(
                "evidence",
                [("status", status.into()), ("what", what.into()), ("time", time.into())],
            ),
        )
    }
}
