//! A call as a row of the feed, and as the header of its own page.
use frontdesk_domain::call::{CallState, Sound, VoicemailStatus};
use frontdesk_domain::{Parties, Timestamp, Voicemail};
use frontdesk_ports::CallRecord;
use frontdesk_ports::work::{HandledBy, Work};
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::i18n::locale::Language;
use crate::i18n::viewer::Viewer;
use crate::i18n::{messages, phone_format};

/// A call as the feed shows it.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one thing that a template may ask, in any combination"
)]
#[derive(Debug, Serialize)]
pub(crate) struct CallRow {
    pub id: String,
    /// The caller's number, formatted, or a text such as "Withheld".
    pub caller: String,
    /// The number to call back, if there is one.
    pub tel: Option<String>,
    country: Option<String>,
    name: Option<String>,
    /// The caller's name, or else the number.
    who: String,
    /// The number to save the caller under as a contact, if possible, and the URL of the form.
    caller_key: Option<String>,
    contact_address: String,
    /// Whether the caller is a contact, and the contact's company.
    is_contact: bool,
    company: String,
    place: Option<String>,
    to: String,
    simulated: bool,
    /// The call's carrier.
    carrier: String,
    hung_up_by: Option<String>,
    pub live: bool,
    status: String,
    pub class: &'static str,
    reason: String,
    path: String,
    pub started: Option<Moment>,
    durations: Vec<Duration>,
    /// The most important duration, and all of them as text.
    long: Option<String>,
    long_detail: String,
    forwarded_to: Option<String>,
    took_it: bool,
    voicemail: Option<Message>,
    /// The call's other voicemails.
    more_voicemails: Vec<Message>,
    work: WorkDone,
    attention: bool,
}

/// An instant, for machines and for people.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Moment {
    pub machine: String,
    /// The day as `2026-11-25`.
    pub key: String,
    pub day: String,
    pub time: String,
}

#[derive(Debug, Serialize)]
struct Duration {
    what: String,
    text: String,
}

#[derive(Debug, Serialize)]
struct Message {
    /// The path of the audio.
    address: String,
    status: &'static str,
    length: Option<String>,
    playable: bool,
    /// Whether the download failed permanently and can be retried.
    lost: bool,
    /// How much of it is speech, as a phrase.
    speech: Option<String>,
    empty: bool,
    /// Its waveform, as a path in an SVG that is 288 wide and 32 high.
    outline: Option<String>,
    /// The transcript.
    transcript: Option<String>,
    played_by: Vec<String>,
}

#[derive(Debug, Serialize)]
struct WorkDone {
    decisions: u64,
    handled: Option<String>,
    by_later_call: Option<String>,
    handled_at: Option<Moment>,
    claimed: Option<String>,
    tags: Vec<TagLink>,
    notes: Vec<NoteLine>,
}

#[derive(Debug, Serialize)]
struct TagLink {
    word: String,
    address: String,
}

impl TagLink {
    fn new(tag: &str) -> Self {
        let word: String = form_urlencoded::byte_serialize(tag.as_bytes()).collect();
        Self { word: tag.to_owned(), address: format!("/?tag={word}") }
    }
}

#[derive(Debug, Serialize)]
struct NoteLine {
    by: String,
    at: Moment,
    text: String,
}

impl Moment {
    pub fn new(at: Timestamp, viewer: &Viewer) -> Self {
        Self::in_zone(at, &viewer.zone, viewer.language)
    }

    pub fn in_zone(at: Timestamp, zone: &TimeZone, language: Language) -> Self {
        let local = at.to_zoned_datetime(zone.clone());
        Self {
            machine: format!("{at:.3}"),
            key: local.date().to_string(),
            day: language.day(local.date()),
            time: local.strftime("%H:%M").to_string(),
        }
    }
}

impl WorkDone {
    fn new(work: &Work, viewer: &Viewer) -> Self {
        let handled = work.handled.as_ref();
        Self {
            decisions: work.decisions,
            handled: handled.map(|handled| match &handled.by {
                HandledBy::Person(person) => person.clone(),
                HandledBy::LaterCall(_) => viewer.language.say("later-call"),
            }),
            by_later_call: handled.and_then(|handled| match &handled.by {
                HandledBy::LaterCall(call) => Some(call.to_string()),
                HandledBy::Person(_) => None,
            }),
            handled_at: handled.map(|handled| Moment::new(handled.at, viewer)),
            claimed: work.claimed.as_ref().map(|claimed| claimed.by.clone()),
            tags: work.tags.iter().map(|tag| TagLink::new(tag)).collect(),
            notes: work
                .notes
                .iter()
                .map(|note| NoteLine {
                    by: note.by.clone(),
                    at: Moment::new(note.at, viewer),
                    text: note.text.clone(),
                })
                .collect(),
        }
    }
}

