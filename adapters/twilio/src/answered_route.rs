//! A route that always answers: in time, and also if its handler panics.
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use metrics::Histogram;
use poem::{Endpoint, Request, Response, RouteMethod};
use tokio::time::Instant;

/// Makes the answer that is sent when a handler fails.
pub(crate) type Safe = Arc<dyn Fn() -> Response + Send + Sync>;

/// A handler with its fallback answer, time limit and latency histogram. One endpoint, because each layer around
/// a handler copies the request.
pub(crate) struct AnsweredRoute {
    handler: RouteMethod,
    safe: Safe,
    limit: Option<Duration>,
    taken: Histogram,
}

impl AnsweredRoute {
    /// The route `path`. If the handler panics, or takes longer than `limit` (if set), `safe` answers.
    pub fn new(path: &'static str, handler: RouteMethod, safe: Safe, limit: Option<Duration>) -> Self {
        let taken = metrics::histogram!("frontdesk_webhook_seconds", "route" => path);
        Self { handler, safe, limit, taken }
    }

    async fn answer(&self, req: Request) -> Response {
        let answer = AssertUnwindSafe(self.handler.get_response(req)).catch_unwind().await;
        answer.unwrap_or_else(|_| {
            tracing::error!("a webhook handler panicked; the carrier got the safe answer");
            (self.safe)()
        })
    }
}

impl Endpoint for AnsweredRoute {
    type Output = Response;

    async fn call(&self, req: Request) -> poem::Result<Response> {
        let begun = Instant::now();
        let answer = match self.limit {
            None => self.answer(req).await,
            Some(limit) => {
                let answer = tokio::time::timeout(limit, self.answer(req)).await;
                answer.unwrap_or_else(|_| {
                    tracing::error!("a webhook took longer than {limit:?}; the carrier got the safe answer");
                    (self.safe)()
                })
            }
        };
        self.taken.record(begun.elapsed());
        Ok(answer)
    }
}
