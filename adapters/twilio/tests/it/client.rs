//! The REST client against a scripted peer.

use adapters_twilio::{Account, PublicUrl, TwilioClient};
use frontdesk_domain::LegId;
use frontdesk_ports::{Carrier, CarrierError, FetchedAudio};
use futures_util::TryStreamExt;
use std::time::Duration;
use wiremock::matchers::{basic_auth, header_exists, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const MEDIA: &str = "/2010-04-01/Accounts/AC00000000000000000000000000000001/Recordings/RE1.wav";

fn client(server: &MockServer) -> TwilioClient {
    client_at(&server.uri())
}

fn client_at(base: &str) -> TwilioClient {
    // Tests of many crates share a process with none; installing twice is no error here.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let account = Account {
        carrier: "twilio".into(),
        sid: ACCOUNT.into(),
        tokens: vec!["secret".into(), "previous".into()],
        api_url: base.parse().unwrap(),
    };
    TwilioClient::new(vec![account], PublicUrl::parse("https://desk.example").unwrap()).unwrap()
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
async fn audio_is_asked_for_by_sid_with_the_present_token() {
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
async fn each_refusal_says_what_can_be_done() {
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
    let (server, elsewhere) = (MockServer::start().await, MockServer::start().await);
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(200)).expect(0).mount(&elsewhere).await;
    let away = ResponseTemplate::new(307).insert_header("Location", format!("{}/steal", elsewhere.uri()));
    Mock::given(path(MEDIA)).respond_with(away).mount(&server).await;
    assert!(matches!(fetch(&client(&server)).await, Err(CarrierError::Unusable(_))));
}

#[tokio::test]
async fn redirects_that_never_end_are_given_up() {
    let server = MockServer::start().await;
    let round = ResponseTemplate::new(302).insert_header("Location", MEDIA);
    Mock::given(path(MEDIA)).respond_with(round).expect(4).mount(&server).await;
    assert!(matches!(fetch(&client(&server)).await, Err(CarrierError::Unusable(_))));
}

#[tokio::test]
async fn nobody_there_is_worth_another_try_and_tells_no_address() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let client = client_at(&format!("http://127.0.0.1:{port}"));
    let Err(CarrierError::Unavailable { why, .. }) = fetch(&client).await else {
        panic!("it cannot be there")
    };
    assert!(!why.contains("127.0.0.1") && !why.contains(ACCOUNT), "{why}");
}
