//! Sends requests to the routes, in process.
use std::sync::{Arc, Mutex};

use adapters_twilio::{Webhooks, routes};
use async_trait::async_trait;
use base64::Engine;
use frontdesk_domain::call::{DialOutcome, RecordingStatus};
use frontdesk_domain::flow::Speech;
use frontdesk_domain::{CallerId, Dialogue, Instruction, Notice, Signal};
use frontdesk_ports::{Account, AnswerCalls, CarrierCallback, PublicUrl, StepRequest, StoreError};
use hmac::{Hmac, KeyInit, Mac};
use poem::Endpoint;
use poem::http::StatusCode;
use poem::test::{TestClient, TestResponse};

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const CALL: &str = "CA00000000000000000000000000000001";
const TOKEN: &str = "12345";

/// Answers "hello", and records requests and callbacks.
#[derive(Default)]
struct Desk {
    asked: Mutex<Vec<StepRequest>>,
    callbacks: Mutex<Vec<CarrierCallback>>,
    store_is_down: bool,
    panics: bool,
    hangs: bool,
}

#[async_trait]
impl AnswerCalls for Desk {
    fn remember_response(&self, _: &frontdesk_domain::LegId, _: &Dialogue, _: &str) {}

    async fn answer(&self, asked: StepRequest) -> Vec<Instruction> {
        assert!(!self.panics, "planted");
        if self.hangs {
            std::future::pending::<()>().await;
        }
        self.asked.lock().unwrap().push(asked);
        vec![
            Instruction::Say(Speech::text("Hello <caller> & \"friends\"", "en-GB".parse().unwrap())),
            Instruction::HangUp,
        ]
    }

    async fn ingest(&self, callbacks: CarrierCallback) -> Result<(), StoreError> {
        assert!(!self.panics, "planted");
        self.callbacks.lock().unwrap().push(callbacks);
        if self.store_is_down { Err(StoreError::Unavailable("planted".into())) } else { Ok(()) }
    }
}

fn account(tokens: &[&str]) -> Account {
    Account {
        carrier: "twilio".into(),
        sid: ACCOUNT.into(),
        tokens: tokens.iter().map(|&token| token.into()).collect(),
        signing_keys: Vec::new(),
        api_url: "https://api.twilio.com".parse().unwrap(),
    }
}

fn client_with(desk: &Arc<Desk>, public: &str, tokens: &[&str]) -> TestClient<impl Endpoint> {
    TestClient::new(routes(Webhooks {
        public: PublicUrl::parse(public).unwrap(),
        accounts: vec![account(tokens)],
        answering: desk.clone(),
        audio: Arc::default(),
        safe: vec![Instruction::Say(Speech::text("Sorry.", "en-GB".parse().unwrap())), Instruction::HangUp],
    }))
}

fn client(desk: &Arc<Desk>) -> TestClient<impl Endpoint> {
    client_with(desk, "https://desk.example", &[TOKEN])
}

fn sign(url: &str, pairs: &[(&str, &str)], token: &str) -> String {
    let mut sorted = pairs.to_vec();
    sorted.sort_unstable();
    let text: String = sorted.iter().flat_map(|(name, value)| [*name, *value]).collect();
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(token.as_bytes()).unwrap();
    mac.update(format!("{url}{text}").as_bytes());
    base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes())
}

fn body(pairs: &[(&str, &str)]) -> String {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect::<Vec<_>>()
        .join("&")
}

const FORM: &str = "application/x-www-form-urlencoded; charset=UTF-8";

async fn send(cli: &TestClient<impl Endpoint>, path: &str, pairs: &[(&str, &str)]) -> TestResponse {
    let mut all =
        vec![("AccountSid", ACCOUNT), ("CallSid", CALL), ("From", "+33123456789"), ("To", "+15556667777")];
    all.extend_from_slice(pairs);
    let signature = sign(&format!("https://desk.example{path}"), &all, TOKEN);
    cli.post(path).content_type(FORM).header("X-Twilio-Signature", signature).body(body(&all)).send().await
}

async fn text(response: TestResponse) -> String {
    response.0.into_body().into_string().await.unwrap()
}

#[tokio::test]
async fn a_call_is_answered_with_uncacheable_twiml() {
    let desk = Arc::new(Desk::default());
    let response = send(
        &client(&desk),
        "/twilio/voice",
        &[
            ("CallStatus", "ringing"),
            ("FromCity", "Paris"),
            ("FromCountry", "FR"),
            ("CallerName", "<b>Ann</b>"),
        ],
    )
    .await;
    response.assert_status_is_ok();
    response.assert_content_type("text/xml; charset=utf-8");
    response.assert_header("cache-control", "no-store");
    let text = text(response).await;
    assert!(text.contains("Hello &lt;caller&gt; &amp; &quot;friends&quot;"), "{text}");
    let asked = desk.asked.lock().unwrap().remove(0);
    assert_eq!((asked.dialogue, asked.signal), (Dialogue::Start, Signal::Arrived));
    assert_eq!(asked.call.to_string(), format!("twilio:{CALL}"));
    assert_eq!(asked.from, CallerId::read("+33123456789"));
    assert_eq!(
        (asked.from_name.as_deref(), asked.from_place.as_deref()),
        (Some("<b>Ann</b>"), Some("Paris, FR"))
    );
    assert!(!asked.caller_gone);
}

