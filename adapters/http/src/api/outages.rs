//! `/api/v1/outages`: when something went wrong, and what was recovered.

use std::sync::Arc;

use poem::web::{Data, Json};
use poem::{IntoResponse, Response, handler};
use serde_json::{Value, json};

use super::problem::store_problem;
use super::wire::instant;
use crate::State;

/// Outages in one answer.
const MOST: u16 = 200;

#[handler]
pub(crate) async fn outages(Data(state): Data<&Arc<State>>) -> Response {
    match state.desk.operations.outages(MOST).await {
        Ok(outages) => {
            let outages: Vec<Value> = outages
                .iter()
                .map(|outage| {
                    json!({
                        "cause": outage.cause.word(), "began_at": instant(outage.began_at),
                        "ended_at": instant(outage.ended_at), "calls": outage.calls, "added": outage.added,
                        "repaired": outage.repaired, "messages": outage.messages,
                    })
                })
                .collect();
            Json(json!({ "outages": outages })).into_response()
        }
        Err(error) => store_problem(&error),
    }
}
