//! The carrier executes documents that our own front desk does not write, and reports those that no carrier accepts.
#![allow(clippy::unwrap_used, reason = "a test reports by panicking")]
use std::sync::{Arc, Mutex};

use adapters_simulator::{
    CallReport, CarrierRecords, Credentials, LineEvent, NewCall, Script, ScriptTime, SimulatedCarrier, Wire,
};
use frontdesk_ports::Ids;
use wiremock::matchers::{header_exists, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// The same ids in every run.
struct FixedIds;

impl Ids for FixedIds {
    fn random(&self) -> [u8; 32] {
        [7; 32]
    }
}

/// Runs a call against a server that answers with these documents. Returns the events on the line and the requests.
async fn played(
    documents: &[(&str, &str)],
    script: Script,
) -> (CallReport, Vec<LineEvent>, Vec<(String, String)>) {
    // Installing twice is not an error here: tests may share a process.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let desk = MockServer::start().await;
    for (at, document) in documents {
        let answer =
            ResponseTemplate::new(200).set_body_raw(document.replace("BASE", &desk.uri()), "text/xml");
        Mock::given(method("POST"))
            .and(path(*at))
            .and(header_exists("X-Twilio-Signature"))
            .respond_with(answer)
            .mount(&desk)
            .await;
    }
    Mock::given(path("/twilio/status")).respond_with(ResponseTemplate::new(204)).mount(&desk).await;
    let wire = Wire::new(
        Credentials { account_sid: "AC1".into(), auth_token: "secret".into() },
        reqwest::Client::builder().no_proxy(),
    )
    .unwrap()
    .trying_once();
    let time = Arc::new(ScriptTime::from("2026-11-22T09:00:00Z".parse().unwrap(), 0));
    let events = Arc::new(Mutex::new(Vec::new()));
    let on_line = events.clone();
    let carrier = SimulatedCarrier::new(
        wire,
        &desk.uri(),
        time,
        Arc::new(FixedIds),
        Arc::new(CarrierRecords::default()),
    )
    .listened_by(move |event| on_line.lock().unwrap().push(event));
    let call = NewCall { from: "+33123456789".into(), to: "+15556667777".into(), from_name: None };
    let report = carrier.place(call, &mut script.players()).await;
    let asked = desk.received_requests().await.unwrap();
    let asked = asked
        .iter()
        .map(|r| (r.url.path().to_owned(), String::from_utf8_lossy(&r.body).into_owned()))
        .collect();
    let events = events.lock().unwrap().clone();
    (report, events, asked)
}

#[tokio::test]
async fn a_rejected_call_is_never_answered() {
    for (document, status) in [
        ("<Response><Reject/></Response>", "no-answer"),
        ("<Response><Reject reason='busy'/></Response>", "busy"),
    ] {
        let (report, _, asked) = played(&[("/twilio/voice", document)], Script::default()).await;
        assert_eq!((report.status.as_str(), report.seconds, report.problems.len()), (status, 0, 0));
        assert!(asked[0].1.contains("CallStatus=ringing"));
    }
}

#[tokio::test]
async fn redirect_and_pause_do_not_answer_and_play_does() {
    let documents = [
        (
            "/twilio/voice",
            "<Response><Pause length='3'/><Redirect>BASE/second</Redirect><Say>never</Say></Response>",
        ),
        ("/second", "<Response><Play>http://127.0.0.1:9/x.mp3</Play><Hangup/><Say>never</Say></Response>"),
    ];
    let (report, events, asked) = played(&documents, Script::default()).await;
    assert_eq!(report.status, "completed");
    assert!(report.problems.iter().all(|problem| problem.contains("could not be fetched")), "{report:?}");
    assert!(asked[1].0 == "/second" && asked[1].1.contains("CallStatus=ringing"), "{asked:?}");
    assert!(!events.iter().any(|event| matches!(event, LineEvent::Heard { text, .. } if text == "never")));
}

#[tokio::test]
async fn what_follows_a_gather_is_reached_by_silence_only() {
    let documents = [
        (
            "/twilio/voice",
            "<Response><Gather action='BASE/keys' numDigits='1'><Say>Press</Say></Gather><Say>Silence</Say></Response>",
        ),
        ("/keys", "<Response><Hangup/></Response>"),
    ];
    let heard = |events: &[LineEvent]| {
        events.iter().any(|e| matches!(e, LineEvent::Heard { text, .. } if text == "Silence"))
    };
    let (_, events, _) = played(&documents, Script::default()).await;
    assert!(heard(&events));
    let (_, events, asked) = played(&documents, Script::pressing(&["5"])).await;
    assert!(!heard(&events) && asked.iter().any(|(at, body)| at == "/keys" && body.contains("Digits=5")));
}

#[tokio::test]
async fn an_unusable_answer_goes_to_the_fallback_and_is_reported() {
    let documents = [
        ("/twilio/voice", "<Response><Shout/></Response>"),
        ("/twilio/fallback", "<Response><Say>Sorry</Say></Response>"),
    ];
    let (report, events, asked) = played(&documents, Script::default()).await;
    assert!(report.problems[0].contains("<Shout>"), "{:?}", report.problems);
    assert!(asked[1].0 == "/twilio/fallback" && asked[1].1.contains("ErrorCode=12100"));
    assert!(events.iter().any(|event| matches!(event, LineEvent::Heard { text, .. } if text == "Sorry")));
    let (report, _, _) = played(&[("/twilio/voice", "no XML")], Script::default()).await;
    assert!(
        report.problems.iter().any(|problem| problem.contains("application error")),
        "{:?}",
        report.problems
    );
}

#[tokio::test]
async fn document_loops_are_stopped() {
    let (report, _, _) = played(
        &[("/twilio/voice", "<Response><Redirect>BASE/twilio/voice</Redirect></Response>")],
        Script::default(),
    )
    .await;
    assert!(report.problems[0].contains("documents in one call"), "{:?}", report.problems);
}