#[tokio::test]
async fn requests_without_a_valid_signature_get_403_and_have_no_effect() {
    let desk = Arc::new(Desk::default());
    let cli = client(&desk);
    let pairs = [("AccountSid", ACCOUNT), ("CallSid", CALL)];
    let url = "https://desk.example/twilio/voice";
    let good = sign(url, &pairs, TOKEN);
    let foreign = [("AccountSid", "AC00000000000000000000000000000002"), ("CallSid", CALL)];
    let mut altered = good.clone().into_bytes();
    altered[3] ^= 1;
    let altered = String::from_utf8(altered).unwrap();
    let cases: Vec<(&str, Vec<String>, String)> = vec![
        ("unsigned", vec![], body(&pairs)),
        ("empty signature", vec![String::new()], body(&pairs)),
        ("one bit altered", vec![altered], body(&pairs)),
        ("doubled signature", vec![good.clone(), good.clone()], body(&pairs)),
        ("another key", vec![sign(url, &pairs, "54321")], body(&pairs)),
        (
            "for another address",
            vec![sign("https://desk.example/twilio/status", &pairs, TOKEN)],
            body(&pairs),
        ),
        ("a field altered", vec![good.clone()], body(&[("AccountSid", ACCOUNT), ("CallSid", "CA2")])),
        ("a field added", vec![good.clone()], format!("{}&Digits=1", body(&pairs))),
        ("a foreign account, rightly signed", vec![sign(url, &foreign, TOKEN)], body(&foreign)),
        ("no account", vec![sign(url, &pairs[1..], TOKEN)], body(&pairs[1..])),
        ("bytes that are no text", vec![good.clone()], "AccountSid=%ff%fe&CallSid=%zz".into()),
    ];
    for (what, signatures, body) in cases {
        let mut request = cli.post("/twilio/voice").content_type(FORM).body(body);
        for signature in signatures {
            request = request.header("X-Twilio-Signature", signature);
        }
        // A request can choose neither the algorithm nor the host that is verified.
        let request = request
            .header("X-Twilio-Webhooks-Signature-Settings", "key=x,algorithm=HMAC_SHA256")
            .header("X-Forwarded-Host", "evil.example")
            .header("Host", "evil.example");
        let response = request.send().await;
        response.assert_status(StatusCode::FORBIDDEN);
        assert_eq!(text(response).await, "", "{what}");
    }
    assert!(desk.asked.lock().unwrap().is_empty() && desk.callbacks.lock().unwrap().is_empty());
}

#[tokio::test]
async fn no_carrier_route_answers_unsigned() {
    let desk = Arc::new(Desk::default());
    let cli = client(&desk);
    for path in [
        "/twilio/voice",
        "/twilio/fallback",
        "/twilio/status",
        "/twilio/step/start/~",
        "/twilio/screen/CA1/x/~",
        "/twilio/leg/CA1/2/0/~",
        "/twilio/recording/CA1/~",
        "/twilio/none",
    ] {
        for response in [
            cli.post(path).content_type(FORM).body("a=1").send().await,
            cli.get(path).send().await,
            cli.head(path).send().await,
            cli.put(path).send().await,
            cli.delete(path).send().await,
        ] {
            response.assert_status(StatusCode::FORBIDDEN);
        }
    }
}

#[tokio::test]
async fn both_tokens_hold_while_one_is_being_rotated() {
    let desk = Arc::new(Desk::default());
    let cli = client_with(&desk, "https://desk.example", &["new", "old"]);
    let pairs = [("AccountSid", ACCOUNT), ("CallSid", CALL)];
    for (token, status) in [("new", 200), ("old", 200), ("older", 403)] {
        let signature = sign("https://desk.example/twilio/voice", &pairs, token);
        let response = cli
            .post("/twilio/voice")
            .content_type(FORM)
            .header("X-Twilio-Signature", signature)
            .body(body(&pairs))
            .send()
            .await;
        assert_eq!(response.0.status().as_u16(), status, "{token}");
    }
}

