//! Converts rows of the call log to domain values, and back.
use frontdesk_domain::{Call, CallEvent, CallId, EventKind, LegId, Parties, Timestamp};
use frontdesk_ports::{CallRecord, Change, LoggedEvent, RawParameters, SearchTexts, StoreError};
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};

use crate::entity::{call, call_event};
use crate::error::corrupt;

pub(crate) fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

pub(crate) fn timestamp(millis: i64, table: &str, row: &str) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(millis).map_err(|why| corrupt(table, "time", row, why))
}

/// A time reduced to the precision that is stored: milliseconds.
pub(crate) fn at_millisecond(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(millis(at)).unwrap_or(at)
}

/// Serialises a document as JSON. Our own documents never fail: they contain no maps with keys other than strings.
pub(crate) fn json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value)
        .map_err(|why| StoreError::Corrupt(format!("a document cannot be serialised: {why}")))
}

/// The content of an event row's `detail` column: the kind and its data.
#[derive(Serialize, Deserialize)]
struct Detail {
    #[serde(flatten)]
    kind: EventKind,
}

pub(crate) fn event_row(
    call: &str,
    identity: &str,
    event: &CallEvent,
    raw: Option<&RawParameters>,
) -> Result<call_event::ActiveModel, StoreError> {
    Ok(call_event::ActiveModel {
        call_id: Set(call.to_owned()),
        identity: Set(identity.to_owned()),
        at: Set(millis(event.at)),
        received_at: Set(event.received_at.map(millis)),
        kind: Set(event.kind.as_str().to_owned()),
        detail: Set(json(&event.kind)?),
        raw: Set(raw.map(json).transpose()?),
    })
}

pub(crate) fn event_of(row: &call_event::Model, leg: &LegId) -> Result<LoggedEvent, StoreError> {
    let raw = row
        .raw
        .as_deref()
        .map(serde_json::from_str)
        .transpose()
        .map_err(|why| corrupt("call_events", "raw", &row.call_id, why))?;
    Ok(LoggedEvent { event: fact_of(row, leg)?, raw })
}

/// The event without the raw request: a call is derived from events alone.
pub(crate) fn fact_of(row: &call_event::Model, leg: &LegId) -> Result<CallEvent, StoreError> {
    // A kind that this version does not know was written by a newer one on the same database.
    let kind = serde_json::from_str(&row.detail)
        .map_or_else(|_| EventKind::Unknown { identity: row.identity.clone() }, |detail: Detail| detail.kind);
    let at = timestamp(row.at, "call_events", &row.call_id)?;
    let received_at = row.received_at.map(|at| timestamp(at, "call_events", &row.call_id)).transpose()?;
    Ok(CallEvent { call: leg.clone(), at, kind, received_at })
}

/// The number of a change as a database integer.
pub(crate) fn number_of(change: Change) -> i64 {
    i64::try_from(change.0).unwrap_or(i64::MAX)
}

/// The row of a new call. `commit::on_call_conflict` lists the columns that an update may change.
pub(crate) fn call_row(
    record: &CallRecord,
    texts: &mut SearchTexts,
) -> Result<call::ActiveModel, StoreError> {
    let CallRecord { id, leg, call, first_change, change, work: _, work_change: _ } = record;
    let parties = call.parties.as_ref();
    let to = parties.map(|p| p.to.clone());
    let forwarded_to = call.forwarded_to.as_ref().map(ToString::to_string);
    Ok(call::ActiveModel {
        id: Set(id.to_string()),
        provider: Set(leg.carrier().to_owned()),
        provider_id: Set(leg.id().to_owned()),
        started_at: Set(call.started_at.map(millis)),
        ended_at: Set(call.ended_at.map(millis)),
        state: Set(call.state.as_str().to_owned()),
        outcome: Set(call.verdict.as_ref().map(|v| v.outcome.as_str().to_owned())),
        outcome_reason: Set(call.verdict.as_ref().map(|v| v.reason.as_str().to_owned())),
        from_number: Set(parties.and_then(Parties::caller)),
        to_number: Set(to),
        forwarded_to: Set(forwarded_to),
        duration_seconds: Set(call.duration_seconds.map(i64::from)),
        talk_seconds: Set(call.talk_seconds.map(i64::from)),
        search_text: Set(texts.of(call)),
        document: Set(json(call)?),
        change: Set(number_of(*change)),
        serial: Set(Some(number_of(*first_change))),
        attention: Set(i32::from(call.asks_for_attention())),
        handled: Set(0),
        mailbox: Set(call.mailbox.as_ref().map(ToString::to_string)),
        menu: Set(call.menu.as_ref().map(ToString::to_string)),
        wait_ms: Set(call
            .started_at
            .zip(call.answered_at)
            .map(|(from, to)| (millis(to) - millis(from)).max(0))),
        work: Set(None),
        work_version: Set(0),
        work_change: Set(0),
        note_text: Set(String::new()),
        assignee: Set(None),
    })
}

pub(crate) fn record_of(row: &call::Model) -> Result<CallRecord, StoreError> {
    let id: CallId = row.id.parse().map_err(|why| corrupt("calls", "id", &row.id, why))?;
    let leg = LegId::new(&row.provider, &row.provider_id)
        .map_err(|why| corrupt("calls", "provider_id", &row.id, why))?;
    let call: Call =
        serde_json::from_str(&row.document).map_err(|why| corrupt("calls", "document", &row.id, why))?;
    let change = |number: i64, column| {
        u64::try_from(number).map(Change).map_err(|why| corrupt("calls", column, &row.id, why))
    };
    let first_change = change(row.serial.unwrap_or_default(), "serial")?;
    let work_change = change(row.work_change, "work_change")?;
    let change = change(row.change, "change")?;
    let work = row.work.as_deref().map(serde_json::from_str).transpose();
    let work = work.map_err(|why| corrupt("calls", "work", &row.id, why))?.unwrap_or_default();
    Ok(CallRecord { id, leg, call, first_change, change, work, work_change })
}
