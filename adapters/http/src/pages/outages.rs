//! Outages: when they happened, which calls were affected, and what was recovered.

pub(crate) mod view;
use std::sync::Arc;

use poem::web::Data;
use poem::{Request, handler};

use super::html;
use crate::State;
use crate::auth::visitor::Visitor;
use crate::i18n::viewer::Viewer;
use crate::pages::frame::Frame;
use crate::pages::outages::view::{FailedNotification, OutageLine, OutagesPage};
use crate::problem::Answer;

/// The most outages on the page.
const MAX_OUTAGES: u16 = 200;
/// The most failed notifications on the page.
const MAX_NOTIFICATIONS: u16 = 50;

#[handler]
pub(crate) async fn outages(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
) -> Answer {
    let viewer = Viewer::of(req, state);
    let outages = state.services.operations.outages(MAX_OUTAGES).await?;
    let failed = state.services.operations.failed_notifications(MAX_NOTIFICATIONS).await?;
    let view = OutagesPage {
        frame: Frame::of(state, visitor, &viewer, "nav-outages"),
        failed_notifications: failed.iter().map(|report| FailedNotification::new(report, &viewer)).collect(),
        outages: outages.iter().map(|outage| OutageLine::new(outage, &viewer)).collect(),
    };
    html(state.templates.page(&view, &viewer))
}
