//! Who listened, exported, deleted, changed.

pub(crate) mod view;
use std::sync::Arc;

use poem::web::Data;
use poem::{Request, handler};

use super::html;
use crate::State;
use crate::auth::visitor::Visitor;
use crate::i18n::viewer::Viewer;
use crate::pages::audit::view::{AuditLine, AuditPage};
use crate::pages::frame::Frame;
use crate::problem::Answer;

/// The most entries on the page.
const MAX_ENTRIES: u16 = 500;

#[handler]
pub(crate) async fn audit(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
) -> Answer {
    let viewer = Viewer::of(req, state);
    let trail = state.services.operations.trail(MAX_ENTRIES).await?;
    let view = AuditPage {
        frame: Frame::of(state, visitor, &viewer, "nav-audit"),
        most: MAX_ENTRIES,
        lines: trail.iter().map(|entry| AuditLine::new(entry, &viewer)).collect(),
    };
    html(state.templates.page(&view, &viewer))
}
