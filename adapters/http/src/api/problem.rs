//! Errors as `application/problem+json` (RFC 9457).

use frontdesk_ports::StoreError;
use poem::Response;
use poem::http::{HeaderValue, StatusCode, header};
use serde_json::json;

use crate::query::BadParameter;

/// A problem in words.
pub(crate) fn problem(status: StatusCode, title: &str, detail: &str) -> Response {
    let body = json!({"type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail});
    Response::builder().status(status).content_type("application/problem+json").body(body.to_string())
}

/// A parameter that cannot be read.
pub(crate) fn bad_parameter(error: &BadParameter) -> Response {
    let mut body =
        json!({"type": "about:blank", "title": "Bad parameter", "status": 400, "detail": error.to_string()});
    body["parameter"] = json!(error.name);
    Response::builder()
        .status(StatusCode::BAD_REQUEST)
        .content_type("application/problem+json")
        .body(body.to_string())
}

/// A store that failed. What exactly is for the log, not for the visitor.
pub(crate) fn store_problem(error: &StoreError) -> Response {
    match error {
        StoreError::Unavailable(_) | StoreError::Exists(_) => {
            tracing::warn!("the store failed a reader: {error}");
            problem(StatusCode::SERVICE_UNAVAILABLE, "The log is not available", "try again in a moment")
        }
        StoreError::Refused(_) | StoreError::Corrupt(_) => {
            tracing::error!("the store failed a reader: {error}");
            problem(
                StatusCode::INTERNAL_SERVER_ERROR,
                "The log holds something it should not",
                "see the server's log",
            )
        }
    }
}

/// Nothing is there.
pub(crate) fn not_found() -> Response {
    problem(StatusCode::NOT_FOUND, "Not found", "there is nothing at this address")
}

/// A path of the table that has no handler, which a test excludes.
#[poem::handler]
pub(crate) fn nothing_here() -> Response {
    not_found()
}

/// Not with this method, but with those.
pub(crate) fn method_not_allowed(allowed: &'static str) -> Response {
    let detail = format!("this address takes {allowed}");
    let mut response = problem(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed", &detail);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}
