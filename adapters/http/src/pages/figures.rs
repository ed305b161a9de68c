//! The numbers page.

use std::sync::Arc;

use poem::web::Data;
use poem::{Request, Response, handler};

use super::page;
use crate::State;
use crate::api::problem::{bad_parameter, store_problem};
use crate::filter;
use crate::query::{BadParameter, pairs};
use crate::session::Visitor;
use crate::viewer::Viewer;
use crate::views::{FiguresPage, Frame};

const RANGES: [(&str, &str); 6] = [
    ("today", "Today"),
    ("yesterday", "Yesterday"),
    ("week", "This week"),
    ("7d", "7 days"),
    ("30d", "30 days"),
    ("365d", "A year"),
];

#[handler]
pub(crate) async fn figures(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
) -> Response {
    let viewer = Viewer::of(req, state);
    let pairs = pairs(req.uri().query());
    let range = pairs.iter().find(|(name, _)| name == "range").map_or("7d", |(_, value)| value.as_str());
    let Some(span) = filter::range(range, &viewer.zone, state.clock.now()) else {
        let why = "use today, yesterday, week, 7d, 30d or 365d".to_owned();
        return bad_parameter(&BadParameter { name: "range".into(), why });
    };
    match state.calls.figures(Some(span.0), Some(span.1)).await {
        Ok(figures) => {
            let frame = Frame::of(state, visitor, "Numbers");
            let mut view = FiguresPage::new(frame, &figures, range, &viewer.zone, span);
            view.ranges = RANGES.iter().map(|(word, label)| (*word, *label, *word == range)).collect();
            page(state.views.figures(&view))
        }
        Err(error) => store_problem(&error),
    }
}
