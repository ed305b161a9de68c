//! Requests to the front desk, as the carrier makes them: signed forms, retried as the URL's fragment specifies.
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Client, ClientBuilder};
use sha1::Sha1;

/// The account that the calls belong to.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The account.
    pub account_sid: String,
    /// The token that signs its requests.
    pub auth_token: String,
}

/// Fields of a request, in order.
pub(crate) type Fields = Vec<(&'static str, String)>;

/// Makes signed requests.
#[derive(Debug, Clone)]
pub struct Wire {
    http: Client,
    pub(crate) credentials: Credentials,
    /// The public base URL, which requests are signed for.
    public: String,
    /// The base URL that requests to `public` are sent to instead.
    reached_at: String,
    /// The maximum number of retries, regardless of what a URL requests.
    max_retries: u32,
}

impl Wire {
    /// A wire for an account.
    pub fn new(credentials: Credentials, http: ClientBuilder) -> Result<Self, reqwest::Error> {
        let http = http
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(15))
            .user_agent("TwilioProxy/1.1")
            .build()?;
        Ok(Self { http, credentials, public: String::new(), reached_at: String::new(), max_retries: 5 })
    }

    /// The same wire, without retries of failed requests.
    #[must_use]
    pub fn trying_once(mut self) -> Self {
        self.max_retries = 0;
        self
    }

    /// The same wire, through a proxy that forwards requests for `public` to `reached_at`.
    pub(crate) fn through(mut self, public: &str, reached_at: &str) -> Self {
        public.trim_end_matches('/').clone_into(&mut self.public);
        reached_at.trim_end_matches('/').clone_into(&mut self.reached_at);
        self
    }

    pub(crate) fn http(&self) -> &Client {
        &self.http
    }

    /// Posts a form, and returns the status and body of the answer, or why there was none. Retries after a failed connection
    /// and a 5xx, as often as the fragment's `rc` specifies.
    pub(crate) async fn post(&self, url: &str, fields: &Fields) -> Result<(u16, String), String> {
        let (url, fragment) = url.split_once('#').unwrap_or((url, ""));
        let retries =
            fragment.split('&').find_map(|part| part.strip_prefix("rc=")?.parse().ok()).unwrap_or(1u32);
        let mut answer = Err(String::new());
        for _ in 0..=retries.min(self.max_retries) {
            answer = self.post_once(url, fields).await;
            if matches!(&answer, Ok((status, _)) if *status < 500) {
                break;
            }
        }
        answer
    }

    async fn post_once(&self, url: &str, fields: &Fields) -> Result<(u16, String), String> {
        let body: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self
            .http
            .post(self.target(url))
            .header("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
            .header("X-Twilio-Signature", self.sign(url, fields))
            .body(body);
        let response = request.send().await.map_err(|error| error.without_url().to_string())?;
        let status = response.status().as_u16();
        let body = response.text().await.map_err(|error| error.without_url().to_string())?;
        Ok((status, body))
    }

    /// Fetches audio without a signature, as the carrier's player does. Returns its media type and bytes.
    pub(crate) async fn fetch_audio(&self, url: &str) -> Result<(String, bytes::Bytes), String> {
        let response =
            self.http.get(self.target(url)).send().await.map_err(|error| error.without_url().to_string())?;
        let status = response.status();
        if !status.is_success() {
            return Err(format!("the answer had status {}", status.as_u16()));
        }
        let kind = response.headers().get("Content-Type").and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or_default().to_owned();
        if !kind.starts_with("audio/") {
            return Err(format!("it is {kind:?} and no audio"));
        }
        Ok((kind, response.bytes().await.map_err(|error| error.without_url().to_string())?))
    }

    /// The URL that a request is actually sent to.
    fn target(&self, url: &str) -> String {
        let proxied = url.strip_prefix(&self.public).filter(|_| !self.public.is_empty());
        proxied.map_or_else(|| url.to_owned(), |path| format!("{}{path}", self.reached_at))
    }

    fn sign(&self, url: &str, fields: &Fields) -> String {
        let mut sorted = fields.clone();
        sorted.sort();
        sorted.dedup();
        let mut mac = Hmac::<Sha1>::new_from_slice(self.credentials.auth_token.as_bytes())
            .expect("HMAC takes a key of any length");
        mac.update(url.as_bytes());
        for (name, value) in sorted {
            mac.update(name.as_bytes());
            mac.update(value.as_bytes());
        }
        STANDARD.encode(mac.finalize().into_bytes())
    }
}
