//! `/api/v1/calls`: a page of calls, and one call with its events.
use std::sync::Arc;

use poem::http::Uri;
use poem::web::{Data, Json, Path};
use poem::{IntoResponse, handler};

use super::wire::{CallContext, CallPage, WireCall, WireCallWithEvents};
use crate::State;
use crate::problem::{Answer, Problem};
use crate::query;

#[handler]
pub(crate) async fn list(Data(state): Data<&Arc<State>>, uri: &Uri) -> Answer {
    let query = query::call_query(&query::pairs(uri.query()), &state.services.zone)?;
    let (prefix, contacts) = (&state.services.prefix, &*state.services.contacts.book());
    let query = query::with_contacts(query, contacts);
    let context = CallContext { prefix, contacts };
    let page = state.services.calls.list(&query).await?;
    let calls = page.calls.iter().map(|call| WireCall::new(call, &context)).collect();
    Ok(Json(CallPage { calls, next_cursor: page.next.map(|id| id.to_string()) }).into_response())
}

#[handler]
pub(crate) async fn one(Data(state): Data<&Arc<State>>, Path(id): Path<String>) -> Answer {
    let id = id.parse().map_err(|_| Problem::not_found())?;
    let call = state.services.calls.call(id).await?.ok_or_else(Problem::not_found)?;
    let (prefix, contacts) = (&state.services.prefix, &*state.services.contacts.book());
    Ok(Json(WireCallWithEvents::new(&call, &CallContext { prefix, contacts })).into_response())
}
