//! The flow page: the flow in force with the traffic of some days on it, hours, closure, phones and blocked callers.
use frontdesk_domain::{CallFlow, Opening, PhoneEnd, Timestamp, Traffic};
use frontdesk_ports::{Blocked, Closed};
use serde::Serialize;

use crate::i18n::locale::Language;
use crate::i18n::phone_format;
use crate::i18n::viewer::Viewer;
use crate::pages::feed::row::Moment;
use crate::pages::flow::drawing::Drawing;
use crate::pages::frame::Frame;

/// The flow page.
#[derive(Debug, Serialize)]
pub(crate) struct FlowPage {
    pub frame: Frame,
    pub csrf: String,
    /// Why something was not done.
    pub alert: Option<String>,
    pub company: String,
    pub version: String,
    pub closed: Option<ClosedLine>,
    pub hours: Vec<HoursLine>,
    /// How many ways there are through the flow, and the longest in seconds.
    pub ways: String,
    pub longest: u64,
    pub drawing: Drawing,
    /// How many calls were counted.
    pub calls: u32,
    pub phones: Vec<PhoneLine>,
    pub blocked: Vec<BlockedLine>,
    pub zone: String,
}

/// The temporary closure, if one is in effect.
#[derive(Debug, Serialize)]
pub(crate) struct ClosedLine {
    until: Moment,
    by: String,
    say: Option<String>,
}

impl ClosedLine {
    pub fn new(closed: Closed, viewer: &Viewer) -> Self {
        Self { until: Moment::new(closed.closure.until, viewer), by: closed.by, say: closed.closure.say }
    }
}

/// Opening hours, as they stand.
#[derive(Debug, Serialize)]
pub(crate) struct HoursLine {
    name: String,
    state: String,
    is_open: bool,
    change: Option<Moment>,
}

impl HoursLine {
    pub fn all(flow: &CallFlow, now: Timestamp, viewer: &Viewer) -> Vec<Self> {
        let line = |(name, hours): (&frontdesk_domain::NodeName, &frontdesk_domain::Hours)| {
            let opening = hours.schedule.at(now);
            Self {
                name: name.to_string(),
                state: viewer.language.say(&format!("opening-{}", opening.as_str())),
                is_open: opening == Opening::Open,
                change: hours.schedule.next_change(now).map(|at| Moment::new(at, viewer)),
            }
        };
        flow.draft().hours.iter().map(line).collect()
    }
}

/// A phone that was rung, and how it answered.
#[derive(Debug, Serialize)]
pub(crate) struct PhoneLine {
    number: String,
    rung: u32,
    taken: u32,
    declined: u32,
    not_accepted: u32,
    unanswered: u32,
    /// Advice on the ring time, if another value would work better.
    advice: Option<String>,
}

impl PhoneLine {
    pub fn all(traffic: &Traffic, flow: &CallFlow, language: Language) -> Vec<Self> {
        let ring = |number: &str| {
            let forwards = flow.draft().forwards.values().flat_map(|forward| &forward.destinations);
            forwards
                .filter(|callee| callee.number.as_str() == number)
                .map(|callee| callee.ring.as_secs())
                .max()
        };
        let line = |(number, record): (&frontdesk_domain::PhoneNumber, &frontdesk_domain::PhoneRecord)| {
            let count = |end| record.count(end);
            let now = ring(number.as_str());
            let better =
                record.better_ring().filter(|better| now.is_some_and(|now| u64::from(*better) < now));
            let advice = better.zip(now).map(|(better, now)| {
                language.say_with(
                    "callee-advice",
                    [
                        ("swallowed", count(PhoneEnd::NotAccepted).into()),
                        ("rung", record.rung().into()),
                        ("better", better.into()),
                        ("now", now.into()),
                    ],
                )
            });
            Self {
                number: phone_format::spoken(number.as_str(), None),
                rung: record.rung(),
                taken: count(PhoneEnd::Taken),
                declined: count(PhoneEnd::Declined),
                not_accepted: count(PhoneEnd::NotAccepted),
                unanswered: count(PhoneEnd::NoAnswer) + count(PhoneEnd::Busy) + count(PhoneEnd::Unreachable),
                advice,
            }
        };
        traffic.phones.iter().map(line).collect()
    }
}

/// A caller who is refused.
#[derive(Debug, Serialize)]
pub(crate) struct BlockedLine {
    number: String,
    shown: String,
    by: String,
    at: Moment,
}

impl BlockedLine {
    pub fn new(blocked: &Blocked, viewer: &Viewer) -> Self {
        Self {
            number: blocked.caller.to_string(),
            shown: match blocked.caller.as_text() {
                Some(text) => phone_format::spoken(text, None),
                None => viewer.language.say("caller-withheld"),
            },
            by: blocked.by.clone(),
            at: Moment::new(blocked.at, viewer),
        }
    }
}
