//! Who listened, exported, deleted, changed.

use std::sync::Arc;

use poem::web::Data;
use poem::{Response, handler};

use super::page;
use crate::State;
use crate::api::problem::store_problem;
use crate::session::Visitor;
use crate::views::{AuditLine, AuditPage, Frame};

/// Lines on the page.
const MOST: u16 = 500;

#[handler]
pub(crate) async fn audit(Data(state): Data<&Arc<State>>, Data(visitor): Data<&Visitor>) -> Response {
    match state.operations.trail(MOST).await {
        Ok(trail) => page(state.views.audit(&AuditPage {
            frame: Frame::of(state, visitor, "Audit"),
            lines: trail.iter().map(|entry| AuditLine::new(entry, &state.zone)).collect(),
        })),
        Err(error) => store_problem(&error),
    }
}
