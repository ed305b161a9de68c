//! The demo's phone: a keypad in the browser, with the feed beside it.

use std::sync::Arc;

use frontdesk_ports::CallQuery;
use poem::web::Data;
use poem::{Request, Response, handler};

use super::page;
use crate::State;
use crate::api::problem::store_problem;
use crate::session::Visitor;
use crate::viewer::Viewer;
use crate::views::{Day, Frame, List, PhonePage};

#[handler]
pub(crate) async fn phone(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
) -> Response {
    let viewer = Viewer::of(req, state);
    match (state.desk.calls.latest_change().await, state.desk.calls.list(&CallQuery::newest(10)).await) {
        (Ok(change), Ok(calls)) => page(state.views.page(
            &PhonePage {
                frame: Frame::of(state, visitor, &viewer, "nav-phone"),
                list: List {
                    days: Day::all(&calls.calls, &viewer, state.desk.clock.now(), None),
                    older: None,
                    csrf: visitor.csrf(),
                    here: "/phone".into(),
                },
                live: format!("/events?tab=all&after={}", change.0),
            },
            &viewer,
        )),
        (Err(error), _) | (_, Err(error)) => store_problem(&error),
    }
}
