//! The carrier's REST shape, as far as recordings go: media and metadata by SID, behind Basic auth.
use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use parking_lot::Mutex;
use poem::http::{StatusCode, header};
use poem::web::{Data, Path};
use poem::{Body, Endpoint, EndpointExt, Request, Response, Route, get, handler, put};

use crate::wire::{Credentials, Wire};

/// The longest message: what Twilio would record in an hour, and some.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// Recordings as the carrier keeps them.
#[derive(Debug, Default)]
pub struct Shelf {
    recordings: Mutex<BTreeMap<String, Bytes>>,
    fetched: tokio::sync::Notify,
}

impl Shelf {
    /// Keeps a recording.
    pub fn keep(&self, sid: &str, audio: Bytes) {
        self.recordings.lock().insert(sid.to_owned(), audio);
    }

    /// Takes every recording off the shelf, as a carrier that has lost them for a while.
    pub fn take_all(&self) -> BTreeMap<String, Bytes> {
        std::mem::take(&mut *self.recordings.lock())
    }

    /// Puts recordings back.
    pub fn put_back(&self, recordings: BTreeMap<String, Bytes>) {
        self.recordings.lock().extend(recordings);
    }

    /// Throws a recording away; whether there was one.
    pub fn throw_away(&self, sid: &str) -> bool {
        self.recordings.lock().remove(sid).is_some()
    }

    fn get(&self, sid: &str) -> Option<Bytes> {
        self.recordings.lock().get(sid).cloned()
    }

    /// Returns once a recording has been fetched.
    pub async fn fetched(&self) {
        self.fetched.notified().await;
    }
}

/// The REST routes of the simulated carrier.
pub fn rest_routes(credentials: &Credentials, shelf: Arc<Shelf>) -> impl Endpoint<Output = Response> + use<> {
    let expected = basic(credentials);
    Route::new()
        .at("/2010-04-01/Accounts/:account/Recordings/:name", get(recording).delete(drop_recording))
        .at("/simulator/recordings/:sid", put(keep_recording))
        .data(shelf)
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
fn recording(Data(shelf): Data<&Arc<Shelf>>, Path((account, name)): Path<(String, String)>) -> Response {
    let (sid, kind) = name.split_once('.').unwrap_or((&name, "wav"));
    match (shelf.get(sid), kind) {
        (Some(audio), "wav") => {
            shelf.fetched.notify_one();
            Response::builder().content_type("audio/x-wav").body(audio)
        }
        (Some(audio), "json") => {
            let seconds = crate::wav_seconds(&audio).unwrap_or(0).to_string();
            let body = serde_json::json!({
                "sid": sid, "account_sid": account, "status": "completed", "source": "RecordVerb",
                "channels": 1, "duration": seconds, "api_version": "2010-04-01",
            });
            Response::builder().content_type("application/json").body(body.to_string())
        }
        _ => Response::builder()
            .status(StatusCode::NOT_FOUND)
            .content_type("application/json")
            .body(r#"{"status":404,"code":20404,"message":"The requested resource was not found"}"#),
    }
}

#[handler]
fn drop_recording(Data(shelf): Data<&Arc<Shelf>>, Path((_, name)): Path<(String, String)>) -> StatusCode {
    let sid = name.split_once('.').map_or(name.as_str(), |(sid, _)| sid);
    if shelf.throw_away(sid) { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

#[handler]
async fn keep_recording(Data(shelf): Data<&Arc<Shelf>>, Path(sid): Path<String>, body: Body) -> StatusCode {
    match body.into_bytes_limit(MAX_BYTES).await {
        Ok(audio) => {
            shelf.keep(&sid, audio);
            StatusCode::CREATED
        }
        Err(_) => StatusCode::PAYLOAD_TOO_LARGE,
    }
}

/// Uploads a recording to a simulated carrier in another process.
pub async fn upload(wire: &Wire, api_url: &str, sid: &str, audio: Bytes) -> Result<(), String> {
    let url = format!("{}/simulator/recordings/{sid}", api_url.trim_end_matches('/'));
    let Credentials { account_sid, auth_token } = &wire.credentials;
    let request = wire.http().put(url).basic_auth(account_sid, Some(auth_token)).body(audio);
    let response = request.send().await.map_err(|error| error.without_url().to_string())?;
    if response.status().is_success() { Ok(()) } else { Err(format!("status {}", response.status())) }
}
