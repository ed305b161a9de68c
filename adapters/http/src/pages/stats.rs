//! The statistics page.

mod bars;
pub(crate) mod view;
use std::sync::Arc;

use poem::web::Data;
use poem::{Request, handler};

use super::html;
use crate::State;
use crate::auth::visitor::Visitor;
use crate::filter;
use crate::i18n::viewer::Viewer;
use crate::pages::frame::Frame;
use crate::pages::stats::view::FiguresPage;
use crate::problem::Answer;
use crate::query::{BadParameter, pairs};

const RANGES: [&str; 6] = ["today", "yesterday", "week", "7d", "30d", "365d"];

#[handler]
pub(crate) async fn stats(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
) -> Answer {
    let viewer = Viewer::of(req, state);
    let pairs = pairs(req.uri().query());
    let range = pairs.iter().find(|(name, _)| name == "range").map_or("7d", |(_, value)| value.as_str());
    let span = filter::range(range, &viewer.zone, state.services.clock.now());
    let span = span.ok_or_else(|| BadParameter {
        name: "range".into(),
        why: "use today, yesterday, week, 7d, 30d or 365d".to_owned(),
    })?;
    let calls = &state.services.calls;
    let figures = calls.figures(Some(span.0), Some(span.1)).await?;
    let length = span.1.duration_since(span.0);
    let since = span.0.checked_sub(length).unwrap_or(span.0);
    let before = calls.figures(Some(since), Some(span.0)).await?;
    let frame = Frame::of(state, visitor, &viewer, "nav-numbers");
    let mut view = FiguresPage::new(frame, (&figures, &before), range, &viewer, span);
    view.ranges =
        RANGES.map(|word| (word, viewer.language.say(&format!("range-{word}")), word == range)).into();
    html(state.templates.page(&view, &viewer))
}
