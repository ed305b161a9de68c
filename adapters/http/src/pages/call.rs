//! One call, with its story, the proof of its outcome, and what people did about it.

use std::sync::Arc;

use frontdesk_domain::CallId;
use frontdesk_ports::{CallQuery, CallRecord};
use poem::http::{StatusCode, header};
use poem::web::{Data, Path};
use poem::{Request, Response, handler};

use super::feed::next_unsettled;
use super::page;
use crate::State;
use crate::api::problem::{not_found, store_problem};
use crate::api::voicemail::refuse_retry;
use crate::session::Visitor;
use crate::viewer::Viewer;
use crate::views::{CallPage, CallRow, EventLine, Frame, Picture};

/// Calls of the same caller on the page.
const RELATED: u16 = 10;

#[handler]
pub(crate) async fn call(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    Path(id): Path<String>,
    req: &Request,
) -> Response {
    let Ok(id) = id.parse() else { return not_found() };
    call_page(state, visitor, &Viewer::of(req, state), id, None).await
}

/// The page of a call, perhaps with what went wrong with a change to it.
pub(crate) async fn call_page(
    state: &State,
    visitor: &Visitor,
    viewer: &Viewer,
    id: CallId,
    alert: Option<String>,
) -> Response {
    let told = match state.desk.calls.call(id).await {
        Ok(Some(told)) => told,
        Ok(None) => return not_found(),
        Err(error) => return store_problem(&error),
    };
    let related = match related(state, &told.record).await {
        Ok(related) => related,
        Err(error) => return store_problem(&error),
    };
    let block = match block(state, &told.record).await {
        Ok(block) => block,
        Err(error) => return store_problem(&error),
    };
    let frame = Frame::of(state, visitor, viewer, "page-call");
    let manages = frame.manages;
    let view = CallPage {
        row: CallRow::new(&told.record, viewer),
        csrf: visitor.csrf(),
        here: format!("/calls/{id}"),
        picture: Picture::of(&told, state.desk.clock.now(), viewer),
        events: EventLine::all(&told, viewer, manages),
        related: related.iter().map(|record| CallRow::new(record, viewer)).collect(),
        all_related: caller(&told.record).filter(|_| !related.is_empty()).map(|from| {
            let from: String = form_urlencoded::byte_serialize(from.as_bytes()).collect();
            format!("/?tab=all&from={from}")
        }),
        next: next_unsettled(state, Some(id)).await,
        block,
        alert,
        frame,
    };
    page(state.views.page(&view, viewer))
}

fn caller(record: &CallRecord) -> Option<String> {
    record.call.parties.as_ref()?.from.as_text().map(ToOwned::to_owned)
}

/// The caller's number and whether it is refused; none for a caller without a number.
async fn block(
    state: &State,
    record: &CallRecord,
) -> Result<Option<(String, bool)>, frontdesk_ports::StoreError> {
    let Some(number) = record.call.parties.as_ref().and_then(|parties| parties.from.number()) else {
        return Ok(None);
    };
    let blocked = state.desk.reception.blocked().await?;
    Ok(Some((number.to_string(), blocked.iter().any(|blocked| blocked.number == *number))))
}

/// The caller's other calls.
async fn related(state: &State, record: &CallRecord) -> Result<Vec<CallRecord>, frontdesk_ports::StoreError> {
    let Some(from) = caller(record) else { return Ok(Vec::new()) };
    let query = CallQuery { from: Some(from), ..CallQuery::newest(RELATED + 1) };
    let calls = state.desk.calls.list(&query).await?.calls;
    Ok(calls.into_iter().filter(|other| other.id != record.id).take(RELATED.into()).collect())
}

/// Asks the carrier anew for a message that was given up, and shows the call again.
#[handler]
pub(crate) async fn retry(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    Path(id): Path<String>,
) -> Response {
    let Ok(wanted) = id.parse() else { return not_found() };
    match state.desk.operations.retry_voicemail(&visitor.actor(), wanted).await {
        Ok(()) => Response::builder()
            .status(StatusCode::SEE_OTHER)
            .header(header::LOCATION, format!("/calls/{wanted}"))
            .finish(),
        Err(error) => refuse_retry(&error),
    }
}
