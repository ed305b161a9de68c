//! Who listened, exported, deleted, changed.

use std::sync::Arc;

use poem::web::Data;
use poem::{Request, Response, handler};

use super::page;
use crate::State;
use crate::api::problem::store_problem;
use crate::session::Visitor;
use crate::viewer::Viewer;
use crate::views::{AuditLine, AuditPage, Frame};

/// Lines on the page.
const MOST: u16 = 500;

#[handler]
pub(crate) async fn audit(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
) -> Response {
    let viewer = Viewer::of(req, state);
    match state.desk.operations.trail(MOST).await {
        Ok(trail) => page(state.views.page(
            &AuditPage {
                frame: Frame::of(state, visitor, &viewer, "nav-audit"),
                most: MOST,
                lines: trail.iter().map(|entry| AuditLine::new(entry, &viewer)).collect(),
            },
            &viewer,
        )),
        Err(error) => store_problem(&error),
    }
}
