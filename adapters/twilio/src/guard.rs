//! Verifies the signature before the request is acted on. A refused request gets an empty body and leaves
//! only a counter and a rate-limited log line: 403, or 413 and 408 for a body too large or too slow to read.
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use poem::http::{HeaderMap, Method, StatusCode};
use poem::{Endpoint, Middleware, Request, Response};
use secrecy::ExposeSecret;

use frontdesk_ports::{Account, PublicUrl};

use crate::form::Form;
use crate::signature::{Algorithm, SignedBody, verify};

/// The largest accepted body, ten times the largest form observed from the carrier.
const MAX_BYTES: usize = 64 * 1024;
/// The time within which a body must arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(3);

/// A verified request: its account and its form.
#[derive(Debug, Clone)]
pub(crate) struct Verified {
    pub account: Arc<Account>,
    pub form: Arc<Form>,
}

/// Lets signed requests through.
pub(crate) struct Guard {
    public: PublicUrl,
    accounts: Arc<[Arc<Account>]>,
    refused: Arc<AtomicU64>,
}

impl Guard {
    pub fn new(public: PublicUrl, accounts: impl IntoIterator<Item = Account>) -> Self {
        let accounts = accounts.into_iter().map(Arc::new).collect();
        Self { public, accounts, refused: Arc::default() }
    }
}

impl<E: Endpoint> Middleware<E> for Guard {
    type Output = Guarded<E>;
    fn transform(&self, inner: E) -> Guarded<E> {
        let Self { public, accounts, refused } = self;
        Guarded { inner, public: public.clone(), accounts: accounts.clone(), refused: refused.clone() }
    }
}

/// An endpoint behind the guard.
pub(crate) struct Guarded<E> {
    inner: E,
    public: PublicUrl,
    accounts: Arc<[Arc<Account>]>,
    refused: Arc<AtomicU64>,
}

impl<E: Endpoint> Endpoint for Guarded<E> {
    type Output = Response;

    async fn call(&self, mut req: Request) -> poem::Result<Response> {
        match self.check(&mut req).await {
            Ok(verified) => {
                req.set_data(verified);
                Ok(self.inner.get_response(req).await)
            }
            Err(refusal) => {
                self.count(refusal);
                Ok(refusal.status().into())
            }
        }
    }
}

/// Why a request was refused. The client learns no more than the status code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Refusal {
    #[error("no signature, or more than one")]
    Unsigned,
    #[error("the signature does not match")]
    Mismatch,
    #[error("the account is not ours")]
    Account,
    #[error("the body is too large or has too many fields")]
    TooLarge,
    #[error("the body did not arrive")]
    Body,
}

impl Refusal {
    fn status(self) -> StatusCode {
        match self {
            Self::Unsigned | Self::Mismatch | Self::Account => StatusCode::FORBIDDEN,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Body => StatusCode::REQUEST_TIMEOUT,
        }
    }
}

impl<E> Guarded<E> {
    async fn check(&self, req: &mut Request) -> Result<Verified, Refusal> {
        let signature = only_signature(req.headers()).ok_or(Refusal::Unsigned)?.to_owned();
        let body = req.take_body().into_bytes_limit(MAX_BYTES);
        let body = tokio::time::timeout(BODY_TIMEOUT, body)
            .await
            .map_err(|_| Refusal::Body)?
            .map_err(|_| Refusal::TooLarge)?;
        // The carrier only posts forms; every other request is refused.
        let is_form = req.method() == Method::POST
            && req.content_type().is_some_and(|t| t.starts_with("application/x-www-form-urlencoded"));
        if !is_form {
            return Err(Refusal::Mismatch);
        }
        let form = Form::decode(&body).ok_or(Refusal::TooLarge)?;
        // The target as received: no middleware before this guard rewrites it.
        let target = req.uri().path_and_query().map_or("/", |target| target.as_str());
        let url = self.public.of_request(target);
        let account = form.get("AccountSid").and_then(|sid| self.accounts.iter().find(|a| a.sid == sid));
        let account = account.ok_or(Refusal::Account)?;
        let mut valid = false;
        for key in account.keys() {
            let body = SignedBody::Form(form.pairs());
            valid |= verify(&url, body, &signature, key.expose_secret(), Algorithm::HmacSha1);
        }
        if !valid {
            return Err(Refusal::Mismatch);
        }
        Ok(Verified { account: account.clone(), form: Arc::new(form) })
    }

    /// Logs the 1st, 2nd, 4th, 8th … refusal: an attack does not fill the log, a misconfiguration shows at once.
    fn count(&self, refusal: Refusal) {
        metrics::counter!("frontdesk_webhooks_refused_total").increment(1);
        let count = self.refused.fetch_add(1, Ordering::Relaxed) + 1;
        if count.is_power_of_two() {
            tracing::warn!(
                refused.count = count,
                "refused a request to a carrier route: {refusal}; if calls fail, compare public_url and auth_token with \
                 the carrier's console"
            );
        }
    }
}

/// The signature headers of Twilio and of SignalWire, which may send both with the same value.
const SIGNATURES: [&str; 2] = ["X-Twilio-Signature", "X-SignalWire-Signature"];

/// The signature, if there is exactly one.
fn only_signature(headers: &HeaderMap) -> Option<&str> {
    let mut found = None;
    for name in SIGNATURES {
        let mut all = headers.get_all(name).iter();
        let Some(signature) = all.next() else { continue };
        if all.next().is_some() || found.is_some_and(|other| other != signature) {
            return None;
        }
        found = Some(signature);
    }
    found?.to_str().ok()
}
