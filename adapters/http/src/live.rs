//! Live updates as server-sent events: each change of a call, replayed from where a reader left off.

use std::sync::Arc;
use std::time::Duration;

use frontdesk_ports::{CallRecord, Change};
use futures_util::{StreamExt, stream};
use poem::http::Uri;
use poem::web::Data;
use poem::web::sse::{Event, SSE};
use poem::{IntoResponse, Request, Response, handler};

use crate::State;
use crate::api::problem::store_problem;
use crate::api::wire::WireCall;
use crate::query;

/// Changes sent in one go.
const BATCH: u16 = 100;
/// How long to wait for a change before looking for one.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// A stream ends after so long; whoever may still read takes it up again where it ended.
const STREAM: Duration = Duration::from_secs(300);
/// How long to leave a failed store alone.
const PAUSE: Duration = Duration::from_secs(1);

/// Rows of the feed, for its page.
#[handler]
pub(crate) async fn rows(Data(state): Data<&Arc<State>>, req: &Request) -> Response {
    let row = |state: &State, record: &CallRecord| {
        let row = state.views.row(record, &state.zone).unwrap_or_default();
        serde_json::json!({"id": record.id.to_string(), "row": row}).to_string()
    };
    stream_changes(state, req, row).await
}

/// Calls, for programs.
#[handler]
pub(crate) async fn calls(Data(state): Data<&Arc<State>>, req: &Request) -> Response {
    let call =
        |_: &State, record: &CallRecord| serde_json::to_string(&WireCall::from(record)).unwrap_or_default();
    stream_changes(state, req, call).await
}

/// From which change on: what the reader saw last, what its page was made of, or now.
fn seen(req: &Request) -> Option<u64> {
    let header = req.header("last-event-id").and_then(|id| id.parse().ok());
    let after = |uri: &Uri| query::pairs(uri.query()).into_iter().find(|(name, _)| name == "after");
    header.or_else(|| after(req.uri()).and_then(|(_, value)| value.parse().ok()))
}

async fn stream_changes(
    state: &Arc<State>,
    req: &Request,
    data: fn(&State, &CallRecord) -> String,
) -> Response {
    let after = match seen(req) {
        Some(after) => Change(after),
        None => match state.calls.latest_change().await {
            Ok(latest) => latest,
            Err(error) => return store_problem(&error),
        },
    };
    let reader = (state.clone(), after, Vec::<CallRecord>::new().into_iter());
    let events = stream::unfold(reader, move |(state, mut after, mut ready)| async move {
        loop {
            if let Some(record) = ready.next() {
                let event =
                    Event::message(data(&state, &record)).event_type("call").id(record.change.0.to_string());
                return Some((event, (state, record.change, ready)));
            }
            match state.calls.changed_since(after, BATCH).await {
                Ok(changed) if changed.is_empty() => {
                    // Another instance's changes do not wake us: look again soon.
                    let _ = tokio::time::timeout(LOOK_AGAIN, state.calls.wait_for_change(after)).await;
                }
                Ok(changed) => {
                    after = changed.last().map_or(after, |record| record.change);
                    ready = changed.into_iter();
                }
                Err(error) => {
                    tracing::warn!("live updates wait for the store: {error}");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    });
    let mut stop = state.stop.clone();
    let end = Box::pin(async move {
        let _ = tokio::time::timeout(STREAM, stop.wait_for(|stop| *stop)).await;
    });
    let events = events.take_until(end);
    SSE::new(events).keep_alive(Duration::from_secs(15)).into_response()
}
