//! Live updates as server-sent events: each change of a call, replayed from where a reader left off.

use std::sync::Arc;
use std::time::Duration;

use frontdesk_ports::{CallQuery, CallRecord, Change, StoreError};
use futures_util::{StreamExt, stream};
use poem::http::Uri;
use poem::web::sse::{Event, SSE};
use poem::web::{Data, Json};
use poem::{IntoResponse, Request, Response, handler};

use crate::State;
use crate::api::problem::{bad_parameter, store_problem};
use crate::api::wire::WireCall;
use crate::filter::Shown;
use crate::pages::feed::{attention, live};
use crate::query;
use crate::session::Visitor;
use crate::viewer::Viewer;
use crate::views::{CallRow, MOST_COUNTED, day_label, told};

/// Changes sent in one go.
const BATCH: u16 = 100;
/// How long to wait for a change before looking for one.
const LOOK_AGAIN: Duration = Duration::from_secs(10);
/// A stream ends after so long; whoever may still read takes it up again where it ended.
const STREAM: Duration = Duration::from_secs(300);
/// How long to leave a failed store alone.
const PAUSE: Duration = Duration::from_secs(1);

/// So many changes at once are not told one by one: the page is read anew.
const TOO_MANY: u64 = 1000;
/// Counts are told at most so often.
const COUNT_EVERY: Duration = Duration::from_secs(1);

/// What a page is told of a change.
trait Telling: Send + Sync + 'static {
    fn tell(&self, state: &State, record: &CallRecord) -> Event;
}

/// Tells a page of the feed: the row, and whether it belongs there.
struct Rows {
    shown: Shown,
    viewer: Viewer,
    visitor: Visitor,
}

impl Telling for Rows {
    fn tell(&self, state: &State, record: &CallRecord) -> Event {
        let here = self.shown.address("/", self.shown.tab, &[]);
        let row = CallRow::new(record, &self.viewer);
        let (day, label) = day_label(&row, &self.viewer, state.desk.clock.now());
        let row = state.views.row(row, (&self.visitor, &self.viewer), &here, None).unwrap_or_default();
        let fits = self.shown.query.fits(record);
        let data = serde_json::json!({
            "id": record.id.to_string(), "row": row, "day": day, "label": label, "fits": fits,
        });
        Event::message(data.to_string()).event_type("call")
    }
}

/// Tells a program: the call.
struct Calls;

impl Telling for Calls {
    fn tell(&self, _: &State, record: &CallRecord) -> Event {
        let data = serde_json::to_string(&WireCall::from(record)).unwrap_or_default();
        Event::message(data).event_type("call")
    }
}

/// Rows of the feed, for its page.
#[handler]
pub(crate) async fn rows(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
) -> Response {
    let viewer = Viewer::of(req, state);
    let shown = match Shown::read(&query::pairs(req.uri().query()), &viewer.zone, state.desk.clock.now()) {
        Ok(shown) => shown,
        Err(error) => return bad_parameter(&error),
    };
    stream_changes(state, req, Rows { shown, viewer, visitor: visitor.clone() }, true).await
}

/// Calls, for programs.
#[handler]
pub(crate) async fn calls(Data(state): Data<&Arc<State>>, req: &Request) -> Response {
    stream_changes(state, req, Calls, false).await
}

/// How many calls ask for attention and how many are going on, for a page that nobody looks at.
#[handler]
pub(crate) async fn counts(Data(state): Data<&Arc<State>>) -> Response {
    match count_all(state).await {
        Ok(all) => Json(all).into_response(),
        Err(error) => store_problem(&error),
    }
}

async fn count_all(state: &State) -> Result<serde_json::Value, StoreError> {
    let of =
        async |query: &CallQuery| state.desk.calls.tally(query, MOST_COUNTED).await.map(|tally| told(&tally));
    Ok(serde_json::json!({"attention": of(&attention()).await?, "live": of(&live()).await?}))
}

/// From which change on: what the reader saw last, what its page was made of, or now.
fn seen(req: &Request) -> Option<u64> {
    let header = req.header("last-event-id").and_then(|id| id.parse().ok());
    let after = |uri: &Uri| query::pairs(uri.query()).into_iter().find(|(name, _)| name == "after");
    header.or_else(|| after(req.uri()).and_then(|(_, value)| value.parse().ok()))
}

/// Counts a stream as long as it lives.
struct Counted;

impl Counted {
    fn one() -> Self {
        metrics::gauge!("frontdesk_live_streams").increment(1);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        metrics::gauge!("frontdesk_live_streams").decrement(1);
    }
}

/// Where a stream is.
struct Reader {
    _counted: Counted,
    after: Change,
    ready: std::vec::IntoIter<CallRecord>,
    /// Whether counts have changed since they were told, and when that was.
    stale: bool,
    told: tokio::time::Instant,
}

async fn stream_changes(
    state: &Arc<State>,
    req: &Request,
    telling: impl Telling,
    for_page: bool,
) -> Response {
    let latest = match state.desk.calls.latest_change().await {
        Ok(latest) => latest,
        Err(error) => return store_problem(&error),
    };
    let after = seen(req).map_or(latest, Change);
    if for_page && latest.0.saturating_sub(after.0) > TOO_MANY {
        let reset = Event::message("reload").event_type("reset").id(latest.0.to_string());
        return SSE::new(stream::iter([reset])).into_response();
    }
    let telling = Arc::new(telling);
    let ready = Vec::new().into_iter();
    let reader =
        Reader { _counted: Counted::one(), after, ready, stale: false, told: tokio::time::Instant::now() };
    let events = stream::unfold((state.clone(), reader), move |(state, mut reader)| {
        let telling = telling.clone();
        async move {
            let event = next_event(&state, &mut reader, &*telling, for_page).await;
            Some((event, (state, reader)))
        }
    });
    let mut stop = state.desk.stop.clone();
    let end = Box::pin(async move {
        let _ = tokio::time::timeout(STREAM, stop.wait_for(|stop| *stop)).await;
    });
    let events = events.take_until(end);
    SSE::new(events).keep_alive(Duration::from_secs(15)).into_response()
}

async fn next_event(state: &State, reader: &mut Reader, telling: &dyn Telling, for_page: bool) -> Event {
    loop {
        if let Some(record) = reader.ready.next() {
            reader.stale = for_page;
            return telling.tell(state, &record).id(record.change.0.to_string());
        }
        match state.desk.calls.changed_since(reader.after, BATCH).await {
            Ok(changed) if changed.is_empty() => {
                let due = reader.told + COUNT_EVERY;
                if reader.stale && tokio::time::Instant::now() >= due {
                    (reader.stale, reader.told) = (false, tokio::time::Instant::now());
                    if let Ok(all) = count_all(state).await {
                        return Event::message(all.to_string()).event_type("counts");
                    }
                }
                // Another instance's changes wake us too, unless word of them was lost: look again all the same.
                let patience = if reader.stale { COUNT_EVERY } else { LOOK_AGAIN };
                let _ = tokio::time::timeout(patience, state.desk.calls.wait_for_change(reader.after)).await;
            }
            Ok(changed) => {
                reader.after = changed.last().map_or(reader.after, |record| record.change);
                reader.ready = changed.into_iter();
            }
            Err(error) => {
                tracing::warn!("live updates wait for the store: {error}");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
