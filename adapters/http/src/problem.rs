//! Errors of requests. Handlers return [`Problem`] and use `?`; the router sends it as a page to a browser and as
//! `application/problem+json` (RFC 9457) to a program.

pub(crate) mod kind;
use std::time::Duration;

use frontdesk_ports::{RetryError, StoreError, VoicemailError, WorkError};
use poem::Response;
use poem::error::ResponseError;
use poem::http::{HeaderName, HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use serde::Serialize;

pub(crate) use kind::ProblemKind;

use crate::api::wire::WireCall;
use crate::middleware::path_prefix::PathPrefix;
use crate::query::BadParameter;

/// What a handler returns.
pub(crate) type Answer = Result<Response, Problem>;

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
#[error("{}: {detail}", kind.title())]
pub(crate) struct Problem {
    pub kind: ProblemKind,
    pub detail: String,
    /// The request parameter that is wrong, if it is one.
    pub parameter: Option<String>,
    /// The present state of the call that was to be changed.
    call: Option<Box<WireCall>>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// A problem as programs read it (RFC 9457).
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(crate) struct ProblemBody {
    /// What kind of problem it is, a URI relative to the server; its page explains it.
    #[schemars(extend("format" = "uri-reference"))]
    r#type: String,
    /// The same for every problem of the kind.
    title: &'static str,
    status: u16,
    /// What is wrong with this request.
    detail: String,
    /// The parameter or field of the request that is wrong, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    /// The present state of the call that was to be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    call: Option<Box<WireCall>>,
}

impl Problem {
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), parameter: None, call: None, headers: Vec::new() }
    }

    pub fn not_found() -> Self {
        Self::new(ProblemKind::NotFound, "there is nothing at this address")
    }

    pub fn anonymous() -> Self {
        Self::new(ProblemKind::NotSignedIn, "sign in, or send a valid API token")
            .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    pub fn throttled(wait: Duration) -> Self {
        let detail = "too many failed attempts from this network; wait, and check the token";
        Self::new(ProblemKind::TooManyAttempts, detail).retry_after(wait)
    }

    pub fn too_many_requests(wait: Duration) -> Self {
        let detail = "the token has used up its requests; wait, or raise api.requests_per_minute";
        Self::new(ProblemKind::TooManyRequests, detail).retry_after(wait)
    }

    pub fn too_many_streams() -> Self {
        let detail = "too many event streams are open; close some, and try again";
        Self::new(ProblemKind::TooManyStreams, detail).retry_after(Duration::from_secs(60))
    }

    pub fn not_allowed() -> Self {
        Self::new(ProblemKind::NotAllowed, "your role or token does not cover this")
    }

    pub fn unavailable() -> Self {
        Self::new(ProblemKind::LogUnavailable, "try again in a moment")
    }

    pub fn method_not_allowed(allowed: &'static str) -> Self {
        let detail = format!("this address accepts {allowed}");
        Self::new(ProblemKind::MethodNotAllowed, detail)
            .with_header(header::ALLOW, HeaderValue::from_static(allowed))
    }

    /// A form with missing or unknown fields.
    pub fn bad_form(detail: &'static str) -> Self {
        Self::new(ProblemKind::BadForm, detail)
    }

    /// A body that the operation does not accept; `field` is the field that is wrong, or empty.
    pub fn bad_body(field: &str, detail: impl Into<String>) -> Self {
        let parameter = Some(field.to_owned()).filter(|field| !field.is_empty());
        Self { parameter, ..Self::new(ProblemKind::BadBody, detail) }
    }

    /// A change based on an outdated version of a call's follow-up; `call` is the current state.
    pub fn stale(call: WireCall) -> Self {
        let detail = "the call has been changed since that version; `call` is its present state";
        Self { call: Some(Box::new(call)), ..Self::new(ProblemKind::StaleVersion, detail) }
    }

    pub fn status(&self) -> StatusCode {
        self.kind.status()
    }

    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Adds the header with the seconds after which the request can be repeated.
    fn retry_after(self, wait: Duration) -> Self {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        self.with_header(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)))
    }

    /// The problem in the API's format, with URIs that begin with this prefix.
    pub fn into_body(self, prefix: &PathPrefix) -> ProblemBody {
        let Self { kind, detail, parameter, call, .. } = self;
        let (r#type, title, status) = (prefix.path(&kind.path()), kind.title(), kind.status().as_u16());
        ProblemBody { r#type, title, status, detail, parameter, call }
    }

    /// The response to a program, with URIs that begin with this prefix.
    pub fn into_response(mut self, prefix: &PathPrefix) -> Response {
        let (status, headers) = (self.status(), std::mem::take(&mut self.headers));
        let body = serde_json::to_string(&self.into_body(prefix)).unwrap_or_default();
        let mut response =
            Response::builder().status(status).content_type("application/problem+json").body(body);
        response.headers_mut().extend(headers);
        response
    }

    /// Adds the problem's headers to a response that shows it in another form.
    pub fn add_headers(&self, response: &mut Response) {
        response.headers_mut().extend(self.headers.iter().cloned());
    }
}

/// Only the status is used here: the router's middleware renders problems.
impl ResponseError for Problem {
    fn status(&self) -> StatusCode {
        self.kind.status()
    }
}

impl From<BadParameter> for Problem {
    fn from(error: BadParameter) -> Self {
        let detail = error.to_string();
        Self { parameter: Some(error.name), ..Self::new(ProblemKind::BadParameter, detail) }
    }
}

/// The details are for the server's log, not for the visitor.
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) | StoreError::Exists(_) => {
                tracing::warn!("the store is unavailable for reading: {error}");
                Self::unavailable()
            }
            StoreError::Refused(_) | StoreError::Corrupt(_) => {
                tracing::error!("reading from the store failed: {error}");
                let detail = "the log holds something that it should not; see the server's log";
                Self::new(ProblemKind::InternalError, detail)
            }
        }
    }
}

