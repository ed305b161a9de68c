//! The probe: a request to this server's public URL, sent as the carrier sends its requests. A sender who knows the
//! account's token learns how the request arrived, so that the diagnostics can name what a proxy changed. Every other
//! sender gets the answer to an unsigned request.
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use frontdesk_ports::{Account, Ids, ProbeResult, PublicUrl, PublicUrlProbe, Seen};
use hmac::{Hmac, KeyInit, Mac};
use poem::http::{Method, StatusCode, header};
use poem::{Endpoint, IntoResponse, Request, Response};
use reqwest::{Client, ClientBuilder};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::client::{ClientError, FORM, whole};
use crate::form::Form;
use crate::signature::{Algorithm, SignedBody, sign, verify};
use crate::urls::route;

/// The path of the probe.
const PATH: &str = route!("/probe");
/// The largest accepted probe: a few fields.
const MAX_BYTES: usize = 4096;
/// The timeout of a probe.
const PROBE_TIMEOUT: Duration = Duration::from_secs(10);
/// The time within which a probe's body must arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(3);
/// The text that the proof covers, besides the nonce.
const PURPOSE: &str = "frontdesk probe ";

/// How a probe arrived.
#[derive(Debug, Serialize, Deserialize)]
struct Arrived {
    nonce: String,
    target: String,
    host: String,
    public_url: String,
    signed: bool,
    signature_holds: bool,
}

/// Proof that the sender holds the account's token, independent of changes to the address and headers.
fn proof(token: &str, nonce: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(token.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(PURPOSE.as_bytes());
    mac.update(nonce.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// Wraps routes so that a probe, whatever prefix its path has, is answered with a report of how it arrived.
pub fn answer_probes<E>(
    routes: E,
    public: PublicUrl,
    accounts: Vec<Account>,
) -> impl Endpoint<Output = Response> + use<E>
where
    E: Endpoint<Output = Response> + 'static,
{
    ProbedRoutes { routes, public, accounts }
}

struct ProbedRoutes<E> {
    routes: E,
    public: PublicUrl,
    accounts: Vec<Account>,
}

impl<E: Endpoint<Output = Response>> Endpoint for ProbedRoutes<E> {
    type Output = Response;

    async fn call(&self, mut req: Request) -> poem::Result<Response> {
        if req.method() == Method::POST && req.uri().path().ends_with(PATH) {
            let body = req.take_body().into_bytes_limit(MAX_BYTES);
            let Ok(Ok(body)) = tokio::time::timeout(BODY_TIMEOUT, body).await else {
                return Ok(StatusCode::FORBIDDEN.into_response());
            };
            let form = Form::decode(&body);
            if let Some(arrived) = form.and_then(|form| arrived(&req, &form, &self.public, &self.accounts)) {
                return Ok(poem::web::Json(arrived).into_response());
            }
            req.set_body(body);
        }
        self.routes.call(req).await
    }
}

fn arrived(req: &Request, form: &Form, public: &PublicUrl, accounts: &[Account]) -> Option<Arrived> {
    let account = accounts.iter().find(|account| form.get("AccountSid") == Some(account.sid.as_str()))?;
    let (nonce, given) = (form.get("Nonce")?, hex::decode(form.get("Proof")?).ok()?);
    let known = |token: &secrecy::SecretString| proof(token.expose_secret(), nonce).ct_eq(&given).into();
    if !account.keys().iter().any(known) {
        return None;
    }
    let text = |name: header::HeaderName| req.headers().get(name).and_then(|v| v.to_str().ok());
    let signature = req.headers().get("X-Twilio-Signature").and_then(|v| v.to_str().ok());
    let target = req.uri().path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let url = public.of_request(&target);
    let holds = |signature: &str| {
        let body = || SignedBody::Form(form.pairs());
        let mut tokens = account.keys().iter();
        tokens.any(|token| verify(&url, body(), signature, token.expose_secret(), Algorithm::HmacSha1))
    };
    Some(Arrived {
        nonce: nonce.to_owned(),
        host: text(header::HOST).or(req.uri().host()).unwrap_or_default().to_owned(),
        public_url: public.as_str().to_owned(),
        signed: signature.is_some(),
        signature_holds: signature.is_some_and(holds),
        target,
    })
}

/// Probes the public URL with the token of an account.
pub struct HttpPublicUrlProbe {
    http: Client,
    public: PublicUrl,
    account: Account,
    ids: Arc<dyn Ids>,
}

impl HttpPublicUrlProbe {
    /// A probe of the public URL that the carrier uses.
    pub fn new(
        public: PublicUrl,
        account: Account,
        ids: Arc<dyn Ids>,
        http: ClientBuilder,
    ) -> Result<Self, ClientError> {
        let http = http
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PROBE_TIMEOUT)
            .user_agent(concat!("frontdesk/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { http, public, account, ids })
    }

    fn result(&self, arrived: Arrived, nonce: &str) -> Option<ProbeResult> {
        let url = url::Url::parse(self.public.as_str()).ok()?;
        let host = url.host_str().unwrap_or_default();
        let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        (arrived.nonce == nonce).then(|| {
            ProbeResult::Seen(Seen {
                signature_holds: arrived.signature_holds,
                signed: arrived.signed,
                asked: PATH.to_owned(),
                arrived: arrived.target,
                host: (host, arrived.host),
                public_url: arrived.public_url,
            })
        })
    }
}

#[async_trait]
impl PublicUrlProbe for HttpPublicUrlProbe {
    async fn probe(&self, signed: bool) -> ProbeResult {
        let url = self.public.of_request(PATH);
        let nonce = hex::encode(self.ids.random());
        let token = self.account.keys().first().map(ExposeSecret::expose_secret).unwrap_or_default();
        let mut fields = vec![("AccountSid".to_owned(), self.account.sid.clone())];
        let mut request = self.http.post(&url);
        if signed {
            fields.push(("Nonce".into(), nonce.clone()));
            fields.push(("Proof".into(), hex::encode(proof(token, &nonce))));
            let signature = sign(&url, &fields, token);
            request = request.header("X-Twilio-Signature", signature);
        }
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
        let response = match request.header(header::CONTENT_TYPE, FORM).body(body).send().await {
            Ok(response) => response,
            Err(error) => return ProbeResult::Unreached(why(&error)),
        };
        match response.status().as_u16() {
            403 => ProbeResult::Refused,
            200 if signed => {
                let body = whole(response).await.unwrap_or_default();
                let arrived = serde_json::from_slice::<Arrived>(&body).ok();
                arrived.and_then(|arrived| self.result(arrived, &nonce)).unwrap_or(ProbeResult::Other(200))
            }
            status => ProbeResult::Other(status),
        }
    }
}

/// The error as text, without the URL, which is reported separately.
fn why(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("no answer within {} s", PROBE_TIMEOUT.as_secs());
    }
    // The innermost cause names what failed: the name, the connection or the certificate.
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
