//! What the templates are given: one struct and one render function a template, and a test that renders them all.

use frontdesk_domain::{CallState, Timestamp, VoicemailStatus};
use frontdesk_ports::access::Role;
use frontdesk_ports::{CallRecord, CallWithEvents};
use jiff::tz::TimeZone;
use rust_embed::RustEmbed;
use serde::Serialize;
use tera::{Context, Tera};

use crate::State;
use crate::session::Visitor;
use crate::words;

mod upkeep;

pub(crate) use upkeep::{ApiPage, AuditLine, AuditPage, OutageLine, OutagesPage};

/// Every name ends in `.html`: only then tera escapes.
#[derive(RustEmbed)]
#[folder = "templates"]
struct Templates;

/// The templates, parsed.
pub(crate) struct Views(Tera);

impl Views {
    pub fn new() -> Result<Self, tera::Error> {
        let mut tera = Tera::default();
        let files: Vec<(String, String)> = Templates::iter()
            .filter_map(|name| {
                let file = Templates::get(&name)?;
                Some((name.into_owned(), String::from_utf8_lossy(&file.data).into_owned()))
            })
            .collect();
        tera.add_raw_templates(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))?;
        Ok(Self(tera))
    }

    fn render(&self, name: &str, view: &impl Serialize) -> Result<String, tera::Error> {
        self.0.render(name, &Context::from_serialize(view)?)
    }

    pub fn feed(&self, view: &FeedPage) -> Result<String, tera::Error> {
        self.render("feed.html", view)
    }

    pub fn call(&self, view: &CallPage) -> Result<String, tera::Error> {
        self.render("call.html", view)
    }

    pub fn login(&self, view: &LoginPage) -> Result<String, tera::Error> {
        self.render("login.html", view)
    }

    pub fn phone(&self, view: &PhonePage) -> Result<String, tera::Error> {
        self.render("phone.html", view)
    }

    pub fn outages(&self, view: &OutagesPage) -> Result<String, tera::Error> {
        self.render("outages.html", view)
    }

    pub fn audit(&self, view: &AuditPage) -> Result<String, tera::Error> {
        self.render("audit.html", view)
    }

    pub fn api(&self, view: &ApiPage) -> Result<String, tera::Error> {
        self.render("api.html", view)
    }

    /// One row of the feed, for live updates.
    pub fn row(&self, record: &CallRecord, zone: &TimeZone) -> Result<String, tera::Error> {
        self.render("row.html", &RowOnly { row: CallRow::new(record, zone) })
    }
}

/// What surrounds every page of somebody who is signed in.
#[derive(Debug, Serialize)]
pub(crate) struct Frame {
    pub title: &'static str,
    pub user: String,
    pub csrf: String,
    pub has_phone: bool,
    /// Whether they may manage.
    pub manages: bool,
    /// What is wrong just now.
    pub notice: Option<String>,
}

impl Frame {
    pub fn of(state: &State, visitor: &Visitor, title: &'static str) -> Self {
        let person = visitor.person();
        Self {
            title,
            user: person.map(|p| p.user.clone()).unwrap_or_default(),
            csrf: person.map(|p| p.csrf.clone()).unwrap_or_default(),
            has_phone: state.has_phone,
            manages: person.is_some_and(|p| p.role == Role::Admin),
            notice: state.readiness.notice(),
        }
    }
}

/// The feed.
#[derive(Debug, Serialize)]
pub(crate) struct FeedPage {
    pub frame: Frame,
    pub rows: Vec<CallRow>,
    pub filters: Vec<Filter>,
    pub text: String,
    pub filtered: bool,
    pub change: u64,
    pub older: Option<String>,
}

/// An outcome to filter by.
#[derive(Debug, Serialize)]
pub(crate) struct Filter {
    pub word: &'static str,
    pub chosen: bool,
}

/// The call page.
#[derive(Debug, Serialize)]
pub(crate) struct CallPage {
    pub frame: Frame,
    pub row: CallRow,
    pub events: Vec<EventLine>,
}

/// The sign-in page.
#[derive(Debug, Serialize)]
pub(crate) struct LoginPage {
    pub next: String,
    pub error: Option<String>,
    pub name: String,
}