impl From<tera::Error> for Problem {
    fn from(error: tera::Error) -> Self {
        tracing::error!("a page could not be rendered: {error}");
        Self::new(ProblemKind::InternalError, "this page could not be rendered; see the server's log")
    }
}

impl From<RetryError> for Problem {
    fn from(error: RetryError) -> Self {
        let detail = error.to_string();
        match error {
            RetryError::None => Self::new(ProblemKind::NoVoicemail, detail),
            RetryError::NotFailed => Self::new(ProblemKind::VoicemailNotLost, detail),
            RetryError::Store(error) => error.into(),
        }
    }
}

impl From<VoicemailError> for Problem {
    fn from(error: VoicemailError) -> Self {
        let detail = error.to_string();
        match error {
            VoicemailError::None => Self::new(ProblemKind::NoVoicemail, detail),
            VoicemailError::Pending => Self::new(ProblemKind::VoicemailPending, detail),
            VoicemailError::Failed | VoicemailError::Deleted => Self::new(ProblemKind::VoicemailGone, detail),
            VoicemailError::Range(length) => {
                let problem = Self::new(ProblemKind::RangeNotSatisfiable, detail);
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
            WorkError::Refused(refused) => Self::new(refused_kind(&refused), refused.to_string()),
            WorkError::Store(error) => error.into(),
        }
    }
}

/// The kind of problem for a refused change to a call.
pub(crate) fn refused_kind(refused: &frontdesk_ports::work::WorkRefused) -> ProblemKind {
    use frontdesk_ports::work::WorkRefused;
    match refused {
        WorkRefused::Stale => ProblemKind::StaleVersion,
        WorkRefused::NoSuchUser
        | WorkRefused::Empty(_)
        | WorkRefused::TooLong(..)
        | WorkRefused::TooMany(..) => ProblemKind::NotChanged,
    }
}
