//! Twilio's REST API, as far as we ask it. Credentials go to the configured API base and nowhere else.

use std::time::Duration;

use async_trait::async_trait;
use frontdesk_domain::{LegId, RecordingId};
use frontdesk_ports::{Carrier, CarrierError, FetchedAudio};
use futures_util::StreamExt;
use reqwest::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode};
use secrecy::ExposeSecret;
use url::Url;

use crate::account::Account;

/// Media may be answered with a redirect to signed storage (undocumented); no more hops than these.
const MOST_REDIRECTS: usize = 3;

/// The client could not be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up HTTP: {0}")]
pub struct ClientError(#[from] reqwest::Error);

/// Asks Twilio, or whoever speaks like it, for each account at its own base.
pub struct TwilioClient {
    http: Client,
    accounts: Vec<Account>,
}

impl TwilioClient {
    /// A client for these accounts. Redirects are followed by hand, for they must not carry credentials elsewhere.
    pub fn new(accounts: Vec<Account>) -> Result<Self, ClientError> {
        let http = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(5))
            .read_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(300))
            .user_agent(concat!("frontdesk/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { http, accounts })
    }

    fn account(&self, call: &LegId) -> Result<&Account, CarrierError> {
        let found = self.accounts.iter().find(|account| account.carrier == call.carrier());
        found.ok_or_else(|| CarrierError::Unavailable {
            why: format!("no account of the carrier {} is configured", call.carrier()),
            after: None,
        })
    }

    /// Gets what stands at `url` of the account's API, following redirects.
    async fn get(&self, account: &Account, mut url: Url) -> Result<Response, CarrierError> {
        for _ in 0..=MOST_REDIRECTS {
            let mut request = self.http.get(url.clone());
            if url.origin() == account.api_url.origin() {
                let token = account.tokens.first().map(ExposeSecret::expose_secret);
                request = request.basic_auth(&account.sid, token);
            }
            let response = request.send().await.map_err(|error| unavailable(&error))?;
            if !response.status().is_redirection() {
                return Ok(response);
            }
            let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok());
            let next = to.and_then(|to| url.join(to).ok());
            url = next
                .filter(|next| next.scheme() == "https" || next.origin() == account.api_url.origin())
                .ok_or_else(|| CarrierError::Unusable("a redirect that leads nowhere safe".into()))?;
        }
        Err(CarrierError::Unusable("more redirects than make sense".into()))
    }
}

fn unavailable(error: &reqwest::Error) -> CarrierError {
    // The error's own text holds the URL, and with it the account.
    let why = if error.is_timeout() {
        "it took too long"
    } else if error.is_connect() {
        "it cannot be connected"
    } else {
        "the connection broke"
    };
    CarrierError::Unavailable { why: why.into(), after: None }
}

/// Tells by the status what can be done.
fn checked(response: Response) -> Result<Response, CarrierError> {
    let status = response.status();
    match status {
        StatusCode::OK => Ok(response),
        StatusCode::NOT_FOUND => Err(CarrierError::NotYet),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(CarrierError::Unauthorized),
        StatusCode::TOO_MANY_REQUESTS => Err(later(&response)),
        _ if status.is_server_error() => Err(later(&response)),
        _ => Err(CarrierError::Unusable(format!("status {}", status.as_u16()))),
    }
}

fn later(response: &Response) -> CarrierError {
    let after =
        response.headers().get(RETRY_AFTER).and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
    CarrierError::Unavailable {
        why: format!("status {}", response.status().as_u16()),
        after: after.map(Duration::from_secs),
    }
}

#[async_trait]
impl Carrier for TwilioClient {
    async fn fetch_recording(
        &self,
        call: &LegId,
        recording: &RecordingId,
    ) -> Result<FetchedAudio, CarrierError> {
        let account = self.account(call)?;
        let mut url = account.api_url.clone();
        url.path_segments_mut()
            .map_err(|()| CarrierError::Unusable("the API base is no address".into()))?
            .pop_if_empty()
            .extend(["2010-04-01", "Accounts", &account.sid, "Recordings", &format!("{recording}.wav")]);
        let response = checked(self.get(account, url).await?)?;
        let media_type =
            response.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let (media_type, length) = (media_type.to_owned(), response.content_length());
        let audio = response.bytes_stream().map(|piece| piece.map_err(|error| unavailable(&error)));
        Ok(FetchedAudio { media_type, length, audio: Box::pin(audio) })
    }
}
