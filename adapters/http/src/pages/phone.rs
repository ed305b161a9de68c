//! The demo's phone: a keypad in the browser, with the feed beside it.

use std::sync::Arc;

use frontdesk_ports::CallQuery;
use poem::web::Data;
use poem::{Response, handler};

use super::page;
use crate::State;
use crate::api::problem::store_problem;
use crate::session::Visitor;
use crate::views::{CallRow, Frame, PhonePage};

#[handler]
pub(crate) async fn phone(Data(state): Data<&Arc<State>>, Data(visitor): Data<&Visitor>) -> Response {
    match (state.calls.latest_change().await, state.calls.list(&CallQuery::newest(10)).await) {
        (Ok(change), Ok(calls)) => page(state.views.phone(&PhonePage {
            frame: Frame::of(state, visitor, "Phone"),
            rows: calls.calls.iter().map(|record| CallRow::new(record, &state.zone)).collect(),
            change: change.0,
        })),
        (Err(error), _) | (_, Err(error)) => store_problem(&error),
    }
}