/// The phone page.
#[derive(Debug, Serialize)]
pub(crate) struct PhonePage {
    pub frame: Frame,
    pub rows: Vec<CallRow>,
    pub change: u64,
}

#[derive(Debug, Serialize)]
struct RowOnly {
    row: CallRow,
}

/// A call as the feed shows it.
#[derive(Debug, Serialize)]
pub(crate) struct CallRow {
    id: String,
    caller: String,
    name: Option<String>,
    place: Option<String>,
    to: String,
    simulated: bool,
    state: &'static str,
    status: &'static str,
    class: &'static str,
    reason: &'static str,
    path: String,
    started: Option<Moment>,
    durations: Vec<Duration>,
    forwarded_to: Option<String>,
    voicemail: Option<Message>,
}

/// An instant, for machines and for people.
#[derive(Debug, Serialize)]
struct Moment {
    machine: String,
    day: String,
    time: String,
}

#[derive(Debug, Serialize)]
struct Duration {
    what: &'static str,
    text: String,
}

#[derive(Debug, Serialize)]
struct Message {
    status: &'static str,
    length: Option<String>,
    playable: bool,
    /// Whether it was given up, and can be asked for anew.
    lost: bool,
}

impl Moment {
    fn new(at: Timestamp, zone: &TimeZone) -> Self {
        let local = at.to_zoned(zone.clone());
        Self {
            machine: format!("{at:.3}"),
            day: local.strftime("%-d %b %Y").to_string(),
            time: local.strftime("%H:%M:%S %Z").to_string(),
        }
    }
}

impl CallRow {
    pub fn new(CallRecord { id, leg, call, .. }: &CallRecord, zone: &TimeZone) -> Self {
        let parties = call.parties.as_ref();
        let caller = parties.map_or("Unknown", |p| p.from.as_text().unwrap_or("Withheld"));
        let (status, class) = words::status(call);
        let figures = [
            ("talked", call.talk_seconds),
            ("rang", call.ring_seconds),
            ("in menu", call.menu_seconds),
            ("whole call", call.duration_seconds),
        ];
        let known = figures
            .into_iter()
            .filter_map(|(what, seconds)| Some(Duration { what, text: words::clock(seconds?) }));
        let keys: Vec<String> = call.choices.iter().map(ToString::to_string).collect();
        let path = match &call.choice {
            Some(choice) => format!("{} \u{b7} {choice}", keys.join(", ")),
            None => keys.join(", "),
        };
        Self {
            id: id.to_string(),
            caller: caller.to_owned(),
            name: parties.and_then(|p| p.from_name.clone()),
            place: parties.and_then(|p| p.from_place.clone()),
            to: parties.map(|p| p.to.clone()).unwrap_or_default(),
            simulated: leg.carrier() == "simulator",
            state: if call.state == CallState::Ended { "ended" } else { "live" },
            status,
            class,
            reason: words::reason(call),
            path,
            started: call.started_at.map(|at| Moment::new(at, zone)),
            durations: known.collect(),
            forwarded_to: call.forwarded_to.as_ref().map(ToString::to_string),
            voicemail: call.voicemail.as_ref().map(|message| Message {
                status: message.status.word(),
                length: message.duration_seconds.map(words::clock),
                playable: message.status == VoicemailStatus::Stored,
                lost: message.status == VoicemailStatus::Failed,
            }),
        }
    }
}

/// One event of the story.
#[derive(Debug, Serialize)]
pub(crate) struct EventLine {
    offset: String,
    moment: Moment,
    kind: &'static str,
    text: String,
    proof: bool,
}

impl EventLine {
    pub fn all(CallWithEvents { record, events }: &CallWithEvents, zone: &TimeZone) -> Vec<Self> {
        let begun = record.call.started_at;
        let evidence = record.call.verdict.as_ref().map(|v| v.evidence.as_slice()).unwrap_or_default();
        let line = |logged: &frontdesk_ports::LoggedEvent| {
            let event = &logged.event;
            let since = begun.map_or(0, |begun| event.at.duration_since(begun).as_secs());
            Self {
                offset: words::clock(u32::try_from(since).unwrap_or(0)),
                moment: Moment::new(event.at, zone),
                kind: event.kind.word(),
                text: words::event(&event.kind),
                proof: evidence.contains(&event.identity()),
            }
        };
        events.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests;
