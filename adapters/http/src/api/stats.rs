//! `/api/v1/stats`: figures over a span of the log.

use std::sync::Arc;

use frontdesk_ports::CallStats;
use poem::http::Uri;
use poem::web::{Data, Json};
use poem::{IntoResponse, Response, handler};
use serde_json::{Map, Value, json};

use super::problem::{bad_parameter, store_problem};
use super::wire::instant;
use crate::State;
use crate::query::{self, BadParameter};

#[handler]
pub(crate) async fn stats(Data(state): Data<&Arc<State>>, uri: &Uri) -> Response {
    let (mut since, mut until) = (None, None);
    for (name, value) in query::pairs(uri.query()) {
        let bad = |why: String| bad_parameter(&BadParameter { name: name.clone(), why });
        let at = match query::time(&value, &state.desk.zone) {
            Ok(at) => Some(at),
            Err(why) => return bad(why),
        };
        match name.as_str() {
            "since" => since = at,
            "until" => until = at,
            _ => return bad("there is no such parameter; there are since, until".into()),
        }
    }
    match state.desk.calls.figures(since, until).await.map(|figures| CallStats::of(&figures)) {
        Ok(stats) => {
            let outcomes: Map<String, Value> =
                stats.outcomes.iter().map(|(outcome, count)| (outcome.word().into(), json!(count))).collect();
            let per_hour: Vec<Value> = stats
                .per_hour
                .iter()
                .map(|hour| json!({"hour": instant(hour.hour), "calls": hour.calls}))
                .collect();
            let to_answer = json!({
                "median_seconds": stats.median_seconds_to_answer,
                "p90_seconds": stats.p90_seconds_to_answer,
            });
            Json(json!({
                "since": since.map(instant), "until": until.map(instant), "calls": stats.calls,
                "outcomes": outcomes, "answer_rate": stats.answer_rate,
                "time_to_answer": to_answer, "per_hour": per_hour,
            }))
            .into_response()
        }
        Err(error) => store_problem(&error),
    }
}
