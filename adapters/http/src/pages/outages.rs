//! When something went wrong, whom it touched, and what was recovered.

use std::sync::Arc;

use poem::web::Data;
use poem::{Request, Response, handler};

use super::page;
use crate::State;
use crate::api::problem::store_problem;
use crate::session::Visitor;
use crate::viewer::Viewer;
use crate::views::{Frame, OutageLine, OutagesPage};

/// Outages on the page.
const MOST: u16 = 200;

#[handler]
pub(crate) async fn outages(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
) -> Response {
    let viewer = Viewer::of(req, state);
    match state.desk.operations.outages(MOST).await {
        Ok(outages) => page(state.views.page(
            &OutagesPage {
                frame: Frame::of(state, visitor, &viewer, "nav-outages"),
                outages: outages.iter().map(|outage| OutageLine::new(outage, &viewer)).collect(),
            },
            &viewer,
        )),
        Err(error) => store_problem(&error),
    }
}
