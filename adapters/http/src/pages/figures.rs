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

const RANGES: [&str; 6] = ["today", "yesterday", "week", "7d", "30d", "365d"];

#[handler]
pub(crate) async fn figures(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
) -> Response {
    let viewer = Viewer::of(req, state);
    let pairs = pairs(req.uri().query());
    let range = pairs.iter().find(|(name, _)| name == "range").map_or("7d", |(_, value)| value.as_str());
    let Some(span) = filter::range(range, &viewer.zone, state.desk.clock.now()) else {
        let why = "use today, yesterday, week, 7d, 30d or 365d".to_owned();
        return bad_parameter(&BadParameter { name: "range".into(), why });
    };
    match state.desk.calls.figures(Some(span.0), Some(span.1)).await {
        Ok(figures) => {
            let frame = Frame::of(state, visitor, &viewer, "nav-numbers");
            let mut view = FiguresPage::new(frame, &figures, range, &viewer, span);
            view.ranges = RANGES
                .map(|word| (word, viewer.language.say(&format!("range-{word}")), word == range))
                .into();
            page(state.views.page(&view, &viewer))
        }
        Err(error) => store_problem(&error),
    }
}
