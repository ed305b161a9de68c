//! Repeats one piece of work, for `.ci/instructions`, which counts what a repetition costs:
//! `workload fold|webhook|feed TIMES`.
#![allow(clippy::unwrap_used, reason = "a measurement that cannot be set up should stop")]
use std::hint::black_box;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use frontdesk::config::{Config, Needs, Settings};
use frontdesk::wiring::{AppBuilder, Running};
use frontdesk_domain::call::Ending;
use frontdesk_domain::{
    BuiltinFlow, Call, CallEvent, Context, Dialogue, Facts, LegId, Notice, Signal, advance, builtin_flow,
};
use frontdesk_ports::{Account, PublicUrl};
use frontdesk_server::Routes;
use frontdesk_services::event_intake::Drained;
use frontdesk_services::flow_versions::FlowWithAudio;
use hmac::{Hmac, KeyInit, Mac};
use poem::Endpoint;
use poem::http::{Method, StatusCode};
use sha1::Sha1;

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const SECRET: &str = "an auth token of some length";
const TOKEN: &str = "an API token of some length";
const PUBLIC: &str = "https://desk.example";
/// Calls on a page of the feed.
const CALLS: u32 = 50;

fn flow() -> BuiltinFlow {
    BuiltinFlow { forward_to: vec!["+33611223344".parse().unwrap()], ..BuiltinFlow::default() }
}

/// The events of a call that was forwarded and ended.
fn story() -> Vec<CallEvent> {
    let flow = builtin_flow(&flow()).unwrap();
    let leg = LegId::new("twilio", "CA0123456789abcdef0123456789abcdef").unwrap();
    let context = Context::new(leg.clone(), "2026-11-22T09:00:00Z".parse().unwrap())
        .with_parties("+33123456789", "+15556667777");
    let mut events = Vec::new();
    for (at, signal) in [
        (Dialogue::Start, Signal::Arrived),
        (Dialogue::read("menu.main.0.0.1"), Signal::Keyed("1".parse().unwrap())),
        (Dialogue::read("screening.team.0.2.0"), Signal::CalleeAnswered),
        (Dialogue::read("screening.team.0.2.1"), Signal::Keyed("1".parse().unwrap())),
    ] {
        events.extend(advance(&flow, &at, &signal, &context).events);
    }
    let ending = Ending { seconds: Some(42), ..Ending::new("completed") };
    events.push(Notice::CallEnded(ending).into_event(leg, context.now));
    events
}

/// The whole application on a database of its own, without its background work.
async fn desk(folder: &std::path::Path) -> (Routes, Running) {
    let settings = Config::from_settings(Settings::default(), Needs::Nothing).unwrap();
    let app = AppBuilder::new(Config {
        public_url: Some(PublicUrl::parse(PUBLIC).unwrap()),
        account: Some(Account {
            carrier: frontdesk::carrier::NAME.into(),
            sid: ACCOUNT.into(),
            tokens: vec![SECRET.into()],
            signing_keys: Vec::new(),
            api_url: "http://127.0.0.1:9".parse().unwrap(),
        }),
        flow: Some(FlowWithAudio { flow: builtin_flow(&flow()).unwrap(), audio: Vec::new() }),
        database_url: format!("sqlite://{}", folder.join("frontdesk.db").display()),
        recordings: adapters_recordings::Place::folder(&folder.join("recordings")),
        spool: folder.join("spool"),
        api_token: Some(TOKEN.into()),
        requests_per_minute: u32::MAX.try_into().unwrap(),
        ..settings
    });
    Box::pin(app.build()).await.unwrap().together()
}

/// The first request of a call, as the carrier signs it.
async fn call_arrives(routes: &Routes, number: u32) {
    let fields = [
        ("AccountSid", ACCOUNT.to_owned()),
        ("CallSid", format!("CA{number:032x}")),
        ("CallStatus", "ringing".to_owned()),
        ("Direction", "inbound".to_owned()),
        ("From", format!("+331{number:08}")),
        ("FromCity", "PARIS".to_owned()),
        ("FromCountry", "FR".to_owned()),
        ("To", "+15556667777".to_owned()),
    ];
    let signed = fields.iter().flat_map(|(name, value)| [*name, value.as_str()]).collect::<String>();
    let mut mac = Hmac::<Sha1>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{PUBLIC}/twilio/voice{signed}").as_bytes());
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
    let request = poem::Request::builder()
        .method(Method::POST)
        .uri_str("/twilio/voice")
        .header("host", "desk.example")
        .content_type("application/x-www-form-urlencoded")
        .header("x-twilio-signature", STANDARD.encode(mac.finalize().into_bytes()))
        .body(body);
    let response = routes.get_response(request).await;
    assert_eq!(response.status(), StatusCode::OK);
}

async fn feed_is_read(routes: &Routes) {
    let request = poem::Request::builder()
        .uri_str("/")
        .header("host", "desk.example")
        .header("authorization", format!("Bearer {TOKEN}"))
        .finish();
    let response = routes.get_response(request).await;
    assert_eq!(response.status(), StatusCode::OK);
    let page = response.into_body().into_string().await.unwrap();
    assert_eq!(page.matches("class=\"call ").count(), 50, "{page}");
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    frontdesk::system::install_tls();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [what, times] = &arguments[..] else { panic!("usage: workload fold|webhook|feed TIMES") };
    let times: u32 = times.parse().unwrap();
    if what == "fold" {
        let events = story();
        for _ in 0..times {
            black_box(Call::of(&Facts::of(black_box(&events))));
        }
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (routes, running) = desk(folder.path()).await;
    match what.as_str() {
        "webhook" => {
            for number in 0..times {
                call_arrives(&routes, number).await;
            }
        }
        "feed" => {
            for number in 0..CALLS {
                call_arrives(&routes, number).await;
            }
            while running.intake.drain_once().await != Drained::Empty {}
            for _ in 0..times {
                feed_is_read(&routes).await;
            }
        }
        _ => panic!("unknown work: {what}"),
    }
}
