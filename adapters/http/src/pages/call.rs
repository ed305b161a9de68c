//! One call, with its story and the proof of its outcome.

use std::sync::Arc;

use poem::http::{StatusCode, header};
use poem::web::{Data, Path};
use poem::{Response, handler};

use super::page;
use crate::State;
use crate::api::problem::{not_found, store_problem};
use crate::api::voicemail::refuse_retry;
use crate::session::Visitor;
use crate::views::{CallPage, CallRow, EventLine, Frame};

#[handler]
pub(crate) async fn call(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    Path(id): Path<String>,
) -> Response {
    let Ok(id) = id.parse() else { return not_found() };
    match state.calls.call(id).await {
        Ok(Some(call)) => page(state.views.call(&CallPage {
            frame: Frame::of(state, visitor, "Call"),
            row: CallRow::new(&call.record, &state.zone),
            events: EventLine::all(&call, &state.zone),
        })),
        Ok(None) => not_found(),
        Err(error) => store_problem(&error),
    }
}

/// Asks the carrier anew for a message that was given up, and shows the call again.
#[handler]
pub(crate) async fn retry(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    Path(id): Path<String>,
) -> Response {
    let Ok(wanted) = id.parse() else { return not_found() };
    match state.operations.retry_voicemail(&visitor.actor(), wanted).await {
        Ok(()) => Response::builder()
            .status(StatusCode::SEE_OTHER)
            .header(header::LOCATION, format!("/calls/{wanted}"))
            .finish(),
        Err(error) => refuse_retry(&error),
    }
}
