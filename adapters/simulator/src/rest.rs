//! The part of the carrier's REST API (2010-04-01) that a front desk uses: lists of calls and recordings, and recordings by
//! SID, with Basic auth.

mod lists;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use jiff::Timestamp;
use poem::http::{StatusCode, header};
use poem::web::{Data, Json, Path, Query};
use poem::{Body, Endpoint, EndpointExt, Request, Response, Route, delete, get, handler, put};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::records::{CallRecord, CarrierRecords, StoredRecording};
use crate::time::rfc2822;
use crate::wire::{Credentials, Wire};

use lists::{Paging, Within};

/// The maximum size of a message: somewhat more than an hour of a recording by Twilio.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// The REST routes of the simulated carrier.
pub fn rest_routes(
    credentials: &Credentials,
    records: Arc<CarrierRecords>,
) -> impl Endpoint<Output = Response> + use<> {
    let expected = basic(credentials);
    Route::new()
        .at("/2010-04-01/Accounts/:account/Calls.json", get(list_calls))
        .at("/2010-04-01/Accounts/:account/Calls/:name", delete(delete_call))
        .at("/2010-04-01/Accounts/:account/IncomingPhoneNumbers.json", get(list_numbers))
        .at("/2010-04-01/Accounts/:account/Recordings.json", get(list_recordings))
        .at("/2010-04-01/Accounts/:account/Recordings/:name", get(one_recording).delete(delete_recording))
        .at("/simulator/recordings/:sid", put(store_recording))
        .at("/simulator/calls", put(store_call))
        .data(records)
        .around(move |endpoint, req: Request| {
            let allowed = req.header(header::AUTHORIZATION) == Some(expected.as_str());
            async move {
                if allowed {
                    Ok(endpoint.get_response(req).await)
                } else {
                    Ok(StatusCode::UNAUTHORIZED.into())
                }
            }
        })
}

fn basic(Credentials { account_sid, auth_token }: &Credentials) -> String {
    format!("Basic {}", STANDARD.encode(format!("{account_sid}:{auth_token}")))
}

#[handler]
fn list_calls(
    Data(records): Data<&Arc<CarrierRecords>>,
    Query(paging): Query<Paging>,
    Query(within): Query<Within>,
    uri: &poem::http::Uri,
) -> Json<Value> {
    let call = |call: &CallRecord| {
        json!({
            "sid": call.sid, "parent_call_sid": call.parent_call_sid, "from": call.from, "to": call.to,
            "caller_name": call.caller_name, "status": call.status, "direction": call.direction,
            "start_time": rfc2822(call.started_at), "end_time": rfc2822(call.ended_at),
            "duration": call.seconds.to_string(), "api_version": "2010-04-01",
        })
    };
    let calls = records.calls();
    let calls: Vec<Value> =
        calls.iter().rev().filter(|call| within.holds(call.started_at)).map(call).collect();
    paging.of(uri, "calls", &calls)
}

/// The simulated carrier lists no numbers, because it accepts any.
#[handler]
fn list_numbers(Query(paging): Query<Paging>, uri: &poem::http::Uri) -> Json<Value> {
    paging.of(uri, "incoming_phone_numbers", &[])
}

fn recording_resource(account: &str, sid: &str, recording: &StoredRecording) -> Value {
    let seconds = crate::wav_seconds(&recording.audio).unwrap_or(0).to_string();
    json!({
        "sid": sid, "account_sid": account, "call_sid": recording.call, "status": "completed",
        "source": recording.source, "channels": 1, "duration": seconds,
        "date_created": rfc2822(recording.created_at), "api_version": "2010-04-01",
    })
}

#[handler]
fn list_recordings(
    Data(records): Data<&Arc<CarrierRecords>>,
    Path(account): Path<String>,
    Query(paging): Query<Paging>,
    Query(within): Query<Within>,
    uri: &poem::http::Uri,
) -> Json<Value> {
    let all = records.recordings();
    let created = all.iter().filter(|(_, recording)| within.holds(recording.created_at));
    let resources: Vec<Value> =
        created.map(|(sid, recording)| recording_resource(&account, sid, recording)).collect();
    paging.of(uri, "recordings", &resources)
}

