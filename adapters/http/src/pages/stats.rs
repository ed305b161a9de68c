//! The statistics page.

pub(crate) mod view;
use std::sync::Arc;

use frontdesk_ports::CallQuery;
use poem::web::Data;
use poem::{Request, handler};

use super::html;
use crate::State;
use crate::auth::visitor::Visitor;
use crate::filter;
use crate::i18n::viewer::Viewer;
use crate::pages::frame::Frame;
use crate::pages::stats::view::{CallsByUser, FiguresPage};
use crate::problem::Answer;
use crate::query::{BadParameter, pairs};

/// Calls that are read at once to count what users did about them, and how often at most.
const PORTION: u16 = 200;
const PORTIONS: usize = 10;

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
    let worked_on = CallQuery { since: Some(span.0), until: Some(span.1), ..CallQuery::newest(PORTION) };
    let mut by_user = CallsByUser::default();
    for mut query in
        [CallQuery { handled: Some(true), ..worked_on.clone() }, CallQuery { assigned: true, ..worked_on }]
    {
        for _ in 0..PORTIONS {
            let page = calls.list(&query).await?;
            page.calls.iter().for_each(|call| by_user.add(call));
            query.before = page.next;
            if query.before.is_none() {
                break;
            }
        }
    }
    let frame = Frame::of(state, visitor, &viewer, "nav-numbers");
    let mut view = FiguresPage::new(frame, (&figures, &before), range, &viewer, span);
    view.people = by_user.lines(range);
    view.ranges =
        RANGES.map(|word| (word, viewer.language.say(&format!("range-{word}")), word == range)).into();
    html(state.templates.page(&view, &viewer))
}
