//! A phone in the browser: users press keys on a page, and hear prompts as they are played.
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream;
use parking_lot::Mutex;
use poem::http::StatusCode;
use poem::web::sse::{Event, SSE};
use poem::web::{Data, Json, Path};
use poem::{Body, Endpoint, EndpointExt, IntoResponse, Response, Route, get, handler, post};
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout_at};

use crate::carrier::{NewCall, SimulatedCarrier};
use crate::line_event::{LineEvent, Party};
use crate::people::{CallerAct, KeyAct, Message, People, RingEnd, TalkEnd};
use crate::wav::wav_seconds;

/// The maximum number of simultaneous calls on the page.
const MAX_CALLS: usize = 32;
/// The largest message a page may send: five minutes at 48 kHz.
const MAX_BYTES: usize = 32 * 1024 * 1024;

/// Why the phone cannot carry out an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// There is no such call, or it is over.
    #[error("there is no such call")]
    NoCall,
    /// Too many calls at once.
    #[error("too many calls at once")]
    Busy,
    /// The message is not a WAV file, or is too long.
    #[error("the message is not a WAV file, or too long")]
    Message,
}

impl PhoneError {
    fn response(self) -> Response {
        let status = match self {
            Self::NoCall => StatusCode::NOT_FOUND,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Message => StatusCode::BAD_REQUEST,
        };
        Response::builder().status(status).content_type("text/plain; charset=utf-8").body(self.to_string())
    }
}

/// An action on the page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
enum Act {
    Press {
        keys: String,
    },
    HangUp,
    Answer,
    Decline,
    #[serde(skip)]
    Speak(Bytes),
}

/// A call on the page.
struct OnPage {
    acts: mpsc::Sender<(Party, Act)>,
    events: watch::Sender<Vec<LineEvent>>,
}

/// The phone of the demo page.
pub struct Phone {
    carrier: SimulatedCarrier,
    main_number: String,
    calls: Mutex<BTreeMap<u64, Arc<OnPage>>>,
    next: Mutex<u64>,
}

impl Phone {
    /// A phone that calls through `carrier` to `main_number`.
    pub fn new(carrier: SimulatedCarrier, main_number: &str) -> Self {
        Self { carrier, main_number: main_number.to_owned(), calls: Mutex::default(), next: Mutex::new(1) }
    }

    fn call(&self, id: u64) -> Result<Arc<OnPage>, PhoneError> {
        let calls = self.calls.lock();
        calls.get(&id).cloned().ok_or(PhoneError::NoCall)
    }

    fn place(self: &Arc<Self>, from: String) -> Result<u64, PhoneError> {
        let (acts, receiver) = mpsc::channel(16);
        let page = Arc::new(OnPage { acts, events: watch::Sender::default() });
        let id = {
            let mut next = self.next.lock();
            let mut calls = self.calls.lock();
            calls.retain(|_, call| !call.is_over());
            if calls.len() >= MAX_CALLS {
                return Err(PhoneError::Busy);
            }
            let id = *next;
            *next += 1;
            calls.insert(id, page.clone());
            id
        };
        let listener = page.clone();
        let carrier = self.carrier.clone().listened_by(move |event| {
            listener.events.send_modify(|events| events.push(event));
        });
        let call = NewCall { from, to: self.main_number.clone(), from_name: None };
        tokio::spawn(async move {
            carrier.place(call, &mut OnThePage(receiver)).await;
        });
        Ok(id)
    }
}

impl OnPage {
    fn is_over(&self) -> bool {
        matches!(self.events.borrow().last(), Some(LineEvent::Ended { .. }))
    }
}

/// People whose actions come from the page.
struct OnThePage(mpsc::Receiver<(Party, Act)>);

impl OnThePage {
    /// Waits for an action that `wanted` accepts, until a timeout.
    async fn wait<T>(
        &mut self,
        longest: Duration,
        mut wanted: impl FnMut(Party, Act) -> Option<T> + Send,
        otherwise: T,
        gone: T,
    ) -> (T, Duration) {
        let begun = Instant::now();
        loop {
            match timeout_at(begun + longest, self.0.recv()).await {
                Err(_) => return (otherwise, longest),
                Ok(None) => return (gone, begun.elapsed()),
                Ok(Some((party, act))) => {
                    if let Some(found) = wanted(party, act) {
                        return (found, begun.elapsed());
                    }
                }
            }
        }
    }
}

#[async_trait]
impl People for OnThePage {
    async fn caller_listens(&mut self, length: Duration) -> (CallerAct, Duration) {
        let hangs_up =
            |party, act| (party == Party::Caller && act == Act::HangUp).then_some(CallerAct::HangUp);
        self.wait(length, hangs_up, CallerAct::Listen, CallerAct::HangUp).await
    }

    async fn caller_key(&mut self, length: Duration, wait: Duration) -> (KeyAct, Duration) {
        let act = |party, act| match (party, act) {
            (Party::Caller, Act::Press { keys }) => Some(KeyAct::Press(keys)),
            (Party::Caller, Act::HangUp) => Some(KeyAct::HangUp),
            _ => None,
        };
        self.wait(length + wait, act, KeyAct::Silence, KeyAct::HangUp).await
    }

