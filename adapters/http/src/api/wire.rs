//! Calls as JSON, in the contract's words.
use frontdesk_domain::{Call, Timestamp};
use frontdesk_ports::work::{HandledBy, Work};
use frontdesk_ports::{CallRecord, CallWithEvents, LoggedEvent};
use serde::Serialize;

/// A call.
#[derive(Debug, Serialize)]
pub(crate) struct WireCall {
    id: String,
    provider: String,
    provider_id: String,
    from: Option<String>,
    from_name: Option<String>,
    from_place: Option<String>,
    to: Option<String>,
    state: &'static str,
    /// What a call that is not over is doing.
    activity: Option<&'static str>,
    outcome: Option<&'static str>,
    outcome_reason: Option<&'static str>,
    /// The identities of the events that prove the outcome.
    outcome_evidence: Vec<String>,
    provider_status: Option<String>,
    started_at: Option<String>,
    answered_at: Option<String>,
    ended_at: Option<String>,
    duration_seconds: Option<u32>,
    talk_seconds: Option<u32>,
    ring_seconds: Option<u32>,
    menu_seconds: Option<u32>,
    choices: Vec<String>,
    forwarded_to: Option<String>,
    voicemail: Option<WireVoicemail>,
    work: WireWork,
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<Vec<WireEvent>>,
}

/// A message.
#[derive(Debug, Serialize)]
struct WireVoicemail {
    status: &'static str,
    duration_seconds: Option<u32>,
    transcript: Option<String>,
    audio_url: String,
}

/// What people did about a call.
#[derive(Debug, Serialize)]
struct WireWork {
    needs_attention: bool,
    /// The person who marked the call done …
    handled_by: Option<String>,
    /// … or the later call that did.
    handled_by_call: Option<String>,
    handled_at: Option<String>,
    claimed_by: Option<String>,
    tags: Vec<String>,
    /// How many there are; what they say is for colleagues.
    notes: usize,
}

impl WireWork {
    fn new(work: &Work, needs_attention: bool) -> Self {
        let by = work.handled.as_ref().map(|handled| &handled.by);
        Self {
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

/// One line of a call's story.
#[derive(Debug, Serialize)]
struct WireEvent {
    at: String,
    kind: &'static str,
    /// Its identity, to which `outcome_evidence` refers.
    id: String,
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
            from_place: parties.and_then(|p| p.from_place.clone()),
            to: parties.map(|p| p.to.clone()),
            state: call.state.as_str(),
            activity: call.activity.map(frontdesk_domain::Activity::as_str),
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
            voicemail: call.voicemail.as_ref().map(|message| WireVoicemail {
                status: message.status.as_str(),
                duration_seconds: message.duration_seconds,
                transcript: message.transcript.clone(),
                audio_url,
            }),
            work: WireWork::new(work, record.needs_attention()),
            events: None,
        }
    }
}

impl From<&CallWithEvents> for WireCall {
    fn from(CallWithEvents { record, events }: &CallWithEvents) -> Self {
        let events = events.iter().map(WireEvent::from).collect();
        Self { events: Some(events), ..Self::from(record) }
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
