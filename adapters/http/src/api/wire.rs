//! Calls as JSON, in the API's format.
use frontdesk_domain::call::{Activity, CallState, HungUpBy, VoicemailStatus};
use frontdesk_domain::{Call, Outcome, Parties, Timestamp, Voicemail};
use frontdesk_ports::work::{HandledBy, Work};
use frontdesk_ports::{CallRecord, CallWithEvents, ContactBook, LoggedEvent};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use strum::VariantArray;

use crate::middleware::path_prefix::PathPrefix;

/// A page of calls.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CallPage {
    pub calls: Vec<WireCall>,
    /// `cursor` of the next page; `null` on the last one.
    pub next_cursor: Option<String>,
}

/// A call.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Call")]
pub(crate) struct WireCall {
    /// A ULID; it sorts by the time the call started.
    id: String,
    /// The carrier.
    provider: String,
    /// The call's id at the carrier.
    provider_id: String,
    /// The caller's number in E.164 or address; `null` when withheld.
    from: Option<String>,
    /// The caller's name, if the network sent one.
    from_name: Option<String>,
    /// The contact with that number.
    contact: Option<WireContact>,
    /// The place of the caller's number.
    from_place: Option<String>,
    /// The number that was called.
    to: Option<String>,
    #[schemars(schema_with = "one_of::<CallState>")]
    state: &'static str,
    /// What is happening in a call that has not ended.
    #[schemars(schema_with = "one_of_or_null::<Activity>")]
    activity: Option<&'static str>,
    #[schemars(schema_with = "one_of_or_null::<Outcome>")]
    outcome: Option<&'static str>,
    /// Why the call ended as it did; further reasons may be added.
    outcome_reason: Option<&'static str>,
    /// The ids of the events that prove the outcome.
    outcome_evidence: Vec<String>,
    /// The carrier's status of the ended call.
    provider_status: Option<String>,
    #[schemars(extend("format" = "date-time"))]
    started_at: Option<String>,
    #[schemars(extend("format" = "date-time"))]
    answered_at: Option<String>,
    #[schemars(extend("format" = "date-time"))]
    ended_at: Option<String>,
    duration_seconds: Option<u32>,
    /// How long caller and callee spoke.
    talk_seconds: Option<u32>,
    /// How long the caller waited while phones rang; phones that ring at once count once.
    ring_seconds: Option<u32>,
    /// How long the caller was in menus.
    menu_seconds: Option<u32>,
    /// The keys that the caller pressed, in order.
    choices: Vec<String>,
    /// The number that answered, or the last that was called.
    forwarded_to: Option<String>,
    /// Who ended the call: the caller, the callee, the call flow, or nobody, because the line was lost; `null` while it
    /// goes on, and if the carrier does not say.
    #[schemars(schema_with = "one_of_or_null::<HungUpBy>")]
    hung_up_by: Option<&'static str>,
    /// The voicemail that represents the call: of several, the latest with audio.
    voicemail: Option<WireVoicemail>,
    /// All voicemails of the call, oldest first.
    voicemails: Vec<WireVoicemail>,
    work: WireWork,
}

/// A contact.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Contact")]
struct WireContact {
    name: String,
    /// The company; `null` if there is none.
    company: Option<String>,
}

/// What a call's representation needs besides the call: the path prefix for links, and the contacts.
pub struct CallContext<'a> {
    /// The path that a proxy strips.
    pub prefix: &'a PathPrefix,
    /// The contacts.
    pub contacts: &'a ContactBook,
}

/// A call with its events.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CallWithEvents")]
pub(crate) struct WireCallWithEvents {
    #[serde(flatten)]
    call: WireCall,
    /// What happened, in order.
    events: Vec<WireEvent>,
}

/// A voicemail.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Voicemail")]
struct WireVoicemail {
    /// The recording's id.
    id: String,
    #[schemars(schema_with = "one_of::<VoicemailStatus>")]
    status: &'static str,
    duration_seconds: Option<u32>,
    transcript: Option<String>,
    audio_url: String,
}

impl WireVoicemail {
    fn new(message: &Voicemail, audio_url: String) -> Self {
        let Voicemail { recording, status, duration_seconds, transcript, .. } = message;
        let (id, status, transcript) = (recording.to_string(), status.as_str(), transcript.clone());
        Self { id, status, duration_seconds: *duration_seconds, transcript, audio_url }
    }
}

/// The follow-up of a call.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Work")]
struct WireWork {
    /// Grows with every change; a change names the version that it was decided on.
    version: u64,
    /// A missed call or a voicemail that nobody has marked done.
    needs_attention: bool,
    /// The person who marked the call done.
    handled_by: Option<String>,
    /// The id of the later call that marked it done.
    handled_by_call: Option<String>,
    #[schemars(extend("format" = "date-time"))]
    handled_at: Option<String>,
    /// The user that it is assigned to.
    claimed_by: Option<String>,
    tags: Vec<String>,
    /// How many notes there are; their text is for colleagues.
    notes: usize,
}

impl WireCall {
    /// A call, with its contact and with links below the prefix.
    pub fn new(record: &CallRecord, CallContext { prefix, contacts }: &CallContext) -> Self {
        let mut call = Self::from(record).under(prefix);
        let caller = record.call.parties.as_ref().and_then(Parties::caller);
        call.contact = caller.and_then(|caller| contacts.of(&caller)).map(|contact| WireContact {
            name: contact.name.clone(),
            company: Some(contact.company.clone()).filter(|company| !company.is_empty()),
        });
        call
    }

