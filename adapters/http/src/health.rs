//! Health and readiness, for operators and load balancers.
use std::sync::Arc;

use frontdesk_ports::{Readiness, Ready};
use poem::http::{StatusCode, header};
use poem::web::Data;
use poem::{Response, handler};
use serde_json::json;

use crate::State;

fn answer(status: StatusCode, body: &serde_json::Value) -> Response {
    Response::builder()
        .status(status)
        .content_type("application/json")
        .header(header::CACHE_CONTROL, "no-store")
        .body(body.to_string())
}

/// The process is up.
#[handler]
pub(crate) fn healthz() -> Response {
    answer(StatusCode::OK, &json!({"status": "ok"}))
}

/// The service's own metrics.
#[handler]
pub(crate) fn metrics(Data(state): Data<&Arc<State>>) -> Response {
    prometheus_text(&*state.services.metrics)
}

/// Metrics in the text format of Prometheus.
pub(crate) fn prometheus_text(read: &(dyn Fn() -> String + Send + Sync)) -> Response {
    Response::builder().content_type("text/plain; version=0.0.4; charset=utf-8").body(read())
}

/// Calls can be answered and their events stored.
#[handler]
pub(crate) async fn readyz(Data(readiness): Data<&Arc<dyn Readiness>>) -> Response {
    match readiness.ready().await {
        Ready::Ready => answer(StatusCode::OK, &json!({"status": "ready"})),
        Ready::Degraded(reasons) => {
            answer(StatusCode::OK, &json!({"status": "degraded", "reasons": reasons}))
        }
        Ready::NotReady(reasons) => {
            answer(StatusCode::SERVICE_UNAVAILABLE, &json!({"status": "unavailable", "reasons": reasons}))
        }
    }
}
