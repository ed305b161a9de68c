//! The flow page: the current flow with its traffic of the last 24 hours, hours, closure, phones and blocked callers.
use frontdesk_domain::call::{PhoneEnd, PhoneRecord, Traffic};
use frontdesk_domain::flow::{Opening, Schedule};
use frontdesk_domain::{CallFlow, PhoneAddress, Timestamp};
use frontdesk_ports::{Blocked, Closed};
use jiff::civil::Date;
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
    /// Why the change that was just tried was refused.
    pub alert: Option<String>,
    /// The end and the message of a closure that was refused.
    pub written: (String, String),
    pub company: String,
    pub version: String,
    pub closed: Option<ClosedLine>,
    pub hours: Vec<HoursLine>,
    /// The number of paths through the flow, and the longest in seconds.
    pub ways: String,
    pub longest: u64,
    pub drawing: Drawing,
    /// The number of calls in the drawing's traffic.
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

/// The number of days for which hours are shown, from today.
const WEEK: usize = 7;
/// How many days ahead special days are listed, and the most that are listed.
const SPECIAL_DAYS_AHEAD: usize = 90;
const MAX_SPECIAL_DAYS: usize = 8;

/// Opening hours: whether it is open now, and the hours of the coming days, in the schedule's own zone.
#[derive(Debug, Serialize)]
pub(crate) struct HoursLine {
    name: String,
    state: String,
    is_open: bool,
    change: Option<Moment>,
    week: Vec<DayHours>,
    /// Later days with their own hours.
    special: Vec<DayHours>,
}

/// The hours of a day.
#[derive(Debug, Serialize)]
pub(crate) struct DayHours {
    day: String,
    hours: String,
    /// Whether the date has its own hours, as a holiday has.
    is_special: bool,
}

impl HoursLine {
    pub fn all(flow: &CallFlow, now: Timestamp, language: Language) -> Vec<Self> {
        let line = |(name, hours): (&frontdesk_domain::flow::NodeName, &frontdesk_domain::flow::Hours)| {
            let schedule = &hours.schedule;
            let opening = schedule.at(now);
            let today = now.to_zoned_datetime(schedule.zone.clone()).date();
            let days = || today.series(jiff::Span::new().days(1));
            let special =
                days().take(SPECIAL_DAYS_AHEAD).skip(WEEK).filter(|day| schedule.dated(*day).is_some());
            Self {
                name: name.to_string(),
                state: language.say(&format!("opening-{}", opening.as_str())),
                is_open: opening == Opening::Open,
                change: schedule.next_change(now).map(|at| Moment::in_zone(at, &schedule.zone, language)),
                week: days().take(WEEK).map(|day| DayHours::new(schedule, day, language)).collect(),
                special: special
                    .take(MAX_SPECIAL_DAYS)
                    .map(|day| DayHours::new(schedule, day, language))
                    .collect(),
            }
        };
        flow.draft().hours.iter().map(line).collect()
    }
}

impl DayHours {
    fn new(schedule: &Schedule, day: Date, language: Language) -> Self {
        let ranges: Vec<String> = schedule.ranges(day).iter().map(ToString::to_string).collect();
        let hours = match ranges.as_slice() {
            [] => language.say("opening-closed"),
            ranges => ranges.join(", ").replace('-', "\u{2013}"),
        };
        Self { day: language.short_day(day), hours, is_special: schedule.dated(day).is_some() }
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
                .filter(|callee| callee.phone.as_str() == number)
                .map(|callee| callee.ring.as_secs())
                .max()
        };
        let line = |(number, record): (&PhoneAddress, &PhoneRecord)| {
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

/// A blocked caller.
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