    /// The same call, with links that begin with the prefix.
    fn under(mut self, prefix: &PathPrefix) -> Self {
        for voicemail in self.voicemail.iter_mut().chain(&mut self.voicemails) {
            voicemail.audio_url = prefix.path(&voicemail.audio_url);
        }
        self
    }
}

impl WireCallWithEvents {
    /// A call with its events, its contact, and links below the prefix.
    pub fn new(CallWithEvents { record, events }: &CallWithEvents, context: &CallContext) -> Self {
        Self { call: WireCall::new(record, context), events: events.iter().map(WireEvent::from).collect() }
    }
}

/// The names of an enum's values.
pub(crate) fn one_of<T: VariantArray + Into<&'static str> + Copy>(_: &mut SchemaGenerator) -> Schema {
    let names: Vec<&str> = T::VARIANTS.iter().map(|value| (*value).into()).collect();
    json_schema!({"type": "string", "enum": names})
}

/// The names of an enum's values, or null.
fn one_of_or_null<T: VariantArray + Into<&'static str> + Copy>(_: &mut SchemaGenerator) -> Schema {
    let names = T::VARIANTS.iter().map(|value| Some((*value).into()));
    json_schema!({"enum": names.chain([None]).collect::<Vec<Option<&str>>>()})
}

impl WireWork {
    fn new(work: &Work, needs_attention: bool) -> Self {
        let by = work.handled.as_ref().map(|handled| &handled.by);
        Self {
            version: work.version,
            needs_attention,
            handled_by: by.and_then(|by| match by {
                HandledBy::Person(person) => Some(person.clone()),
                HandledBy::LaterCall(_) => None,
            }),
            handled_by_call: by.and_then(|by| match by {
                HandledBy::Person(_) => None,
                HandledBy::LaterCall(call) => Some(call.to_string()),
            }),
            handled_at: work.handled.as_ref().map(|handled| instant(handled.at)),
            claimed_by: work.claimed.as_ref().map(|claimed| claimed.by.clone()),
            tags: work.tags.iter().cloned().collect(),
            notes: work.notes.len(),
        }
    }
}

/// An event of a call.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Event")]
struct WireEvent {
    #[schemars(extend("format" = "date-time"))]
    at: String,
    /// What happened; further kinds may be added.
    kind: &'static str,
    /// Its identity, to which `outcome_evidence` refers.
    id: String,
    /// What the event carries, by its kind; null when it carries nothing.
    detail: serde_json::Value,
}

/// An instant with milliseconds, UTC.
pub(crate) fn instant(at: Timestamp) -> String {
    format!("{at:.3}")
}

impl From<&CallRecord> for WireCall {
    fn from(record: &CallRecord) -> Self {
        let CallRecord { id, leg, call, work, .. } = record;
        let Call { parties, verdict, .. } = call;
        let parties = parties.as_ref();
        let audio_url = format!("/api/v1/calls/{id}/voicemail");
        Self {
            id: id.to_string(),
            provider: leg.carrier().to_owned(),
            provider_id: leg.id().to_owned(),
            from: parties.and_then(|p| p.from.as_text()).map(ToOwned::to_owned),
            from_name: parties.and_then(|p| p.from_name.clone()),
            contact: None,
            from_place: parties.and_then(|p| p.from_place.clone()),
            to: parties.map(|p| p.to.clone()),
            state: call.state.as_str(),
            activity: call.activity.map(Activity::as_str),
            outcome: verdict.as_ref().map(|v| v.outcome.as_str()),
            outcome_reason: verdict.as_ref().map(|v| v.reason.as_str()),
            outcome_evidence: verdict.as_ref().map(|v| v.evidence.clone()).unwrap_or_default(),
            provider_status: call.provider_status.clone(),
            started_at: call.started_at.map(instant),
            answered_at: call.answered_at.map(instant),
            ended_at: call.ended_at.map(instant),
            duration_seconds: call.duration_seconds,
            talk_seconds: call.talk_seconds,
            ring_seconds: call.ring_seconds,
            menu_seconds: call.menu_seconds,
            choices: call.choices.iter().map(ToString::to_string).collect(),
            forwarded_to: call.forwarded_to.as_ref().map(ToString::to_string),
            hung_up_by: call.hung_up_by.map(HungUpBy::as_str),
            voicemail: call.voicemail.as_ref().map(|message| WireVoicemail::new(message, audio_url.clone())),
            voicemails: call
                .voicemails
                .iter()
                .map(|message| WireVoicemail::new(message, format!("{audio_url}s/{}", message.recording)))
                .collect(),
            work: WireWork::new(work, record.needs_attention()),
        }
    }
}

impl From<&LoggedEvent> for WireEvent {
    fn from(LoggedEvent { event, .. }: &LoggedEvent) -> Self {
        // The domain's own document: `{"kind": …, "detail": …}`.
        let document = serde_json::to_value(&event.kind).unwrap_or_default();
        let detail = document.get("detail").cloned().unwrap_or_default();
        Self { at: instant(event.at), kind: event.kind.as_str(), id: event.identity(), detail }
    }
}
