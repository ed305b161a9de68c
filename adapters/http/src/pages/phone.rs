//! The demo's phone: a keypad in the browser, with the feed beside it.
use std::sync::Arc;

use frontdesk_ports::CallQuery;
use poem::web::Data;
use poem::{Request, handler};

use super::html;
use crate::State;
use crate::auth::visitor::Visitor;
use crate::i18n::viewer::Viewer;
use crate::pages::feed::view::{Day, List};
use crate::pages::frame::Frame;
use crate::problem::Answer;
use crate::templates::PhonePage;

#[handler]
pub(crate) async fn phone(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
) -> Answer {
    let viewer = Viewer::of(req, state);
    let change = state.services.calls.latest_change().await?;
    let calls = state.services.calls.list(&CallQuery::newest(10)).await?.calls;
    let view = PhonePage {
        frame: Frame::of(state, visitor, &viewer, "nav-phone"),
        list: List {
            days: Day::all(&calls, &viewer, state.services.clock.now(), None),
            older: None,
            csrf: visitor.csrf(),
            here: "/phone".into(),
        },
        live: format!("/events?tab=all&after={}", change.0),
    };
    html(state.templates.page(&view, &viewer))
}
