//! Twilio's records of calls, recordings and numbers, as its REST API lists them (2010-04-01: Call, Recording,
//! IncomingPhoneNumber), and what they mean. Lenient: unreadable values are left out, not guessed.
use std::collections::BTreeMap;

use frontdesk_domain::call::{
    CarrierCall, CarrierRecord, LegStatus, RecordedLeg, RecordedMessage, RecordingStatus,
};
use frontdesk_domain::{CallerId, LegId, Parties, Timestamp};
use serde::Deserialize;

use crate::form;
use crate::form_mapping::visible_name;

/// One page of a list resource.
#[derive(Debug, Deserialize)]
pub(crate) struct Listing<T> {
    #[serde(alias = "calls", alias = "recordings", alias = "incoming_phone_numbers")]
    pub items: Vec<T>,
    pub next_page_uri: Option<String>,
}

/// A call of the account, inbound or outbound.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct CallResource {
    pub sid: String,
    parent_call_sid: Option<String>,
    from: Option<String>,
    to: Option<String>,
    status: Option<String>,
    direction: Option<String>,
    start_time: Option<String>,
    end_time: Option<String>,
    duration: Option<String>,
    caller_name: Option<String>,
}

/// A recording.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct RecordingResource {
    pub sid: String,
    call_sid: Option<String>,
    status: Option<String>,
    duration: Option<String>,
    date_created: Option<String>,
    /// How it was made: `RecordVerb` for our own `<Record>`; other programs of the account make recordings, too.
    source: Option<String>,
}

impl RecordingResource {
    /// The recording's SID.
    pub fn sid(&self) -> &str {
        &self.sid
    }

    /// Whether its audio can be fetched.
    pub fn is_completed(&self) -> bool {
        self.status.as_deref() == Some("completed")
    }
}

/// A phone number of the account.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct NumberResource {
    phone_number: Option<String>,
    voice_url: Option<String>,
}

impl NumberResource {
    /// The number, if the URL of its voice webhook begins with `ours`.
    pub fn asking(self, ours: &str) -> Option<String> {
        self.phone_number.filter(|_| self.voice_url.is_some_and(|url| url.starts_with(ours)))
    }
}

/// A day in the format of the list filters.
pub(crate) fn wire_day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT00:00:00Z").to_string()
}

/// A time in the format of REST resources (RFC 2822).
fn time(text: Option<&String>) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text?).ok()
}

/// Whether a recording with this source was made by our own `<Record>` and so is a voicemail. Only such recordings are
/// ever shown or deleted (Twilio, "Recordings resource", `source`; `RecordingSource` in callbacks).
pub(crate) fn is_voicemail(source: Option<&str>) -> bool {
    source.is_none_or(|source| source == "RecordVerb")
}

/// Whether a call with that status has ended.
fn is_over(status: &str) -> bool {
    matches!(status, "completed" | "busy" | "failed" | "no-answer" | "canceled")
}

impl CallResource {
    fn came_in(&self) -> bool {
        self.direction.as_deref() == Some("inbound") && self.parent_call_sid.is_none()
    }

    fn leg(&self, carrier: &str) -> Option<RecordedLeg> {
        let status = match self.status.as_deref()? {
            "completed" => LegStatus::Completed,
            "busy" => LegStatus::Busy,
            "no-answer" => LegStatus::NoAnswer,
            "failed" => LegStatus::Failed,
            "canceled" => LegStatus::Canceled,
            _ => return None,
        };
        Some(RecordedLeg {
            leg: LegId::new(carrier, &self.sid).ok()?,
            number: self.to.as_ref().and_then(|to| to.parse().ok()),
            status,
            seconds: self.duration.as_deref().and_then(form::seconds),
            ended_at: time(self.end_time.as_ref()),
        })
    }

    fn record(&self, legs: Vec<RecordedLeg>) -> Option<CarrierRecord> {
        let status = self.status.clone().filter(|status| is_over(status))?;
        Some(CarrierRecord {
            failed: status == "failed",
            status,
            seconds: self.duration.as_deref().and_then(form::seconds),
            started_at: time(self.start_time.as_ref()),
            ended_at: time(self.end_time.as_ref()),
            parties: Parties {
                from: CallerId::read(self.from.as_deref().unwrap_or_default()),
                to: self.to.clone().unwrap_or_default(),
                from_name: self.caller_name.as_deref().map(visible_name).filter(|name| !name.is_empty()),
                from_place: None,
            },
            legs,
        })
    }
}

impl RecordingResource {
    fn message(&self) -> Option<RecordedMessage> {
        if !is_voicemail(self.source.as_deref()) {
            return None;
        }
        let status = match self.status.as_deref()? {
            "completed" => RecordingStatus::Completed,
            "absent" => RecordingStatus::Absent,
            "failed" => RecordingStatus::Failed,
            _ => return None,
        };
        Some(RecordedMessage {
            recording: self.sid.parse().ok()?,
            status,
            seconds: self.duration.as_deref().and_then(form::seconds),
            at: time(self.date_created.as_ref()),
        })
    }
}

/// The inbound calls that began within the span and have ended, each with its legs and recordings.
pub(crate) fn assemble(
    carrier: &str,
    calls: &[CallResource],
    recordings: &[RecordingResource],
    since: Timestamp,
    until: Timestamp,
) -> Vec<CarrierCall> {
    let mut legs: BTreeMap<&str, Vec<&CallResource>> = BTreeMap::new();
    for call in calls {
        if let Some(parent) = &call.parent_call_sid {
            legs.entry(parent).or_default().push(call);
        }
    }
    let mut messages: BTreeMap<&str, Vec<RecordedMessage>> = BTreeMap::new();
    for recording in recordings {
        if let (Some(call), Some(message)) = (&recording.call_sid, recording.message()) {
            messages.entry(call).or_default().push(message);
        }
    }
    let ours = calls.iter().filter(|call| {
        let started = time(call.start_time.as_ref());
        call.came_in() && started.is_some_and(|at| since <= at && at < until)
    });
    ours.filter_map(|call| {
        let mut rung = legs.remove(call.sid.as_str()).unwrap_or_default();
        rung.sort_by_key(|leg| time(leg.start_time.as_ref()));
        let legs = rung.into_iter().filter_map(|leg| leg.leg(carrier)).collect();
        Some(CarrierCall {
            call: LegId::new(carrier, &call.sid).ok()?,
            record: call.record(legs)?,
            messages: messages.remove(call.sid.as_str()).unwrap_or_default(),
        })
    })
    .collect()
}
