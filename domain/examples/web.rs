//! The domain with another HTTP framework (axum) and an invented carrier that speaks JSON: without Twilio, poem or a
//! database. Dialogues are part of the URLs, so the process holds no state of a conversation.
//!
//! `cargo run -p frontdesk-domain --example web`, then
//!
//! ```sh
//! curl -X POST 'http://127.0.0.1:8090/calls/c1?from=%2B33123456789'    # what to say, and where to send the keys
//! curl 'http://127.0.0.1:8090/calls'                                   # the log
//! ```
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use frontdesk_domain::call::{DialOutcome, Ending};
use frontdesk_domain::dialogue::DialResult;
use frontdesk_domain::flow::Speech;
use frontdesk_domain::{
    BuiltinFlow, Call, CallEvent, CallFlow, Context, Dialogue, Facts, Instruction, Keys, LegId, Notice,
    Signal, Timestamp, advance, builtin_flow,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// The flow, the log, and the time: the domain reads no clock.
struct Desk {
    flow: CallFlow,
    log: Mutex<BTreeMap<LegId, Facts>>,
    now: fn() -> Timestamp,
}

/// The parameters that this carrier sends in the query.
#[derive(Deserialize, Default)]
#[serde(default)]
struct StepParameters {
    at: String,
    from: String,
    keys: Option<String>,
    silence: bool,
    dialled: Option<DialOutcome>,
    recording: Option<String>,
    seconds: Option<u32>,
}

type Answer = Result<Json<Value>, (StatusCode, String)>;

fn bad(why: impl ToString) -> (StatusCode, String) {
    (StatusCode::BAD_REQUEST, why.to_string())
}

impl Desk {
    fn absorb(&self, events: &[CallEvent]) {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        for event in events {
            log.entry(event.call.clone()).or_default().absorb(event);
        }
    }
}

impl StepParameters {
    fn signal(&self) -> Result<Signal, (StatusCode, String)> {
        Ok(match self {
            Self { dialled: Some(outcome), seconds, .. } => {
                let bridged = Some(*outcome == DialOutcome::Answered);
                let mut result = DialResult::new(*outcome);
                (result.bridged, result.seconds) = (bridged, *seconds);
                Signal::DialEnded(result)
            }
            Self { recording: Some(name), seconds, .. } => {
                let recording = Some(name.parse().map_err(bad)?);
                Signal::Recorded { recording, seconds: *seconds }
            }
            Self { keys: Some(keys), .. } => Signal::Keyed(Keys::lenient(keys)),
            Self { silence: true, .. } => Signal::NoInput,
            _ => Signal::Arrived,
        })
    }
}

/// A step of a conversation.
async fn step(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    Query(parameters): Query<StepParameters>,
) -> Answer {
    let call = LegId::new("web", &id).map_err(bad)?;
    let at = if parameters.at.is_empty() { Dialogue::Start } else { Dialogue::read(&parameters.at) };
    let cx = Context::new(call, (desk.now)()).with_parties(&parameters.from, "+15556667777");
    let turn = advance(&desk.flow, &at, &parameters.signal()?, &cx);
    desk.absorb(&turn.events);
    // `from` is part of each URL, because carriers send it with every request.
    let next = |then: &Dialogue| {
        let query = [("at", then.to_string()), ("from", parameters.from.clone())];
        format!(
            "/calls/{id}?{}",
            form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish()
        )
    };
    Ok(Json(turn.instructions.iter().map(|instruction| words(instruction, &next)).collect()))
}

fn words(instruction: &Instruction, next: &dyn Fn(&Dialogue) -> String) -> Value {
    match instruction {
        Instruction::Say(speech) => json!({ "say": speech.words() }),
        Instruction::Gather { prompts, max_keys, timeout, then, .. } => {
            let say: Vec<_> = prompts.iter().map(Speech::words).collect();
            json!({ "ask": say, "keys": max_keys, "seconds": timeout.as_secs(), "then": next(then) })
        }
        Instruction::Dial { targets, ring, then, .. } => {
            let phones: Vec<_> = targets.iter().map(|target| target.phone.as_str()).collect();
            json!({ "ring": phones, "seconds": ring.as_secs(), "then": next(then) })
        }
        Instruction::Record { max_length, then, .. } => {
            json!({ "record": max_length.as_secs(), "then": next(then) })
        }
        Instruction::Bridge => json!("bridge"),
        Instruction::Reject { .. } => json!("reject"),
        Instruction::HangUp => json!("hang up"),
    }
}

/// The call has ended, on either side.
async fn ended(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    Query(parameters): Query<StepParameters>,
) -> Answer {
    let call = LegId::new("web", &id).map_err(bad)?;
    let mut ending = Ending::new("completed");
    ending.seconds = parameters.seconds;
    desk.absorb(&[Notice::CallEnded(ending).into_event(call, (desk.now)())]);
    Ok(Json(json!({})))
}

/// The log: every call with its outcome, and the events that prove it.
async fn calls(State(desk): State<Arc<Desk>>) -> Json<Value> {
    let log = desk.log.lock().unwrap_or_else(PoisonError::into_inner);
    let call = |(leg, facts): (&LegId, &Facts)| json!({ "leg": leg.to_string(), "call": Call::of(facts) });
    Json(log.iter().map(call).collect())
}

fn routes(now: fn() -> Timestamp) -> Result<Router, Box<dyn std::error::Error>> {
    let flow =
        builtin_flow(&BuiltinFlow { forward_to: vec!["+33611223344".parse()?], ..BuiltinFlow::default() })?;
    let desk = Arc::new(Desk { flow, log: Mutex::default(), now });
    Ok(Router::new()
        .route("/calls", get(calls))
        .route("/calls/{id}", post(step).delete(ended))
        .with_state(desk))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    #[expect(clippy::disallowed_methods, reason = "only the domain must not read the clock")]
    let routes = routes(Timestamp::now)?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8090").await?;
    println!("this carrier's calls: POST http://{}/calls/ID", listener.local_addr()?);
    Ok(axum::serve(listener, routes).await?)
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use tower::ServiceExt;

    use super::*;

    async fn ask(routes: &Router, method: &str, address: &str) -> Value {
        let request = Request::builder().method(method).uri(address).body(Body::empty()).unwrap();
        let answer = routes.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{address}");
        serde_json::from_slice(&to_bytes(answer.into_body(), 1 << 20).await.unwrap()).unwrap()
    }

    /// The URL of the next step, from the first instruction that has one.
    fn then(answer: &Value) -> String {
        answer.as_array().unwrap().iter().find_map(|step| step["then"].as_str()).unwrap().to_owned()
    }

    #[tokio::test]
    async fn a_caller_who_is_not_answered_leaves_a_message_through_axum() {
        let routes = routes(|| "2026-11-22T09:00:00Z".parse().unwrap()).unwrap();
        let menu = ask(&routes, "POST", "/calls/c1?from=%2B33123456789").await;
        let rung = ask(&routes, "POST", &format!("{}&keys=1", then(&menu))).await;
        assert_eq!(rung.as_array().unwrap().last().unwrap()["ring"], json!(["+33611223344"]));
        let tone = ask(&routes, "POST", &format!("{}&dialled=no_answer", then(&rung))).await;
        ask(&routes, "POST", &format!("{}&recording=RE1&seconds=7", then(&tone))).await;
        ask(&routes, "DELETE", "/calls/c1?seconds=40").await;
        let log = ask(&routes, "GET", "/calls").await;
        let verdict = &log[0]["call"]["verdict"];
        assert_eq!(
            (&verdict["outcome"], &verdict["reason"]),
            (&json!("voicemail"), &json!("after_no_answer"))
        );
    }
}