#[tokio::test]
async fn a_path_prefix_that_the_proxy_strips_is_part_of_what_is_signed() {
    let desk = Arc::new(Desk::default());
    let cli = client_with(&desk, "https://desk.example:8443/phone/", &[TOKEN]);
    let pairs = [("AccountSid", ACCOUNT), ("CallSid", CALL)];
    for (url, status) in [
        ("https://desk.example:8443/phone/twilio/voice", 200),
        ("https://desk.example/phone/twilio/voice", 200),
        ("https://desk.example/twilio/voice", 403),
    ] {
        let response = cli
            .post("/twilio/voice")
            .content_type(FORM)
            .header("X-Twilio-Signature", sign(url, &pairs, TOKEN))
            .body(body(&pairs))
            .send()
            .await;
        assert_eq!(response.0.status().as_u16(), status, "{url}");
    }
}

#[tokio::test]
async fn oversized_bodies_are_refused_before_they_are_parsed() {
    let desk = Arc::new(Desk::default());
    let cli = client(&desk);
    for body in ["x".repeat(10_000_000), "a=1&".repeat(10_000), format!("a={}", "b".repeat(1_000_000))] {
        let request = cli.post("/twilio/voice").content_type(FORM).header("X-Twilio-Signature", "AAAA");
        request.body(body).send().await.assert_status(StatusCode::PAYLOAD_TOO_LARGE);
    }
}

#[tokio::test]
async fn each_dialogue_step_reads_its_own_fields() {
    let desk = Arc::new(Desk::default());
    let cli = client(&desk);
    let signal = async |path: &str, pairs: &[(&str, &str)]| {
        send(&cli, path, pairs).await.assert_status_is_ok();
        desk.asked.lock().unwrap().pop().unwrap()
    };
    let asked = signal("/twilio/step/menu.main.0.0.1/~", &[("Digits", "9"), ("FinishedOnKey", "")]).await;
    assert_eq!(asked.signal, Signal::Keyed("9".parse().unwrap()));
    assert_eq!(asked.dialogue.to_string(), "menu.main.0.0.1");
    let asked = signal("/twilio/step/menu.main.0.0.1/~", &[("Digits", "")]).await;
    assert_eq!(asked.signal, Signal::NoInput);
    let asked = signal(
        "/twilio/step/forward.team.0.2/~",
        &[("DialCallStatus", "no-answer"), ("CallStatus", "completed")],
    )
    .await;
    assert!(asked.caller_gone);
    assert!(matches!(asked.signal, Signal::DialEnded(result) if result.outcome == DialOutcome::NoAnswer));
    let asked = signal(
        "/twilio/step/mailbox.main.chosen.2/~",
        &[("RecordingSid", "RE1"), ("RecordingDuration", "7"), ("Digits", "hangup")],
    )
    .await;
    assert_eq!(asked.signal, Signal::Recorded { recording: Some("RE1".parse().unwrap()), seconds: Some(7) });
    let asked = signal("/twilio/step/from-another-version/~", &[]).await;
    assert_eq!(asked.dialogue, Dialogue::Lost);
    let asked = signal("/twilio/fallback", &[("ErrorCode", "11200"), ("ErrorUrl", "https://x")]).await;
    assert_eq!(asked.signal, Signal::Fault);
    let asked =
        signal("/twilio/screen/CAcaller/screening.team.0.2.0.number/~", &[("CallStatus", "in-progress")])
            .await;
    assert_eq!((asked.call.id(), asked.leg.id()), ("CAcaller", CALL));
    assert_eq!(asked.signal, Signal::CalleeAnswered);
}

