//! The activity feed.

use std::sync::Arc;

use frontdesk_domain::Outcome;
use poem::http::Uri;
use poem::web::Data;
use poem::{Response, handler};

use super::page;
use crate::State;
use crate::api::problem::{bad_parameter, store_problem};
use crate::query;
use crate::session::Visitor;
use crate::views::{CallRow, FeedPage, Filter, Frame};

#[handler]
pub(crate) async fn feed(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    uri: &Uri,
) -> Response {
    let pairs = query::pairs(uri.query());
    let wanted = match query::call_query(&pairs, &state.zone) {
        Ok(wanted) => wanted,
        Err(error) => return bad_parameter(&error),
    };
    // The change first: what happens between the two reads is then sent again, not lost.
    let (change, calls) = match (state.calls.latest_change().await, state.calls.list(&wanted).await) {
        (Ok(change), Ok(calls)) => (change, calls),
        (Err(error), _) | (_, Err(error)) => return store_problem(&error),
    };
    let older = calls.next.map(|next| {
        let kept = pairs.iter().filter(|(name, _)| name != "cursor");
        let query: String = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(kept)
            .append_pair("cursor", &next.to_string())
            .finish();
        format!("/?{query}")
    });
    // No rule of the built-in flow rejects a call.
    let offered = Outcome::ALL.iter().filter(|outcome| **outcome != Outcome::Rejected);
    let filters =
        offered.map(|outcome| Filter { word: outcome.word(), chosen: wanted.outcome == Some(*outcome) });
    page(state.views.feed(&FeedPage {
        frame: Frame::of(state, visitor, "Calls"),
        rows: calls.calls.iter().map(|record| CallRow::new(record, &state.zone)).collect(),
        filters: filters.collect(),
        text: wanted.text.as_ref().map(|text| text.0.clone()).unwrap_or_default(),
        filtered: !pairs.is_empty(),
        change: change.0,
        older,
    }))
}
