//! When something went wrong, whom it touched, and what was recovered.

use std::sync::Arc;

use poem::web::Data;
use poem::{Response, handler};

use super::page;
use crate::State;
use crate::api::problem::store_problem;
use crate::session::Visitor;
use crate::views::{Frame, OutageLine, OutagesPage};

/// Outages on the page.
const MOST: u16 = 200;

#[handler]
pub(crate) async fn outages(Data(state): Data<&Arc<State>>, Data(visitor): Data<&Visitor>) -> Response {
    match state.operations.outages(MOST).await {
        Ok(outages) => page(state.views.outages(&OutagesPage {
            frame: Frame::of(state, visitor, "Outages"),
            outages: outages.iter().map(|outage| OutageLine::new(outage, &state.zone)).collect(),
        })),
        Err(error) => store_problem(&error),
    }
}