#[handler]
fn one_recording(
    Data(records): Data<&Arc<CarrierRecords>>,
    Path((account, name)): Path<(String, String)>,
) -> Response {
    let (sid, kind) = name.split_once('.').unwrap_or((&name, "wav"));
    let found = match kind {
        "wav" => records.fetch(sid).map(|audio| Response::builder().content_type("audio/x-wav").body(audio)),
        "json" => records.recording(sid).map(|recording| {
            let body = recording_resource(&account, sid, &recording);
            Response::builder().content_type("application/json").body(body.to_string())
        }),
        _ => None,
    };
    found.unwrap_or_else(|| {
        Response::builder()
            .status(StatusCode::NOT_FOUND)
            .content_type("application/json")
            .body(r#"{"status":404,"code":20404,"message":"The requested resource was not found"}"#)
    })
}

/// The SID in a resource's name, with or without an extension.
fn sid_of(name: &str) -> &str {
    name.split_once('.').map_or(name, |(sid, _)| sid)
}

fn deleted(was_there: bool) -> StatusCode {
    if was_there { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

#[handler]
fn delete_recording(
    Data(records): Data<&Arc<CarrierRecords>>,
    Path((_, name)): Path<(String, String)>,
) -> StatusCode {
    deleted(records.delete_recording(sid_of(&name)))
}

#[handler]
fn delete_call(
    Data(records): Data<&Arc<CarrierRecords>>,
    Path((_, name)): Path<(String, String)>,
) -> StatusCode {
    deleted(records.delete_call(sid_of(&name)))
}

/// The description of a recording that a simulated carrier in another process uploads.
#[derive(Debug, Serialize, Deserialize)]
struct Description {
    call: String,
    source: String,
    created_at: Timestamp,
}

#[handler]
async fn store_recording(
    Data(records): Data<&Arc<CarrierRecords>>,
    Path(sid): Path<String>,
    Query(Description { call, source, created_at }): Query<Description>,
    body: Body,
) -> StatusCode {
    match body.into_bytes_limit(MAX_BYTES).await {
        Ok(audio) => {
            records.store_recording(&sid, StoredRecording { call, source, created_at, audio });
            StatusCode::CREATED
        }
        Err(_) => StatusCode::PAYLOAD_TOO_LARGE,
    }
}

#[handler]
fn store_call(Data(records): Data<&Arc<CarrierRecords>>, Json(call): Json<CallRecord>) -> StatusCode {
    records.store_call(call);
    StatusCode::CREATED
}

/// Uploads a recording to a simulated carrier in another process.
pub async fn upload(wire: &Wire, api_url: &str, sid: &str, recording: StoredRecording) -> Result<(), String> {
    let StoredRecording { call, source, created_at, audio } = recording;
    let url = format!("{}/simulator/recordings/{sid}", api_url.trim_end_matches('/'));
    let query = [("call", call), ("source", source), ("created_at", created_at.to_string())];
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    send(wire, &format!("{url}?{query}"), audio, "application/octet-stream").await
}

/// Uploads the record of a call to a simulated carrier in another process.
pub(crate) async fn upload_call(wire: &Wire, api_url: &str, call: &CallRecord) -> Result<(), String> {
    let body = serde_json::to_vec(call).map_err(|error| error.to_string())?;
    let url = format!("{}/simulator/calls", api_url.trim_end_matches('/'));
    send(wire, &url, Bytes::from(body), "application/json").await
}

async fn send(wire: &Wire, url: &str, body: Bytes, media_type: &str) -> Result<(), String> {
    let Credentials { account_sid, auth_token } = &wire.credentials;
    let request = wire.http().put(url).basic_auth(account_sid, Some(auth_token)).body(body);
    let request = request.header("Content-Type", media_type);
    let response = request.send().await.map_err(|error| error.without_url().to_string())?;
    if response.status().is_success() { Ok(()) } else { Err(format!("status {}", response.status())) }
}

#[cfg(test)]
mod tests;
