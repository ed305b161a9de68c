//! The REST client against a mock server.
use std::time::Duration;

use adapters_twilio::TwilioClient;
use frontdesk_domain::LegId;
use frontdesk_domain::call::LegStatus;
use frontdesk_ports::{Account, Carrier, CarrierError, FetchedAudio, PublicUrl};
use futures_util::TryStreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use wiremock::matchers::{basic_auth, header_exists, method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const MEDIA: &str = "/2010-04-01/Accounts/AC00000000000000000000000000000001/Recordings/RE1.wav";

fn client(server: &MockServer) -> TwilioClient {
    client_at(&server.uri())
}

fn client_at(base: &str) -> TwilioClient {
    // Only the first installation in the test process succeeds; later ones are ignored.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let account = Account {
        carrier: "twilio".into(),
        sid: ACCOUNT.into(),
        tokens: vec!["secret".into(), "previous".into()],
        signing_keys: Vec::new(),
        api_url: base.parse().unwrap(),
    };
    TwilioClient::new(
        vec![account],
        PublicUrl::parse("https://desk.example").unwrap(),
        reqwest::Client::builder().no_proxy(),
    )
    .unwrap()
}

async fn fetch(client: &TwilioClient) -> Result<FetchedAudio, CarrierError> {
    let call = LegId::new("twilio", "CA1").unwrap();
    client.fetch_recording(&call, &"RE1".parse().unwrap()).await
}

async fn answering(response: ResponseTemplate) -> Result<FetchedAudio, CarrierError> {
    let server = MockServer::start().await;
    Mock::given(method("GET")).and(path(MEDIA)).respond_with(response).mount(&server).await;
    fetch(&client(&server)).await
}

#[tokio::test]
async fn audio_is_requested_by_sid_with_the_current_token() {
    let server = MockServer::start().await;
    let audio = ResponseTemplate::new(200).set_body_raw(b"RIFF....WAVE".as_slice(), "audio/x-wav");
    Mock::given(method("GET"))
        .and(path(MEDIA))
        .and(basic_auth(ACCOUNT, "secret"))
        .respond_with(audio)
        .expect(1)
        .mount(&server)
        .await;
    let fetched = fetch(&client(&server)).await.unwrap();
    assert_eq!((fetched.media_type.as_str(), fetched.length), ("audio/x-wav", Some(12)));
    let bytes: Vec<u8> = fetched
        .audio
        .try_fold(Vec::new(), async |mut all, piece| {
            all.extend(piece);
            Ok(all)
        })
        .await
        .unwrap();
    assert_eq!(bytes, b"RIFF....WAVE");
}

#[tokio::test]
async fn http_errors_map_to_carrier_errors() {
    assert_eq!(answering(ResponseTemplate::new(404)).await.unwrap_err(), CarrierError::NotYet);
    assert_eq!(answering(ResponseTemplate::new(401)).await.unwrap_err(), CarrierError::Unauthorized);
    let busy = answering(ResponseTemplate::new(429).insert_header("Retry-After", "7")).await.unwrap_err();
    assert_eq!(
        busy,
        CarrierError::Unavailable { why: "status 429".into(), after: Some(Duration::from_secs(7)) }
    );
    assert!(matches!(
        answering(ResponseTemplate::new(503)).await.unwrap_err(),
        CarrierError::Unavailable { .. }
    ));
    assert!(matches!(answering(ResponseTemplate::new(418)).await.unwrap_err(), CarrierError::Unusable(_)));
}

#[tokio::test]
async fn a_redirect_within_the_api_keeps_the_credentials() {
    let server = MockServer::start().await;
    let there = ResponseTemplate::new(302).insert_header("Location", "/media/x");
    Mock::given(path(MEDIA)).respond_with(there).mount(&server).await;
    let audio = ResponseTemplate::new(200).set_body_raw(b"RIFF".as_slice(), "audio/x-wav");
    Mock::given(path("/media/x"))
        .and(header_exists("authorization"))
        .respond_with(audio)
        .expect(1)
        .mount(&server)
        .await;
    assert!(fetch(&client(&server)).await.is_ok());
}

