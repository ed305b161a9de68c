//! Live updates as server-sent events: every change of a call, replayed from where the reader left off.
use std::sync::Arc;
use std::time::Duration;

use frontdesk_ports::{CallQuery, CallRecord, Change, StoreError};
use futures_util::{StreamExt, stream};
use poem::http::{HeaderValue, Uri, header};
use poem::web::sse::{Event, SSE};
use poem::web::{Data, Json};
use poem::{IntoResponse, Request, Response, handler};

use crate::State;
use crate::api::wire::{CallContext, WireCall};
use crate::auth::guard::Credential;
use crate::auth::visitor::Visitor;
use crate::filter::Shown;
use crate::i18n::viewer::Viewer;
use crate::middleware::visitor_limits::OpenStream;
use crate::pages::feed::count::{MAX_COUNTED, found_text, tally_text};
use crate::pages::feed::row::CallRow;
use crate::pages::feed::view::day_label;
use crate::pages::feed::{attention, live};
use crate::problem::{Answer, Problem};
use crate::query;

/// The most changes that are read at once.
const BATCH: u16 = 100;
/// The interval at which changes are polled when no notification arrives.
const POLL_INTERVAL: Duration = Duration::from_secs(10);
/// How long a stream lasts. The reader reconnects and continues where it ended, if they may still read calls.
const MAX_STREAM_DURATION: Duration = Duration::from_secs(300);
/// Pause after a read that failed.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// A page that is further behind than this reloads instead of receiving each change.
const MAX_REPLAY: u64 = 1000;
/// The shortest interval between two counts.
const COUNT_INTERVAL: Duration = Duration::from_secs(1);

/// Renders a changed call for one kind of reader.
trait EventSource: Send + Sync + 'static {
    fn render(&self, state: &State, record: &CallRecord) -> Event;

    /// The filter of the reader's list; its calls are counted.
    fn counted(&self) -> Option<(&Shown, &Viewer)> {
        None
    }
}

/// Rows of the feed, and whether they belong to the tab and filter that the page shows.
struct Rows {
    shown: Shown,
    viewer: Viewer,
    visitor: Visitor,
}

impl EventSource for Rows {
    fn render(&self, state: &State, record: &CallRecord) -> Event {
        let here = self.shown.page(self.shown.tab, &[]);
        // Contacts may have changed since the page was opened.
        let viewer = Viewer { contacts: state.services.contacts.book(), ..self.viewer.clone() };
        let row = CallRow::new(record, &viewer);
        let (day, label) = day_label(&row, &viewer, state.services.clock.now());
        let row = state.templates.row(row, (&self.visitor, &viewer), &here, None).unwrap_or_default();
        let fits = self.shown.query.fits(record);
        let data = serde_json::json!({
            "id": record.id.to_string(), "row": row, "day": day, "label": label, "fits": fits,
        });
        Event::message(data.to_string()).event_type("call")
    }

    fn counted(&self) -> Option<(&Shown, &Viewer)> {
        Some((&self.shown, &self.viewer))
    }
}

/// Calls as the API represents them.
struct Calls;

impl EventSource for Calls {
    fn render(&self, state: &State, record: &CallRecord) -> Event {
        let (prefix, contacts) = (&state.services.prefix, &*state.services.contacts.book());
        let call = WireCall::new(record, &CallContext { prefix, contacts });
        let data = serde_json::to_string(&call).unwrap_or_default();
        Event::message(data).event_type("call")
    }
}

/// Rows of the feed, for its page.
#[handler]
pub(crate) async fn rows(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
) -> Answer {
    let viewer = Viewer::of(req, state);
    let shown = Shown::read(&query::pairs(req.uri().query()), &viewer, state.services.clock.now())?;
    stream_changes(state, req, Rows { shown, viewer, visitor: visitor.clone() }, true).await
}

/// Calls, for programs.
#[handler]
pub(crate) async fn calls(Data(state): Data<&Arc<State>>, req: &Request) -> Answer {
    stream_changes(state, req, Calls, false).await
}

/// The counts of calls that need attention and of calls in progress, for a page in the background.
#[handler]
pub(crate) async fn counts(Data(state): Data<&Arc<State>>) -> Answer {
    Ok(Json(count_all(state, None).await?).into_response())
}

/// The counts of calls that need attention, of calls in progress, and of those that a list shows, as texts.
async fn count_all(state: &State, shown: Option<(&Shown, &Viewer)>) -> Result<serde_json::Value, StoreError> {
    let of = async |query: &CallQuery| {
        state.services.calls.tally(query, MAX_COUNTED).await.map(|tally| tally_text(&tally))
    };
    let mut all = serde_json::json!({"attention": of(&attention()).await?, "live": of(&live()).await?});
    if let Some((shown, viewer)) = shown {
        let found = state.services.calls.tally(&shown.query, MAX_COUNTED).await?;
        all["found"] = found_text(&found, viewer).into();
    }
    Ok(all)
}

