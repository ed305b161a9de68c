//! Bodies are read whole before a handler sees them: bounded in size and in time, so that slow senders hold nothing open.

use std::time::Duration;

use poem::http::StatusCode;
use poem::{Endpoint, Middleware, Request, Response};

use crate::api::problem::problem;

/// How long a body may take to arrive.
const TIME: Duration = Duration::from_secs(15);

/// Reads bodies of at most so many bytes.
pub(crate) struct Bodies {
    pub limit: usize,
}

impl<E: Endpoint> Middleware<E> for Bodies {
    type Output = WithBody<E>;
    fn transform(&self, inner: E) -> WithBody<E> {
        WithBody { inner, limit: self.limit }
    }
}

/// An endpoint whose requests have their bodies at hand.
pub(crate) struct WithBody<E> {
    inner: E,
    limit: usize,
}

impl<E: Endpoint> Endpoint for WithBody<E> {
    type Output = Response;

    async fn call(&self, mut req: Request) -> poem::Result<Response> {
        match tokio::time::timeout(TIME, req.take_body().into_bytes_limit(self.limit)).await {
            Ok(Ok(body)) => {
                req.set_body(body);
                Ok(self.inner.get_response(req).await)
            }
            Ok(Err(_)) => Ok(problem(StatusCode::PAYLOAD_TOO_LARGE, "Too large", "send less at once")),
            Err(_) => {
                Ok(problem(StatusCode::REQUEST_TIMEOUT, "Too slow", "the request did not arrive in time"))
            }
        }
    }
}
