//! The call page: the call drawn over time, every event, the proof, and the caller's other calls.
use frontdesk_domain::{Doing, Facts, Timeline, Timestamp};
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
    pub related: Vec<CallRow>,
    pub all_related: Option<String>,
    pub next: Option<String>,
    /// The caller's number, if it can be blocked, and whether it is.
    pub block: Option<(String, bool)>,
    /// What went wrong with a change that was just tried.
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

/// One event of the story.
#[derive(Debug, Serialize)]
pub(crate) struct EventLine {
    offset: String,
    moment: Moment,
    seconds: String,
    kind: &'static str,
    text: String,
    proof: bool,
    /// The carrier's own words, for those who manage.
    raw: Vec<(String, String)>,
}

impl EventLine {
    pub fn all(
        CallWithEvents { record, events }: &CallWithEvents,
        viewer: &Viewer,
        manages: bool,
    ) -> Vec<Self> {
        let begun = record.call.started_at;
        let evidence = record.call.verdict.as_ref().map(|v| v.evidence.as_slice()).unwrap_or_default();
        let line = |logged: &frontdesk_ports::LoggedEvent| {
            let event = &logged.event;
            let since = begun.map_or(0, |begun| event.at.duration_since(begun).as_secs());
            let raw = logged.raw.as_ref().filter(|_| manages);
            Self {
                offset: messages::clock(u32::try_from(since).unwrap_or(0)),
                moment: Moment::new(event.at, viewer),
                seconds: event.at.to_zoned_datetime(viewer.zone.clone()).strftime("%H:%M:%S").to_string(),
                kind: event.kind.as_str(),
                text: messages::event(&event.kind, viewer.language),
                proof: evidence.contains(&event.identity()),
                raw: raw.map(|raw| raw.0.to_vec()).unwrap_or_default(),
            }
        };
        events.iter().map(line).collect()
    }
}
