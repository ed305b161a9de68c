//! HTTP to the provider, with the same client settings as for the carrier. Redirects are refused, as they could lead elsewhere.
use std::pin::Pin;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse, http};
use reqwest::redirect::Policy;

/// How long connecting may take. A user waits for the sign-in page meanwhile.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a request may take in all.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest answer that is read.
const MAX_BYTES: usize = 1 << 20;

/// HTTP cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("HTTP to the identity provider cannot be set up: {0}")]
pub struct InvalidClient(reqwest::Error);

/// A request to the provider failed.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// No answer.
    #[error("{0}")]
    Http(#[from] reqwest::Error),
    /// An invalid answer.
    #[error("{0}")]
    Answer(#[from] http::Error),
    /// The answer is too long.
    #[error("the answer is longer than {MAX_BYTES} bytes")]
    TooLong,
}

/// Sends requests to the provider.
pub(crate) struct Transport(reqwest::Client);

impl Transport {
    pub fn new(http: reqwest::ClientBuilder) -> Result<Self, InvalidClient> {
        let http = http.redirect(Policy::none()).connect_timeout(CONNECT_TIMEOUT).timeout(REQUEST_TIMEOUT);
        http.build().map(Self).map_err(InvalidClient)
    }

    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, RequestError> {
        let (parts, body) = request.into_parts();
        let asked = self.0.request(parts.method, parts.uri.to_string()).headers(parts.headers).body(body);
        let mut answer = asked.send().await?;
        let mut response = http::Response::builder().status(answer.status());
        if let Some(headers) = response.headers_mut() {
            headers.extend(answer.headers().clone());
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_BYTES {
                return Err(RequestError::TooLong);
            }
        }
        Ok(response.body(body)?)
    }
}

impl<'c> AsyncHttpClient<'c> for Transport {
    type Error = RequestError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, RequestError>> + Send + Sync + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}