#[tokio::test]
async fn credentials_never_leave_the_configured_origin() {
    // Another origin over plain HTTP is not followed at all.
    let (server, other) = (MockServer::start().await, MockServer::start().await);
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(200)).expect(0).mount(&other).await;
    let away = ResponseTemplate::new(307).insert_header("Location", format!("{}/steal", other.uri()));
    Mock::given(path(MEDIA)).respond_with(away).mount(&server).await;
    assert!(matches!(fetch(&client(&server)).await, Err(CarrierError::Unusable(_))));
}

#[tokio::test]
async fn endless_redirects_fail() {
    let server = MockServer::start().await;
    let round = ResponseTemplate::new(302).insert_header("Location", MEDIA);
    Mock::given(path(MEDIA)).respond_with(round).expect(4).mount(&server).await;
    assert!(matches!(fetch(&client(&server)).await, Err(CarrierError::Unusable(_))));
}

#[tokio::test]
async fn a_refused_connection_is_retryable_and_its_error_hides_the_address() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let client = client_at(&format!("http://127.0.0.1:{port}"));
    let Err(CarrierError::Unavailable { why, .. }) = fetch(&client).await else {
        panic!("nothing listens there")
    };
    assert!(!why.contains("127.0.0.1") && !why.contains(ACCOUNT), "{why}");
}

#[tokio::test]
async fn a_stalled_body_times_out() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client_at(&format!("http://{}", listener.local_addr().unwrap()));
    let stalls = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = [0; 4096];
        assert!(stream.read(&mut asked).await.unwrap() > 0);
        let head = b"HTTP/1.1 200 OK\r\nContent-Type: audio/x-wav\r\nContent-Length: 1000\r\n\r\nRIFF";
        stream.write_all(head).await.unwrap();
        std::future::pending::<()>().await;
    });
    let fetched = fetch(&client).await.unwrap();
    // From here on only time passes; the paused clock jumps ahead.
    tokio::time::pause();
    let all: Result<Vec<_>, _> = fetched.audio.try_collect().await;
    assert!(matches!(all, Err(CarrierError::Unavailable { .. })), "{all:?}");
    stalls.abort();
}

fn base(resource: &str) -> String {
    format!("/2010-04-01/Accounts/{ACCOUNT}/{resource}")
}

async fn serve(server: &MockServer, resource: &str, body: serde_json::Value) {
    let answer = ResponseTemplate::new(200).set_body_json(body);
    Mock::given(method("GET")).and(path(base(resource))).respond_with(answer).mount(server).await;
}

/// The times of calls as Twilio writes them.
fn call(sid: &str, parent: Option<&str>, at: &str, status: &str) -> serde_json::Value {
    serde_json::json!({
        "sid": sid, "parent_call_sid": parent, "from": "+33123456789", "to": "+15556667777", "status": status,
        "direction": if parent.is_some() { "outbound-dial" } else { "inbound" }, "duration": "30",
        "start_time": format!("Mon, 05 Jan 2026 {at} +0000"), "end_time": "Mon, 05 Jan 2026 12:00:00 +0000",
        "caller_name": null
    })
}

