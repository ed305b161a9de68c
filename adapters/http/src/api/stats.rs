//! `/api/v1/stats`: figures over a span of the log.
use std::sync::Arc;

use frontdesk_ports::CallStats;
use poem::http::Uri;
use poem::web::{Data, Json};
use poem::{IntoResponse, handler};
use serde_json::{Map, Value, json};

use super::wire::instant;
use crate::State;
use crate::problem::Answer;
use crate::query::{self, BadParameter};

#[handler]
pub(crate) async fn stats(Data(state): Data<&Arc<State>>, uri: &Uri) -> Answer {
    let (mut since, mut until) = (None, None);
    for (name, value) in query::pairs(uri.query()) {
        let bad = |why: String| BadParameter { name: name.clone(), why };
        let at = Some(query::time(&value, &state.services.zone).map_err(bad)?);
        match name.as_str() {
            "since" => since = at,
            "until" => until = at,
            _ => return Err(bad("there is no such parameter; there are since, until".into()).into()),
        }
    }
    let stats = CallStats::of(&state.services.calls.figures(since, until).await?);
    let outcomes: Map<String, Value> =
        stats.outcomes.iter().map(|(outcome, count)| (outcome.as_str().into(), json!(count))).collect();
    let per_hour: Vec<Value> =
        stats.per_hour.iter().map(|hour| json!({"hour": instant(hour.hour), "calls": hour.calls})).collect();
    let body = json!({
        "since": since.map(instant), "until": until.map(instant), "calls": stats.calls,
        "outcomes": outcomes, "answer_rate": stats.answer_rate,
        "time_to_answer": {
            "median_seconds": stats.median_seconds_to_answer,
            "p90_seconds": stats.p90_seconds_to_answer,
        },
        "per_hour": per_hour,
    });
    Ok(Json(body).into_response())
}
