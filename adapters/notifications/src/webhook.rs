//! Webhooks as the Standard Webhooks specification (version 1) requires: `webhook-id`, `webhook-timestamp` and
//! `webhook-signature` with `v1,` and the HMAC-SHA256 of `id.timestamp.body` under a secret written `whsec_` and base64.
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use frontdesk_ports::{DeliveryError, Messenger, Notification};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Client, ClientBuilder, StatusCode};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use sha2::Sha256;
use url::Url;

/// How long a recipient may take (Standard Webhooks recommends 15 to 30 s).
const TIMEOUT: Duration = Duration::from_secs(20);
/// The length of a secret that the specification allows, in bytes.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A secret that webhooks are signed with.
#[derive(Debug, Clone)]
pub struct WebhookSecret(SecretSlice<u8>);

/// A text that is not a valid secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "it is not a webhook secret; use whsec_ and 24 to 64 bytes in base64, as `echo whsec_$(openssl rand -base64 32)` makes one"
)]
pub struct BadSecret;

impl WebhookSecret {
    /// Parses a secret from its text form.
    pub fn parse(text: &SecretString) -> Result<Self, BadSecret> {
        let encoded = text.expose_secret().strip_prefix("whsec_").ok_or(BadSecret)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| BadSecret)?;
        if SECRET_BYTES.contains(&bytes.len()) { Ok(Self(bytes.into())) } else { Err(BadSecret) }
    }

    fn sign(&self, id: &str, timestamp: u64, body: &str) -> String {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.0.expose_secret()).expect("HMAC takes a key of any length");
        mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

/// A recipient of webhooks.
pub struct Webhook {
    http: Client,
    url: Url,
    secret: WebhookSecret,
    now: fn() -> SystemTime,
}

impl Webhook {
    /// A recipient at an address. Redirects are not followed: only the configuration may change the address.
    pub fn new(url: Url, secret: WebhookSecret, http: ClientBuilder) -> Result<Self, reqwest::Error> {
        let http = http
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(5))
            .timeout(TIMEOUT)
            .user_agent(concat!("frontdesk/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { http, url, secret, now: now_of_system })
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the signature carries its time, read from this machine's clock"
)]
fn now_of_system() -> SystemTime {
    SystemTime::now()
}

#[async_trait]
impl Messenger for Webhook {
    async fn deliver(&self, message: &Notification) -> Result<(), DeliveryError> {
        let timestamp = (self.now)().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let signature = self.secret.sign(&message.id, timestamp, &message.document);
        let request = self
            .http
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", timestamp.to_string())
            .header("webhook-signature", signature)
            .body(message.document.clone());
        let answer = request.send().await;
        let answer =
            answer.map_err(|error| DeliveryError::Later(format!("no answer: {}", error.without_url())))?;
        match answer.status() {
            status if status.is_success() => Ok(()),
            // The recipient wants no more webhooks (Standard Webhooks, "Delivery attempts and deadlines").
            StatusCode::GONE => Err(DeliveryError::Refused("the recipient answers 410 Gone".into())),
            status => Err(DeliveryError::Later(format!("the recipient answers {status}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use frontdesk_domain::call::NotificationKind;
    use wiremock::matchers::{header, header_exists, method};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;

    fn secret() -> WebhookSecret {
        WebhookSecret::parse(&"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into()).unwrap()
    }

    #[test]
    fn signatures_are_those_of_the_specification() {
        // The example of the specification's reference libraries.
        let body = r#"{"test": 2432232314}"#;
        assert_eq!(
            secret().sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn invalid_secrets_are_refused() {
        for bad in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_!!!"] {
            assert_eq!(WebhookSecret::parse(&bad.into()).map(|_| ()), Err(BadSecret), "{bad}");
        }
    }

    fn message() -> Notification {
        Notification {
            id: "msg_1".into(),
            kind: NotificationKind::Ended,
            at: "2026-11-25T09:00:00Z".parse().unwrap(),
            subject: String::new(),
            text: String::new(),
            html: String::new(),
            document: r#"{"type":"call.ended"}"#.into(),
            audio: None,
        }
    }

    #[tokio::test]
    async fn the_response_status_decides_about_retries() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        for (status, expected) in
            [(204, None), (500, Some("500")), (429, Some("429")), (302, Some("302")), (410, Some("410"))]
        {
            let server = MockServer::start().await;
            Mock::given(method("POST"))
                .and(header("webhook-id", "msg_1"))
                .and(header("content-type", "application/json"))
                .and(header_exists("webhook-signature"))
                .respond_with(ResponseTemplate::new(status))
                .expect(1)
                .mount(&server)
                .await;
            let webhook =
                Webhook::new(server.uri().parse().unwrap(), secret(), Client::builder().no_proxy()).unwrap();
            match (webhook.deliver(&message()).await, expected) {
                (Ok(()), None) => {}
                (Err(DeliveryError::Refused(why)), Some("410")) => assert!(why.contains("410")),
                (Err(DeliveryError::Later(why)), Some(word)) => assert!(why.contains(word), "{why}"),
                other => panic!("{status}: {other:?}"),
            }
        }
    }
}
