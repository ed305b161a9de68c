//! The page of one call, with its timeline, the evidence for its outcome, and its follow-up.

pub(crate) mod view;
use std::sync::Arc;

use frontdesk_domain::CallId;
use frontdesk_ports::{CallQuery, CallRecord, StoreError};
use poem::web::{Data, Path};
use poem::{Request, handler};

use super::feed::next_needing_attention;
use super::{html, redirect};
use crate::State;
use crate::auth::visitor::Visitor;
use crate::flash::Flash;
use crate::i18n::viewer::Viewer;
use crate::pages::call::view::{CallPage, EventLine, Picture};
use crate::pages::feed::row::CallRow;
use crate::pages::frame::Frame;
use crate::problem::{Answer, Problem};

/// The most other calls of the caller on the page.
const RELATED: u16 = 10;

#[handler]
pub(crate) async fn call(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    Path(id): Path<String>,
    req: &Request,
) -> Answer {
    let id = id.parse().map_err(|_| Problem::not_found())?;
    call_page(state, visitor, &Viewer::of(req, state), id, None).await
}

/// The page of a call, with an alert if a change to it has failed.
pub(crate) async fn call_page(
    state: &State,
    visitor: &Visitor,
    viewer: &Viewer,
    id: CallId,
    alert: Option<String>,
) -> Answer {
    let found = state.services.calls.call(id).await?.ok_or_else(Problem::not_found)?;
    let related = related(state, &found.record).await?;
    let block = block(state, &found.record).await?;
    let frame = Frame::of(state, visitor, viewer, "page-call");
    let responses = frame.manages.then(|| state.services.calls.responses(&found.record.leg));
    let view = CallPage {
        row: CallRow::new(&found.record, viewer),
        csrf: visitor.csrf(),
        here: format!("/calls/{id}"),
        evidence: EventLine::evidence(&found, viewer),
        older: older(state, &found.record).await?,
        people: state.services.accounts.people().await?.into_iter().map(|person| person.name).collect(),
        picture: Picture::of(&found, state.services.clock.now(), viewer),
        events: EventLine::all(&found, viewer, responses.as_ref()),
        related: related.iter().map(|record| CallRow::new(record, viewer)).collect(),
        all_related: caller(&found.record).filter(|_| !related.is_empty()).map(|from| {
            let from: String = form_urlencoded::byte_serialize(from.as_bytes()).collect();
            format!("/?from={from}")
        }),
        next: next_needing_attention(state, Some(id)).await,
        block,
        alert,
        frame,
    };
    html(state.templates.page(&view, viewer))
}

fn caller(record: &CallRecord) -> Option<String> {
    record.call.parties.as_ref()?.caller()
}

/// The caller, and whether they are blocked.
async fn block(state: &State, record: &CallRecord) -> Result<Option<(String, bool)>, StoreError> {
    let Some(parties) = &record.call.parties else { return Ok(None) };
    let blocked = state.services.overrides.blocked().await?;
    let is_blocked = blocked.iter().any(|blocked| blocked.caller.identity("") == parties.caller());
    let caller = parties.caller().unwrap_or_else(|| parties.from.to_string());
    Ok(Some((caller, is_blocked)))
}

/// The call before this one in the log.
async fn older(state: &State, record: &CallRecord) -> Result<Option<String>, StoreError> {
    let query = CallQuery { before: Some(record.id), ..CallQuery::newest(1) };
    let found = state.services.calls.list(&query).await?.calls.pop();
    Ok(found.map(|record| format!("/calls/{}", record.id)))
}

/// The caller's other calls.
async fn related(state: &State, record: &CallRecord) -> Result<Vec<CallRecord>, StoreError> {
    let Some(from) = caller(record) else { return Ok(Vec::new()) };
    let query = CallQuery { from: Some(from), ..CallQuery::newest(RELATED + 1) };
    let calls = state.services.calls.list(&query).await?.calls;
    Ok(calls.into_iter().filter(|other| other.id != record.id).take(RELATED.into()).collect())
}

/// Retries the download of a voicemail that failed, and shows the call again.
#[handler]
pub(crate) async fn retry(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    Path(id): Path<String>,
) -> Answer {
    let id = id.parse().map_err(|_| Problem::not_found())?;
    state.services.operations.retry_voicemail(&visitor.actor(), id).await?;
    Ok(Flash::new("retried").on(redirect(format!("/calls/{id}")), state.services.secure))
}
