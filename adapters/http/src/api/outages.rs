//! `/api/v1/outages`: when outages happened, and what was recovered.
use std::sync::Arc;

use frontdesk_ports::{Outage, OutageCause};
use poem::web::{Data, Json};
use poem::{IntoResponse, handler};
use schemars::JsonSchema;
use serde::Serialize;

use super::wire::{instant, one_of};
use crate::State;
use crate::problem::Answer;

/// The most outages in one response.
const MAX_OUTAGES: u16 = 200;

/// Times when something went wrong, newest first.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Outages {
    outages: Vec<WireOutage>,
}

/// An outage.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Outage")]
struct WireOutage {
    #[schemars(schema_with = "one_of::<OutageCause>")]
    cause: &'static str,
    #[schemars(extend("format" = "date-time"))]
    began_at: String,
    #[schemars(extend("format" = "date-time"))]
    ended_at: String,
    /// Calls of that time, as far as known.
    calls: u32,
    /// Calls that were added from the carrier's records afterwards.
    added: u32,
    /// Calls that were completed from the carrier's records afterwards.
    repaired: u32,
    /// Voicemails that were found at the carrier afterwards.
    messages: u32,
}

impl From<Outage> for WireOutage {
    fn from(outage: Outage) -> Self {
        let Outage { cause, began_at, ended_at, calls, added, repaired, messages } = outage;
        let (began_at, ended_at) = (instant(began_at), instant(ended_at));
        Self { cause: cause.as_str(), began_at, ended_at, calls, added, repaired, messages }
    }
}

#[handler]
pub(crate) async fn outages(Data(state): Data<&Arc<State>>) -> Answer {
    let outages = state.services.operations.outages(MAX_OUTAGES).await?;
    Ok(Json(Outages { outages: outages.into_iter().map(WireOutage::from).collect() }).into_response())
}