#[tokio::test]
async fn a_callback_is_204_when_stored_and_503_when_not() {
    let callbacks = [
        (
            "/twilio/status",
            vec![
                ("CallStatus", "completed"),
                ("CallDuration", "42"),
                ("Timestamp", "Sun, 22 Nov 2026 09:00:42 +0000"),
            ],
        ),
        ("/twilio/leg/CAcaller/2/0/~", vec![("CallStatus", "in-progress"), ("SequenceNumber", "2")]),
        (
            "/twilio/recording/CAcaller/~",
            vec![("RecordingStatus", "completed"), ("RecordingSid", "RE1"), ("RecordingDuration", "9")],
        ),
    ];
    let desk = Arc::new(Desk::default());
    for (path, pairs) in &callbacks {
        send(&client(&desk), path, pairs).await.assert_status(StatusCode::NO_CONTENT);
    }
    let received = std::mem::take(&mut *desk.callbacks.lock().unwrap());
    assert_eq!(received[0].reported_at, Some("2026-11-22T09:00:42Z".parse().unwrap()));
    assert!(matches!(&received[0].notice, Notice::CallEnded(ending) if ending.seconds == Some(42)));
    assert!(
        matches!(&received[1].notice, Notice::Leg { step: 2, position: 0, .. })
            && received[1].call.id() == "CAcaller"
    );
    assert!(matches!(&received[2].notice, Notice::Recording { status: RecordingStatus::Completed, .. }));

    let desk = Arc::new(Desk { store_is_down: true, ..Desk::default() });
    for (path, pairs) in &callbacks {
        send(&client(&desk), path, pairs).await.assert_status(StatusCode::SERVICE_UNAVAILABLE);
    }
    // There is nothing to store, and sending it again would not help.
    send(&client(&desk), "/twilio/status", &[("CallStatus", "ringing")])
        .await
        .assert_status(StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_panic_never_reaches_the_caller() {
    let desk = Arc::new(Desk { panics: true, ..Desk::default() });
    let cli = client(&desk);
    for path in ["/twilio/voice", "/twilio/fallback", "/twilio/step/menu.main.0.0.1/~"] {
        let response = send(&cli, path, &[]).await;
        response.assert_status_is_ok();
        assert!(text(response).await.contains(">Sorry.</Say>"), "{path}");
    }
    let callee = send(&cli, "/twilio/screen/CA1/screening.team.0.2.0.number/~", &[]).await;
    callee.assert_status_is_ok();
    assert!(text(callee).await.contains("<Hangup/>"), "the callee is not put through");
    send(&cli, "/twilio/status", &[("CallStatus", "completed")])
        .await
        .assert_status(StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test(start_paused = true)]
async fn answers_time_out_after_four_seconds() {
    let desk = Arc::new(Desk { hangs: true, ..Desk::default() });
    let begun = tokio::time::Instant::now();
    let response = send(&client(&desk), "/twilio/voice", &[]).await;
    assert!(text(response).await.contains(">Sorry.</Say>"));
    assert_eq!(begun.elapsed().as_secs(), 4);
}

#[tokio::test]
async fn a_signed_request_without_a_call_gets_a_spoken_answer() {
    let desk = Arc::new(Desk::default());
    let cli = client(&desk);
    let pairs = [("AccountSid", ACCOUNT), ("CallSid", "../../etc")];
    let signature = sign("https://desk.example/twilio/voice", &pairs, TOKEN);
    let response = cli
        .post("/twilio/voice")
        .content_type(FORM)
        .header("X-Twilio-Signature", signature)
        .body(body(&pairs))
        .send()
        .await;
    response.assert_status_is_ok();
    assert!(text(response).await.contains(">Sorry.</Say>"));
    assert!(desk.asked.lock().unwrap().is_empty());
}

/// The signature covers the URL and the form without a boundary: `…/step/1` with `2=x` is signed like `…/step/12` with `=x`.
#[test]
fn the_end_of_a_path_cannot_be_moved_into_the_form() {
    let with_state = adapters_twilio::route_list().into_iter().filter(|(path, _)| path.contains(':'));
    let open: Vec<_> = with_state.filter(|(path, _)| !path.ends_with("/~")).collect();
    assert_eq!(open, [], "every path with state ends in /~");
}

/// SignalWire signs as Twilio does, but with its own key and in its own header.
#[tokio::test]
async fn a_carrier_may_sign_with_a_key_that_is_not_the_token() {
    let desk = Arc::new(Desk::default());
    let account = Account { signing_keys: vec!["signing key".into()], ..account(&[TOKEN]) };
    let cli = TestClient::new(routes(Webhooks {
        public: PublicUrl::parse("https://desk.example").unwrap(),
        accounts: vec![account],
        answering: desk,
        audio: Arc::default(),
        safe: Vec::new(),
    }));
    let form = [
        ("AccountSid", ACCOUNT),
        ("CallSid", "7b981f74-cd14-4ea5-84e4-6d2f5a0b1f3e"),
        ("From", "+33123456789"),
        ("To", "+15556667777"),
    ];
    let status = async |headers: &[(&'static str, &str)]| {
        let mut request = cli.post("/twilio/voice").content_type(FORM).body(body(&form));
        for (name, key) in headers {
            request = request.header(*name, sign("https://desk.example/twilio/voice", &form, key));
        }
        request.send().await.0.status().as_u16()
    };
    let (theirs, alias) = ("X-SignalWire-Signature", "X-Twilio-Signature");
    assert_eq!(status(&[(theirs, "signing key")]).await, 200);
    assert_eq!(status(&[(alias, "signing key")]).await, 200);
    assert_eq!(status(&[(theirs, "signing key"), (alias, "signing key")]).await, 200);
    assert_eq!(status(&[(theirs, TOKEN)]).await, 403, "not signed with the signing key");
    assert_eq!(status(&[(theirs, "signing key"), (alias, "another")]).await, 403);
    assert_eq!(status(&[(theirs, "signing key"), (theirs, "signing key")]).await, 403);
    assert_eq!(status(&[]).await, 403);
}