    async fn caller_speaks(&mut self, longest: Duration) -> (Option<Message>, Duration) {
        let speak = |party, act| match (party, act) {
            (Party::Caller, Act::Speak(audio)) => Some(Some(Message { audio, hangs_up: true })),
            (Party::Caller, Act::HangUp) => Some(None),
            _ => None,
        };
        self.wait(longest, speak, None, None).await
    }

    async fn phone_rings(&mut self, _number: &str, ring: Duration) -> (RingEnd, Duration) {
        let end = |party, act| match (party, act) {
            (Party::Callee, Act::Answer) => Some(RingEnd::Answered),
            (Party::Callee, Act::Decline) => Some(RingEnd::Declined),
            (Party::Caller, Act::HangUp) => Some(RingEnd::CallerHungUp),
            _ => None,
        };
        self.wait(ring, end, RingEnd::NoAnswer, RingEnd::CallerHungUp).await
    }

    async fn callee_key(&mut self, length: Duration, wait: Duration) -> (KeyAct, Duration) {
        let act = |party, act| match (party, act) {
            (Party::Callee, Act::Press { keys }) => Some(KeyAct::Press(keys)),
            (Party::Callee, Act::HangUp | Act::Decline) => Some(KeyAct::HangUp),
            (Party::Caller, Act::HangUp) => Some(KeyAct::CallerHungUp),
            _ => None,
        };
        self.wait(length + wait, act, KeyAct::Silence, KeyAct::CallerHungUp).await
    }

    async fn talk(&mut self, longest: Duration) -> (TalkEnd, Duration) {
        let end = |party, act| match (party, act) {
            (Party::Caller, Act::HangUp) => Some(TalkEnd::Caller),
            (Party::Callee, Act::HangUp) => Some(TalkEnd::Callee),
            _ => None,
        };
        self.wait(longest, end, TalkEnd::Callee, TalkEnd::Caller).await
    }
}

/// The page's routes, all under `/phone/calls`. The router that mounts them decides who may use them.
pub fn phone_routes(phone: Arc<Phone>) -> impl Endpoint<Output = Response> + use<> {
    Route::new()
        .at("/phone/calls", post(place_call))
        .at("/phone/calls/:id/events", get(line_events))
        .at("/phone/calls/:id/caller", post(caller_acts))
        .at("/phone/calls/:id/callee", post(callee_acts))
        .at("/phone/calls/:id/message", post(leave_message))
        .data(phone)
        .map_to_response()
}

#[derive(Deserialize)]
struct Place {
    from: String,
}

#[derive(Serialize)]
struct Placed {
    id: u64,
}

#[handler]
fn place_call(Data(phone): Data<&Arc<Phone>>, Json(Place { from }): Json<Place>) -> Response {
    match phone.place(from) {
        Ok(id) => Json(Placed { id }).into_response(),
        Err(error) => error.response(),
    }
}

#[handler]
fn line_events(Data(phone): Data<&Arc<Phone>>, Path(id): Path<u64>) -> Response {
    let call = match phone.call(id) {
        Ok(call) => call,
        Err(error) => return error.response(),
    };
    let reader = (call.events.subscribe(), 0usize, PageOpen(call.acts.clone()));
    let events_of_call = stream::unfold(reader, |(mut events, at, page)| async move {
        loop {
            let next = events.borrow_and_update().get(at).cloned();
            if let Some(event) = next {
                let json = serde_json::to_string(&event).unwrap_or_default();
                return Some((Event::message(json).id(at.to_string()), (events, at + 1, page)));
            }
            if matches!(events.borrow().last(), Some(LineEvent::Ended { .. })) {
                return None;
            }
            events.changed().await.ok()?;
        }
    });
    SSE::new(events_of_call).keep_alive(Duration::from_secs(15)).into_response()
}

/// Held while the page receives events. Closing the page hangs up.
struct PageOpen(mpsc::Sender<(Party, Act)>);

impl Drop for PageOpen {
    fn drop(&mut self) {
        // Fails if the queue is full or the call has ended.
        let _ = self.0.try_send((Party::Caller, Act::HangUp));
    }
}

async fn act(phone: &Phone, id: u64, party: Party, act: Act) -> Response {
    let sent = match phone.call(id) {
        Ok(call) => call.acts.send((party, act)).await.map_err(|_| PhoneError::NoCall),
        Err(error) => Err(error),
    };
    sent.map_or_else(PhoneError::response, |()| StatusCode::NO_CONTENT.into())
}

#[handler]
async fn caller_acts(
    Data(phone): Data<&Arc<Phone>>,
    Path(id): Path<u64>,
    Json(wanted): Json<Act>,
) -> Response {
    act(phone, id, Party::Caller, wanted).await
}

#[handler]
async fn callee_acts(
    Data(phone): Data<&Arc<Phone>>,
    Path(id): Path<u64>,
    Json(wanted): Json<Act>,
) -> Response {
    act(phone, id, Party::Callee, wanted).await
}

#[handler]
async fn leave_message(Data(phone): Data<&Arc<Phone>>, Path(id): Path<u64>, body: Body) -> Response {
    let audio = body.into_bytes_limit(MAX_BYTES).await.ok().filter(|audio| wav_seconds(audio).is_ok());
    match audio {
        Some(audio) => act(phone, id, Party::Caller, Act::Speak(audio)).await,
        None => PhoneError::Message.response(),
    }
}