#[tokio::test]
async fn the_carriers_records_are_read_page_by_page_and_put_together() {
    let server = MockServer::start().await;
    let next = format!("{}?Page=1&PageToken=PACA1", base("Calls.json"));
    let first = serde_json::json!({
        "calls": [call("CA1", None, "09:00:00", "completed"), call("CA9", None, "09:30:00", "in-progress")],
        "next_page_uri": next
    });
    let second = serde_json::json!({
        "calls": [call("CA2", Some("CA1"), "09:00:10", "no-answer"), call("CA3", None, "08:00:00", "completed")],
        "next_page_uri": null
    });
    let page = |body: &serde_json::Value| ResponseTemplate::new(200).set_body_json(body);
    let calls =
        || Mock::given(method("GET")).and(path(base("Calls.json"))).and(basic_auth(ACCOUNT, "secret"));
    let first_page = calls()
        .and(query_param("StartTime>", "2026-01-04T00:00:00Z"))
        .and(query_param_is_missing("PageToken"));
    first_page.respond_with(page(&first)).mount(&server).await;
    // The other days of the span have no calls.
    let none = serde_json::json!({"calls": [], "next_page_uri": null});
    for day in ["2026-01-05T00:00:00Z", "2026-01-06T00:00:00Z"] {
        let other_day = calls().and(query_param("StartTime>", day)).and(query_param_is_missing("PageToken"));
        other_day.respond_with(page(&none)).mount(&server).await;
    }
    calls().and(query_param("PageToken", "PACA1")).respond_with(page(&second)).mount(&server).await;
    let recording = serde_json::json!({
        "sid": "RE1", "call_sid": "CA1", "status": "completed", "duration": "7",
        "date_created": "Mon, 05 Jan 2026 09:00:40 +0000"
    });
    let recordings = serde_json::json!({"recordings": [recording], "next_page_uri": null});
    serve(&server, "Recordings.json", recordings).await;
    let (since, until) = ("2026-01-05T08:30:00Z".parse().unwrap(), "2026-01-05T10:00:00Z".parse().unwrap());
    let [found] = client(&server).calls(since, until).await.unwrap().try_into().unwrap();
    assert_eq!((found.call.id(), found.record.seconds), ("CA1", Some(30)));
    assert_eq!(found.record.legs[0].status, LegStatus::NoAnswer);
    assert_eq!((found.messages[0].recording.as_str(), found.messages[0].seconds), ("RE1", Some(7)));
}

#[tokio::test]
async fn a_page_that_leads_to_another_host_is_refused() {
    let server = MockServer::start().await;
    let page = serde_json::json!({"calls": [], "next_page_uri": "https://evil.example/Calls.json"});
    serve(&server, "Calls.json", page).await;
    let (since, until) = ("2026-01-05T08:30:00Z".parse().unwrap(), "2026-01-05T10:00:00Z".parse().unwrap());
    let refused = client(&server).calls(since, until).await;
    assert!(matches!(refused, Err(CarrierError::Unusable(_))), "{refused:?}");
}

#[tokio::test]
async fn our_numbers_are_those_whose_webhook_is_ours() {
    let server = MockServer::start().await;
    let number = |number: &str, url: &str| serde_json::json!({"phone_number": number, "voice_url": url});
    let numbers = serde_json::json!({"incoming_phone_numbers": [
        number("+15556667777", "https://desk.example/twilio/voice#rc=2"), number("+15550000000", "https://other.example/")
    ], "next_page_uri": null});
    serve(&server, "IncomingPhoneNumbers.json", numbers).await;
    assert_eq!(client(&server).our_numbers().await.unwrap(), ["+15556667777"]);
}

#[tokio::test]
async fn copies_are_deleted_by_sid_and_missing_ones_are_no_error() {
    let server = MockServer::start().await;
    let gone = Mock::given(method("DELETE"))
        .and(path(base("Recordings/RE1.json")))
        .and(basic_auth(ACCOUNT, "secret"));
    gone.respond_with(ResponseTemplate::new(204)).expect(1).mount(&server).await;
    let (client, call) = (client(&server), LegId::new("twilio", "CA1").unwrap());
    assert!(client.delete_recording(&call, &"RE1".parse().unwrap()).await.unwrap());
    assert!(!client.delete_call(&call).await.unwrap());
    let simulated = LegId::new("simulator", "CA1").unwrap();
    assert!(!client.delete_call(&simulated).await.unwrap(), "a removed simulated carrier has no copies");
    let unknown = LegId::new("other", "CA1").unwrap();
    assert!(client.delete_call(&unknown).await.is_err());
}
