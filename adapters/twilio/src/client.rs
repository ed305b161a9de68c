//! The part of Twilio's REST API that we use. Credentials are sent only to the configured API base.

mod account;
use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use frontdesk_domain::call::CarrierCall;
use frontdesk_domain::{LegId, RecordingId, Timestamp};
use frontdesk_ports::{Account, Carrier, CarrierError, FetchedAudio, PublicUrl};
use futures_util::StreamExt;
use reqwest::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use reqwest::{Client, ClientBuilder, Method, Response, StatusCode};
use secrecy::ExposeSecret;
use serde::de::DeserializeOwned;
use url::Url;

use crate::records::{self, CallResource, Listing, NumberResource, RecordingResource};
use crate::urls::PREFIX;

/// The most redirects that are followed. Media requests may be redirected to signed storage (undocumented).
const MAX_REDIRECTS: usize = 3;

/// Resources per page of a list: the most that Twilio allows.
const PAGE: &str = "1000";
/// The most pages of one list. A longer list is an error, so that nothing is left out silently.
const MAX_PAGES: usize = 100;
/// The largest page: a thousand calls are about one megabyte.
const MAX_PAGE_BYTES: usize = 16 * 1024 * 1024;

/// The content type of a form.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// The client could not be created.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up HTTP: {0}")]
pub struct ClientError(#[from] reqwest::Error);

/// A REST client for Twilio and for the simulated carrier; each account has its own base URL.
pub struct TwilioClient {
    pub(crate) http: Client,
    pub(crate) public: PublicUrl,
    pub(crate) accounts: Vec<Account>,
}

impl TwilioClient {
    /// A client for these accounts, whose webhooks point at `public`. Redirects are followed by hand, because they
    /// must not carry credentials to another host.
    pub fn new(accounts: Vec<Account>, public: PublicUrl, http: ClientBuilder) -> Result<Self, ClientError> {
        let http = http
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(5))
            .read_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(90))
            .user_agent(concat!("frontdesk/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { http, public, accounts })
    }

    fn account(&self, call: &LegId) -> Result<&Account, CarrierError> {
        let found = self.accounts.iter().find(|account| account.carrier == call.carrier());
        found.ok_or_else(|| CarrierError::Unavailable {
            why: format!("no account of the carrier {} is configured", call.carrier()),
            after: None,
        })
    }

    /// The URL of one of the account's resources.
    pub(crate) fn resource(account: &Account, names: &[&str]) -> Result<Url, CarrierError> {
        let mut url = account.api_url.clone();
        url.path_segments_mut()
            .map_err(|()| CarrierError::Unusable("the API base is not a valid address".into()))?
            .pop_if_empty()
            .extend(["2010-04-01", "Accounts", &account.sid])
            .extend(names);
        Ok(url)
    }

    /// All items of a list, page by page. A next page on another host is refused.
    async fn list<T>(
        &self,
        account: &Account,
        list: &str,
        filter: &[(&str, &str)],
    ) -> Result<Vec<T>, CarrierError>
    where
        Listing<T>: DeserializeOwned,
    {
        let mut url = Self::resource(account, &[list])?;
        url.query_pairs_mut().extend_pairs(filter).append_pair("PageSize", PAGE);
        let mut found = Vec::new();
        for _ in 0..MAX_PAGES {
            let response = checked(self.get(account, url.clone()).await?)?;
            let page: Listing<T> = serde_json::from_slice(&whole(response).await?)
                .map_err(|_| CarrierError::Unusable(format!("unexpected format of {list}")))?;
            found.extend(page.items);
            let Some(next) = page.next_page_uri.filter(|next| !next.is_empty()) else { return Ok(found) };
            let next = url.join(&next).ok().filter(|next| next.origin() == account.api_url.origin());
            url = next.ok_or_else(|| CarrierError::Unusable("the next page is on another host".into()))?;
        }
        Err(CarrierError::Unusable(format!("{list} has more than {MAX_PAGES} pages")))
    }

    /// Deletes a resource. `false` if there was none.
    async fn delete(&self, account: &Account, url: Url) -> Result<bool, CarrierError> {
        let token = account.tokens.first().map(ExposeSecret::expose_secret);
        let request = self.http.request(Method::DELETE, url).basic_auth(&account.sid, token);
        let response = request.send().await.map_err(|error| unavailable(&error))?;
        match response.status() {
            status if status.is_success() => Ok(true),
            StatusCode::NOT_FOUND => Ok(false),
            _ => checked(response).map(|_| true),
        }
    }

    async fn calls_of(
        &self,
        account: &Account,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<CarrierCall>, CarrierError> {
        // The filter works in whole days, so one more day is requested on each side; surplus calls are dropped below.
        let day = jiff::SignedDuration::from_hours(24);
        let (mut calls, mut recordings) = (Vec::<CallResource>::new(), Vec::<RecordingResource>::new());
        // A day at a time: a list has a limited number of pages.
        let mut begins = since - day;
        while begins < until + day {
            let ends = begins + day;
            let (from, to) = (records::wire_day(begins), records::wire_day(ends));
            let by_start = [("StartTime>", from.as_str()), ("StartTime<", to.as_str())];
            calls.extend(self.list(account, "Calls.json", &by_start).await?);
            let by_date = [("DateCreated>", from.as_str()), ("DateCreated<", to.as_str())];
            recordings.extend(self.list(account, "Recordings.json", &by_date).await?);
            begins = ends;
        }
        // The lists of adjacent days may overlap.
        let (mut known_calls, mut known_recordings) = (BTreeSet::new(), BTreeSet::new());
        calls.retain(|call| known_calls.insert(call.sid.clone()));
        recordings.retain(|recording| known_recordings.insert(recording.sid.clone()));
        Ok(records::assemble(&account.carrier, &calls, &recordings, since, until))
    }

    /// The account that holds the carrier's copies of a call; `None` for a simulated carrier that no longer exists.
    fn holder(&self, call: &LegId) -> Result<Option<&Account>, CarrierError> {
        match self.account(call) {
            Err(_) if call.carrier() == "simulator" => Ok(None),
            found => found.map(Some),
        }
    }

    /// Requests `url` of the account's API, following redirects.
    pub(crate) async fn get(&self, account: &Account, mut url: Url) -> Result<Response, CarrierError> {
        for _ in 0..=MAX_REDIRECTS {
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
                .ok_or_else(|| CarrierError::Unusable("a redirect to an unsafe address".into()))?;
        }
        Err(CarrierError::Unusable("too many redirects".into()))
    }
}

pub(crate) fn unavailable(error: &reqwest::Error) -> CarrierError {
    // The error's own text contains the URL, and so the account SID.
    let why = if error.is_timeout() {
        "it timed out"
    } else if error.is_connect() {
        "the connection failed"
    } else {
        "the connection was interrupted"
    };
    CarrierError::Unavailable { why: why.into(), after: None }
}

/// Classifies an HTTP status by what can be done about it.
pub(crate) fn checked(response: Response) -> Result<Response, CarrierError> {
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

/// Reads a whole body of at most [`MAX_PAGE_BYTES`].
pub(crate) async fn whole(mut response: Response) -> Result<Vec<u8>, CarrierError> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|error| unavailable(&error))? {
        body.extend_from_slice(&piece);
        if body.len() > MAX_PAGE_BYTES {
            return Err(CarrierError::Unusable("a response that is too long".into()));
        }
    }
    Ok(body)
}

#[async_trait]
impl Carrier for TwilioClient {
    async fn fetch_recording(
        &self,
        call: &LegId,
        recording: &RecordingId,
    ) -> Result<FetchedAudio, CarrierError> {
        let account = self.account(call)?;
        let url = Self::resource(account, &["Recordings", &format!("{recording}.wav")])?;
        let response = checked(self.get(account, url).await?)?;
        let media_type =
            response.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let (media_type, length) = (media_type.to_owned(), response.content_length());
        let audio = response.bytes_stream().map(|piece| piece.map_err(|error| unavailable(&error)));
        Ok(FetchedAudio { media_type, length, audio: Box::pin(audio) })
    }

    async fn delete_recording(&self, call: &LegId, recording: &RecordingId) -> Result<bool, CarrierError> {
        let Some(account) = self.holder(call)? else { return Ok(false) };
        let url = Self::resource(account, &["Recordings", &format!("{recording}.json")])?;
        self.delete(account, url).await
    }

    async fn delete_call(&self, call: &LegId) -> Result<bool, CarrierError> {
        let Some(account) = self.holder(call)? else { return Ok(false) };
        let url = Self::resource(account, &["Calls", &format!("{}.json", call.id())])?;
        self.delete(account, url).await
    }

    async fn our_numbers(&self) -> Result<Vec<String>, CarrierError> {
        let ours = format!("{}{PREFIX}/", self.public);
        let mut numbers = Vec::new();
        for account in &self.accounts {
            match self.list::<NumberResource>(account, "IncomingPhoneNumbers.json", &[]).await {
                Ok(found) => numbers.extend(found.into_iter().filter_map(|number| number.asking(&ours))),
                // 404: this carrier does not list its numbers.
                Err(CarrierError::NotYet) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(numbers)
    }

    async fn calls(&self, since: Timestamp, until: Timestamp) -> Result<Vec<CarrierCall>, CarrierError> {
        let mut calls = Vec::new();
        for account in &self.accounts {
            calls.extend(self.calls_of(account, since, until).await?);
        }
        calls.sort_by_key(|call| call.record.started_at);
        Ok(calls)
    }
}
