//! `/api/v1/outages`: when something went wrong, and what was recovered.
use std::sync::Arc;

use frontdesk_ports::Outage;
use poem::web::{Data, Json};
use poem::{IntoResponse, handler};
use serde_json::{Value, json};

use super::wire::instant;
use crate::State;
use crate::problem::Answer;

/// The most outages in one response.
const MAX_OUTAGES: u16 = 200;

#[handler]
pub(crate) async fn outages(Data(state): Data<&Arc<State>>) -> Answer {
    let outages = state.services.operations.outages(MAX_OUTAGES).await?;
    let wire = |outage: &Outage| {
        json!({
            "cause": outage.cause.as_str(), "began_at": instant(outage.began_at),
            "ended_at": instant(outage.ended_at), "calls": outage.calls, "added": outage.added,
            "repaired": outage.repaired, "messages": outage.messages,
        })
    };
    let outages: Vec<Value> = outages.iter().map(wire).collect();
    Ok(Json(json!({ "outages": outages })).into_response())
}
