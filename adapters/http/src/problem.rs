//! Errors of requests. Handlers return [`Problem`] and use `?`; the router sends it as a page to a browser and as
//! `application/problem+json` (RFC 9457) to a program.
use std::time::Duration;

use frontdesk_ports::{RetryError, StoreError, VoicemailError, WorkError};
use poem::Response;
use poem::error::ResponseError;
use poem::http::{HeaderName, HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use serde::Serialize;

use crate::query::BadParameter;

/// What a handler returns.
pub(crate) type Answer = Result<Response, Problem>;

/// Why a request was not done.
#[derive(Debug, thiserror::Error)]
#[error("{title}: {detail}")]
pub(crate) struct Problem {
    pub status: StatusCode,
    title: &'static str,
    pub detail: String,
    /// The request parameter that is wrong, if it is one.
    pub parameter: Option<String>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// A problem as programs read it (RFC 9457).
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(crate) struct ProblemBody {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    /// The request parameter that is wrong, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
}

impl Problem {
    pub fn new(status: StatusCode, title: &'static str, detail: impl Into<String>) -> Self {
        Self { status, title, detail: detail.into(), parameter: None, headers: Vec::new() }
    }

    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not found", "there is nothing at this address")
    }

    pub fn anonymous() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Not signed in", "sign in, or send a valid API token")
            .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    pub fn throttled(wait: Duration) -> Self {
        let detail = "too many failed attempts from this network; wait, and check the token";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "Too many attempts", detail)
            .with_header(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)))
    }

    pub fn too_many_streams() -> Self {
        let detail = "too many event streams are open; close some, and try again";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "Too many streams", detail)
            .with_header(header::RETRY_AFTER, HeaderValue::from_static("60"))
    }

    pub fn not_allowed() -> Self {
        Self::new(StatusCode::FORBIDDEN, "Not allowed", "your role or token does not cover this")
    }

    pub fn unavailable() -> Self {
        let title = "The log is not available";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, title, "try again in a moment")
    }

    pub fn method_not_allowed(allowed: &'static str) -> Self {
        let detail = format!("this address takes {allowed}");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed", detail)
            .with_header(header::ALLOW, HeaderValue::from_static(allowed))
    }

    /// A form with missing or unknown fields.
    pub fn bad_form(detail: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Form not understood", detail)
    }

    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    pub fn body(&self) -> ProblemBody {
        let Self { status, title, detail, parameter, .. } = self;
        let (detail, parameter) = (detail.clone(), parameter.clone());
        ProblemBody { r#type: "about:blank", title, status: status.as_u16(), detail, parameter }
    }

    /// Adds the problem's headers to a response that shows it in another form.
    pub fn add_headers(&self, response: &mut Response) {
        response.headers_mut().extend(self.headers.iter().cloned());
    }
}

impl ResponseError for Problem {
    fn status(&self) -> StatusCode {
        self.status
    }

    fn as_response(&self) -> Response {
        let body = serde_json::to_string(&self.body()).unwrap_or_default();
        let mut response =
            Response::builder().status(self.status).content_type("application/problem+json").body(body);
        self.add_headers(&mut response);
        response
    }
}

impl From<BadParameter> for Problem {
    fn from(error: BadParameter) -> Self {
        let detail = error.to_string();
        Self { parameter: Some(error.name), ..Self::new(StatusCode::BAD_REQUEST, "Bad parameter", detail) }
    }
}

/// The details are for the server's log, not for the visitor.
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) | StoreError::Exists(_) => {
                tracing::warn!("a store was unavailable to a reader: {error}");
                Self::unavailable()
            }
            StoreError::Refused(_) | StoreError::Corrupt(_) => {
                tracing::error!("a store failed for a reader: {error}");
                let title = "The log holds something it should not";
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, title, "see the server's log")
            }
        }
    }
}

impl From<tera::Error> for Problem {
    fn from(error: tera::Error) -> Self {
        tracing::error!("a page could not be rendered: {error}");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "This page is broken", "see the server's log")
    }
}

impl From<RetryError> for Problem {
    fn from(error: RetryError) -> Self {
        let detail = error.to_string();
        match error {
            RetryError::None => Self::new(StatusCode::NOT_FOUND, "No voicemail", detail),
            RetryError::NotFailed => Self::new(StatusCode::CONFLICT, "Voicemail not lost", detail),
            RetryError::Store(error) => error.into(),
        }
    }
}

impl From<VoicemailError> for Problem {
    fn from(error: VoicemailError) -> Self {
        let detail = error.to_string();
        match error {
            VoicemailError::None => Self::new(StatusCode::NOT_FOUND, "No voicemail", detail),
            VoicemailError::Pending => {
                Self::new(StatusCode::CONFLICT, "Voicemail not downloaded yet", detail)
            }
            VoicemailError::Failed => Self::new(StatusCode::GONE, "Voicemail lost", detail),
            VoicemailError::Deleted => Self::new(StatusCode::GONE, "Voicemail deleted", detail),
            VoicemailError::Range(length) => {
                let problem =
                    Self::new(StatusCode::RANGE_NOT_SATISFIABLE, "Range outside the voicemail", detail);
                match format!("bytes */{length}").parse() {
                    Ok(value) => problem.with_header(header::CONTENT_RANGE, value),
                    Err(_) => problem,
                }
            }
            VoicemailError::Store(error) => error.into(),
        }
    }
}

impl From<WorkError> for Problem {
    fn from(error: WorkError) -> Self {
        match error {
            WorkError::None => Self::not_found(),
            WorkError::Refused(refused) => {
                Self::new(refused_status(&refused), "Not changed", refused.to_string())
            }
            WorkError::Store(error) => error.into(),
        }
    }
}

/// The status of a change to a call that was refused.
pub(crate) fn refused_status(refused: &frontdesk_ports::work::WorkRefused) -> StatusCode {
    use frontdesk_ports::work::WorkRefused;
    match refused {
        WorkRefused::Stale => StatusCode::CONFLICT,
        WorkRefused::NoSuchUser
        | WorkRefused::Empty(_)
        | WorkRefused::TooLong(..)
        | WorkRefused::TooMany(..) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
