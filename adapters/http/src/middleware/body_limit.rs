//! Reads the whole body before the handler runs, with limits on size and time, so that slow senders do not occupy handlers.
use std::sync::Arc;
use std::time::Duration;

use poem::{Endpoint, IntoResponse, Request, Response};

use crate::pages::contacts::{IMPORT, MAX_IMPORT_BYTES};
use crate::problem::{Problem, ProblemKind};

/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(15);

pub(crate) async fn limit_body<E: Endpoint>(
    limit: usize,
    endpoint: Arc<E>,
    mut req: Request,
) -> poem::Result<Response> {
    let limit = if req.uri().path() == IMPORT { limit.max(MAX_IMPORT_BYTES) } else { limit };
    let body = tokio::time::timeout(BODY_TIMEOUT, req.take_body().into_bytes_limit(limit)).await;
    let body =
        body.map_err(|_| Problem::new(ProblemKind::RequestTimeout, "the request did not arrive in time"))?;
    let body = body.map_err(|_| Problem::new(ProblemKind::TooLarge, "send less at once"))?;
    req.set_body(body);
    endpoint.call(req).await.map(IntoResponse::into_response)
}
