//! `/api/v1/calls`: a page of calls, and one call with its events.

use std::sync::Arc;

use poem::http::Uri;
use poem::web::{Data, Json, Path};
use poem::{IntoResponse, Response, handler};
use serde::Serialize;

use super::problem::{bad_parameter, not_found, store_problem};
use super::wire::WireCall;
use crate::State;
use crate::query;

#[derive(Serialize)]
struct Page {
    calls: Vec<WireCall>,
    next_cursor: Option<String>,
}

#[handler]
pub(crate) async fn list(Data(state): Data<&Arc<State>>, uri: &Uri) -> Response {
    let query = match query::call_query(&query::pairs(uri.query()), &state.desk.zone) {
        Ok(query) => query,
        Err(error) => return bad_parameter(&error),
    };
    match state.desk.calls.list(&query).await {
        Ok(page) => {
            let calls = page.calls.iter().map(WireCall::from).collect();
            Json(Page { calls, next_cursor: page.next.map(|id| id.to_string()) }).into_response()
        }
        Err(error) => store_problem(&error),
    }
}

#[handler]
pub(crate) async fn one(Data(state): Data<&Arc<State>>, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse() else { return not_found() };
    match state.desk.calls.call(id).await {
        Ok(Some(call)) => Json(WireCall::from(&call)).into_response(),
        Ok(None) => not_found(),
        Err(error) => store_problem(&error),
    }
}
