//! A simulated Twilio account and a reverse proxy, each of which can be misconfigured.
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use frontdesk_ports::Clock;
use frontdesk_server::serve;
use poem::http::{Method, StatusCode, header};
use poem::{EndpointExt, IntoResponse, Request, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::harness::{ACCOUNT, SECRET};

/// What is misconfigured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Misconfiguration {
    #[default]
    Nothing,
    /// The carrier's clock is five minutes behind ours.
    Clock,
    /// Recordings can be downloaded without authentication.
    OpenMedia,
    /// France may not be called.
    ClosedCountry,
    /// Numbers known for toll fraud may be called.
    FraudOpen,
    /// The proxy cannot reach the server.
    NobodyBehind,
    /// The proxy drops the signature.
    DroppedSignature,
    /// The proxy adds a prefix to the path.
    RewrittenPath,
    /// The proxy adds a field to the form.
    ChangedBody,
}

/// An account with one number, and a proxy.
pub struct Surroundings {
    pub api_url: String,
    pub public_url: String,
    pub amiss: Arc<Mutex<Misconfiguration>>,
    /// The number, in the carrier's format.
    pub number: Arc<Mutex<Value>>,
    desk: Arc<Mutex<String>>,
    _running: watch::Sender<bool>,
}

async fn port() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

impl Surroundings {
    pub async fn sound() -> Self {
        let (stop, running) = watch::channel(false);
        let (account, api_url) = port().await;
        let (proxy, public_url) = port().await;
        let (amiss, desk) =
            (Arc::new(Mutex::new(Misconfiguration::Nothing)), Arc::new(Mutex::new(String::new())));
        let number = Arc::new(Mutex::new(json!({
            "sid": "PN00000000000000000000000000000001", "phone_number": "+15556667777",
            "voice_url": "https://old.example/voice", "voice_method": "GET", "voice_fallback_url": "",
            "status_callback": "", "voice_application_sid": "", "trunk_sid": null,
            "capabilities": {"voice": true},
        })));
        let (numbers, state) = (number.clone(), amiss.clone());
        let answers = poem::endpoint::make(move |req: Request| {
            let (number, amiss) = (numbers.clone(), *state.lock().unwrap());
            async move { Ok::<_, poem::Error>(account_answer(req, &number, amiss).await) }
        });
        tokio::spawn(serve(account, Arc::new(answers.map_to_response().boxed()), running.clone()));
        let (behind, state) = (desk.clone(), amiss.clone());
        let passes = poem::endpoint::make(move |req: Request| {
            let (desk, amiss) = (behind.lock().unwrap().clone(), *state.lock().unwrap());
            async move { Ok::<_, poem::Error>(passed_on(req, &desk, amiss).await) }
        });
        tokio::spawn(serve(proxy, Arc::new(passes.map_to_response().boxed()), running));
        Self { api_url, public_url, amiss, number, desk, _running: stop }
    }

    pub fn is(&self, amiss: Misconfiguration) {
        *self.amiss.lock().unwrap() = amiss;
    }

    pub fn leads_to(&self, desk: &str) {
        desk.clone_into(&mut self.desk.lock().unwrap());
    }

    pub fn set(&self, key: &str, value: &str) {
        self.number.lock().unwrap()[key] = json!(value);
    }
}

async fn account_answer(mut req: Request, number: &Mutex<Value>, amiss: Misconfiguration) -> Response {
    let path = req.uri().path().to_owned();
    let given = req.headers().get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let known = given == format!("Basic {}", STANDARD.encode(format!("{ACCOUNT}:{SECRET}")));
    let base = format!("/2010-04-01/Accounts/{ACCOUNT}");
    if path == format!("{base}/Recordings/RE1.wav") && amiss == Misconfiguration::OpenMedia {
        return "RIFF".into_response();
    }
    if !known {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let answer = if path == format!("{base}/IncomingPhoneNumbers.json") {
        json!({"incoming_phone_numbers": [number.lock().unwrap().clone()], "next_page_uri": null})
    } else if path.starts_with(&format!("{base}/IncomingPhoneNumbers/PN")) && req.method() == Method::POST {
        let form = req.take_body().into_vec().await.unwrap();
        let mut number = number.lock().unwrap();
        for (key, value) in form_urlencoded::parse(&form) {
            let key = match &*key {
                "VoiceUrl" => "voice_url",
                "VoiceMethod" => "voice_method",
                "VoiceFallbackUrl" => "voice_fallback_url",
                "VoiceFallbackMethod" => "voice_fallback_method",
                "StatusCallback" => "status_callback",
                "StatusCallbackMethod" => "status_callback_method",
                "VoiceApplicationSid" => "voice_application_sid",
                "TrunkSid" => "trunk_sid",
                other => panic!("{other} is not a setting of a number"),
            };
            number[key] = json!(value);
        }
        number.clone()
    } else if path == format!("{base}/Recordings.json") {
        json!({"recordings": [{"sid": "RE1", "status": "completed"}]})
    } else if path == "/v1/DialingPermissions/Countries" {
        let country = |code: &str, prefix: &str, open: bool| {
            json!({"iso_code": code, "country_codes": [prefix], "low_risk_numbers_enabled": open,
                   "high_risk_special_numbers_enabled": false,
                   "high_risk_tollfraud_numbers_enabled": amiss == Misconfiguration::FraudOpen})
        };
        let france = country("FR", "+33", amiss != Misconfiguration::ClosedCountry);
        json!({"content": [france, country("US", "+1", true), country("LV", "+371", false)], "meta": {"next_page_url": null}})
    } else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut response = poem::web::Json(answer).into_response();
    if amiss == Misconfiguration::Clock {
        let past = frontdesk::system::SystemClock.now() - std::time::Duration::from_secs(300);
        let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&past).unwrap();
        response.headers_mut().insert(header::DATE, date.parse().unwrap());
    }
    response
}

async fn passed_on(mut req: Request, desk: &str, amiss: Misconfiguration) -> Response {
    if amiss == Misconfiguration::NobodyBehind {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let before = if amiss == Misconfiguration::RewrittenPath { "/inner" } else { "" };
    let mut onward = reqwest::Client::builder()
        .no_proxy()
        .build()
        .unwrap()
        .request(req.method().clone(), format!("{desk}{before}{}", req.uri().path()))
        .header("content-type", "application/x-www-form-urlencoded");
    if let Some(signature) =
        req.headers().get("x-twilio-signature").filter(|_| amiss != Misconfiguration::DroppedSignature)
    {
        onward = onward.header("x-twilio-signature", signature);
    }
    let mut body = req.take_body().into_vec().await.unwrap();
    if amiss == Misconfiguration::ChangedBody {
        body.extend_from_slice(b"&added=1");
    }
    let answer = onward.body(body).send().await.unwrap();
    let status = answer.status();
    Response::builder().status(status).body(answer.bytes().await.unwrap())
}