/// The change to continue after: the last one received, or the latest when the page was rendered. `None` for a new stream.
fn seen(req: &Request) -> Option<u64> {
    let header = req.header("last-event-id").and_then(|id| id.parse().ok());
    let after = |uri: &Uri| query::pairs(uri.query()).into_iter().find(|(name, _)| name == "after");
    header.or_else(|| after(req.uri()).and_then(|(_, value)| value.parse().ok()))
}

/// The response of a stream, with a header that forbids caching.
fn not_stored(events: SSE) -> Response {
    let mut response = events.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The position of a stream.
struct Reader {
    _open: OpenStream,
    after: Change,
    ready: std::vec::IntoIter<CallRecord>,
    /// Whether counts may have changed since they were last sent, and when that was.
    stale: bool,
    counted_at: tokio::time::Instant,
}

async fn stream_changes(
    state: &Arc<State>,
    req: &Request,
    source: impl EventSource,
    for_page: bool,
) -> Answer {
    let actor = req.data::<Visitor>().map(|visitor| visitor.actor().0).unwrap_or_default();
    let open = state.limits.stream(&actor).ok_or_else(Problem::too_many_streams)?;
    let latest = state.services.calls.latest_change().await?;
    let after = seen(req).map_or(latest, Change);
    // A position after the latest change is from another log, such as the one before a backup was restored.
    let is_foreign = after > latest;
    let reset = is_foreign || for_page && latest.0.saturating_sub(after.0) > MAX_REPLAY;
    let reset = reset.then(|| Event::message("reload").event_type("reset").id(latest.0.to_string()));
    if let (Some(reset), true) = (&reset, for_page) {
        return Ok(not_stored(SSE::new(stream::iter([reset.clone()]))));
    }
    let after = if is_foreign { latest } else { after };
    let credential = req.data::<Credential>().cloned();
    let source = Arc::new(source);
    let ready = Vec::new().into_iter();
    let reader = Reader { _open: open, after, ready, stale: false, counted_at: tokio::time::Instant::now() };
    let events = stream::unfold((state.clone(), reader), move |(state, mut reader)| {
        let source = source.clone();
        let credential = credential.clone();
        async move {
            let event = next_event(&state, &mut reader, (&*source, credential.as_ref()), for_page).await?;
            Some((event, (state, reader)))
        }
    });
    let mut stop = state.services.stop.clone();
    let end = Box::pin(async move {
        let _ = tokio::time::timeout(MAX_STREAM_DURATION, stop.wait_for(|stop| *stop)).await;
    });
    let events = stream::iter(reset).chain(events).take_until(end);
    Ok(not_stored(SSE::new(events).keep_alive(Duration::from_secs(15))))
}

/// The next event; `None` once the reader may no longer read calls.
async fn next_event(
    state: &State,
    reader: &mut Reader,
    (source, credential): (&dyn EventSource, Option<&Credential>),
    for_page: bool,
) -> Option<Event> {
    loop {
        if let Some(record) = reader.ready.next() {
            reader.stale = for_page;
            return Some(source.render(state, &record).id(record.change.0.to_string()));
        }
        match state.services.calls.changed_since(reader.after, BATCH).await {
            Ok(changed) if changed.is_empty() => {
                let due = reader.counted_at + COUNT_INTERVAL;
                if reader.stale && tokio::time::Instant::now() >= due {
                    (reader.stale, reader.counted_at) = (false, tokio::time::Instant::now());
                    if let Ok(all) = count_all(state, source.counted()).await {
                        return Some(Event::message(all.to_string()).event_type("counts"));
                    }
                }
                // Notifications of another instance's changes can be lost, so the wait is limited.
                let timeout = if reader.stale { COUNT_INTERVAL } else { POLL_INTERVAL };
                let _ =
                    tokio::time::timeout(timeout, state.services.calls.wait_for_change(reader.after)).await;
            }
            Ok(changed) => {
                // Once the session or token is no longer valid, nothing more is sent.
                if let Some(credential) = credential
                    && !credential.may_read_calls(&*state.services.access).await
                {
                    return None;
                }
                reader.after = changed.last().map_or(reader.after, |record| record.change);
                reader.ready = changed.into_iter();
            }
            Err(error) => {
                tracing::warn!("live updates are delayed: {error}");
                tokio::time::sleep(RETRY_PAUSE).await;
            }
        }
    }
}