impl Message {
    fn new(address: String, message: &Voicemail, work: &Work, viewer: &Viewer) -> Self {
        let seconds = |millis: u32| millis.div_ceil(1000);
        Self {
            address,
            status: message.status.as_str(),
            length: message.duration_seconds.map(messages::clock),
            playable: message.status == VoicemailStatus::Stored,
            lost: message.status == VoicemailStatus::Failed,
            speech: message.sound.as_ref().map(|sound| {
                let id = if sound.has_speech() { "speech" } else { "speech-none" };
                let of = [
                    ("speech", seconds(sound.speech_ms).into()),
                    ("length", seconds(sound.length_ms).into()),
                ];
                viewer.language.say_with(id, of)
            }),
            empty: message.is_empty(),
            outline: message.sound.as_ref().map(outline),
            transcript: message.transcript.clone(),
            played_by: work.played.iter().map(|played| played.by.clone()).collect(),
        }
    }
}

/// Bars around a middle line. Each is the loudest of three bars of the sound, because a row has no room for more.
fn outline(sound: &Sound) -> String {
    let bars: Vec<u8> = sound.bars().collect();
    let loudest = bars.chunks(3).map(|bars| bars.iter().copied().max().unwrap_or_default());
    let bar = |(place, height): (usize, u8)| {
        let half = 1 + u32::from(height) * 15 / 255;
        format!("M{} {}v{}", place * 9 + 4, 16 - half, half * 2)
    };
    loudest.enumerate().map(bar).collect()
}

/// The URL of the form that makes a caller a contact and then returns to the call.
fn contact_address(caller: &str, call: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("caller", caller)
        .append_pair("back", &format!("/calls/{call}"))
        .finish();
    format!("/contacts?{query}")
}

impl CallRow {
    pub fn new(record: &CallRecord, viewer: &Viewer) -> Self {
        let language = viewer.language;
        let CallRecord { id, leg, call, work, .. } = record;
        let parties = call.parties.as_ref();
        let number = parties.and_then(|p| p.from.as_text());
        let home = parties.map(|p| p.to.as_str());
        let caller = match (parties, number) {
            (None, _) => language.say("caller-unknown"),
            (Some(_), None) => language.say("caller-withheld"),
            (Some(_), Some(number)) => phone_format::spoken(number, home),
        };
        let (status, class) = messages::status(call, language);
        let figures = [
            ("for-talk", call.talk_seconds),
            ("for-rang", call.ring_seconds),
            ("for-menu", call.menu_seconds),
            ("for-all", call.duration_seconds),
        ];
        let key = parties.filter(|p| p.from.identifies(&p.to)).and_then(Parties::caller);
        let long = call.talk_seconds.filter(|_| call.answered_at.is_some()).or(call.duration_seconds);
        let contact = parties.and_then(|p| viewer.contacts.of(&p.caller()?).cloned());
        let known = figures.into_iter().filter_map(|(what, seconds)| {
            Some(Duration { text: messages::clock(seconds?), what: language.say(what) })
        });
        let durations: Vec<Duration> = known.collect();
        let name = contact.as_ref().map(|contact| contact.name.clone());
        let name = name.or_else(|| parties.and_then(|p| p.from_name.clone()));
        let keys: Vec<String> = call.choices.iter().map(ToString::to_string).collect();
        let path = match &call.choice {
            Some(choice) => format!("{} \u{b7} {choice}", keys.join(", ")),
            None => keys.join(", "),
        };
        let others = call.voicemails.iter().filter(|message| Some(*message) != call.voicemail.as_ref());
        let more = others.map(|message| {
            Message::new(format!("/calls/{id}/voicemails/{}", message.recording), message, work, viewer)
        });
        Self {
            id: id.to_string(),
            tel: number.filter(|number| number.starts_with('+')).map(ToOwned::to_owned),
            country: number.and_then(phone_format::country),
            contact_address: key
                .as_deref()
                .map(|key| contact_address(key, &id.to_string()))
                .unwrap_or_default(),
            caller_key: key,
            is_contact: contact.is_some(),
            company: contact.map(|contact| contact.company).unwrap_or_default(),
            who: name.clone().unwrap_or_else(|| caller.clone()),
            name,
            caller,
            place: parties.and_then(|p| p.from_place.clone()),
            to: parties.map(|p| phone_format::spoken(&p.to, home)).unwrap_or_default(),
            simulated: leg.carrier() == "simulator",
            carrier: messages::carrier(leg.carrier(), language),
            hung_up_by: call.hung_up_by.map(|by| language.say(&format!("hung-up-{by}"))),
            live: call.state != CallState::Ended,
            status,
            class,
            reason: messages::reason(call, language),
            path,
            started: call.started_at.map(|at| Moment::new(at, viewer)),
            long: long.map(messages::clock),
            long_detail: durations
                .iter()
                .map(|d| format!("{} {}", d.what, d.text))
                .collect::<Vec<_>>()
                .join(", "),
            durations,
            forwarded_to: call
                .forwarded_to
                .as_ref()
                .map(|number| phone_format::spoken(number.as_str(), home)),
            took_it: call.answered_at.is_some(),
            voicemail: call
                .voicemail
                .as_ref()
                .map(|message| Message::new(format!("/calls/{id}/voicemail"), message, work, viewer)),
            more_voicemails: more.collect(),
            work: WorkDone::new(work, viewer),
            attention: record.needs_attention(),
        }
    }
}
