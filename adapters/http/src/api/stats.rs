//! `/api/v1/stats`: call statistics over a period.
use std::collections::BTreeMap;
use std::sync::Arc;

use frontdesk_ports::{CallStats, CarrierCount};
use poem::http::Uri;
use poem::web::{Data, Json};
use poem::{IntoResponse, handler};
use schemars::JsonSchema;
use serde::Serialize;

use super::wire::instant;
use crate::State;
use crate::problem::Answer;
use crate::query::{self, BadParameter};

/// Call statistics over a period.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Stats {
    #[schemars(extend("format" = "date-time"))]
    since: Option<String>,
    #[schemars(extend("format" = "date-time"))]
    until: Option<String>,
    calls: u64,
    /// Calls by outcome.
    outcomes: BTreeMap<&'static str, u64>,
    /// The share of calls that were answered, of those that wanted to be; 0 to 1.
    #[schemars(range(min = 0, max = 1))]
    answer_rate: Option<f64>,
    time_to_answer: TimeToAnswer,
    /// Calls by the hour they started in.
    per_hour: Vec<Hour>,
    /// Calls by carrier.
    per_provider: Vec<OfProvider>,
}

/// How long callers waited until they were answered.
#[derive(Debug, Serialize, JsonSchema)]
struct TimeToAnswer {
    median_seconds: Option<f64>,
    p90_seconds: Option<f64>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Hour {
    #[schemars(extend("format" = "date-time"))]
    hour: String,
    calls: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
struct OfProvider {
    provider: String,
    calls: u64,
    /// As above, of these calls.
    #[schemars(range(min = 0, max = 1))]
    answer_rate: Option<f64>,
}

#[handler]
pub(crate) async fn stats(Data(state): Data<&Arc<State>>, uri: &Uri) -> Answer {
    let (mut since, mut until) = (None, None);
    for (name, value) in query::pairs(uri.query()) {
        let bad = |why: String| BadParameter { name: name.clone(), why };
        let at = Some(query::time(&value, &state.services.zone).map_err(bad)?);
        match name.as_str() {
            "since" => since = at,
            "until" => until = at,
            _ => return Err(bad("unknown parameter; use one of since, until".into()).into()),
        }
    }
    let stats = CallStats::of(&state.services.calls.figures(since, until).await?);
    let body = Stats {
        since: since.map(instant),
        until: until.map(instant),
        calls: stats.calls,
        outcomes: stats.outcomes.iter().map(|(outcome, count)| (outcome.as_str(), *count)).collect(),
        answer_rate: stats.answer_rate,
        time_to_answer: TimeToAnswer {
            median_seconds: stats.median_seconds_to_answer,
            p90_seconds: stats.p90_seconds_to_answer,
        },
        per_hour: stats
            .per_hour
            .iter()
            .map(|hour| Hour { hour: instant(hour.hour), calls: hour.calls })
            .collect(),
        per_provider: stats
            .carriers
            .into_iter()
            .map(|CarrierCount { name, calls, answer_rate }| OfProvider {
                provider: name,
                calls,
                answer_rate,
            })
            .collect(),
    };
    Ok(Json(body).into_response())
}
