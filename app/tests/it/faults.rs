//! What callers hear while a part of the server has failed.
use std::sync::Arc;

use adapters_persistence::Database;
use adapters_simulator::{CalleeScript, tone};
use adapters_spool::{FileSpool, is_in_use};
use adapters_twilio::{write_fallback, write_fallback_voicemail};
use frontdesk_domain::{BuiltinFlow, CallEvent, EventKind, builtin_flow};
use frontdesk_ports::EventBuffer;
use frontdesk_server::serve;
use poem::EndpointExt;
use sea_orm_migration::sea_orm::ConnectionTrait;
use serde_json::json;

use crate::disk::Disk;
use crate::fault_proxy::{Fault, FaultProxy};
use crate::harness::{Desk, FIRST, Setting};

#[tokio::test]
async fn while_the_database_is_locked_callers_are_answered_and_nothing_is_lost() {
    let desk = Desk::start().await;
    let url = format!("sqlite://{}", desk.folder.path().join("frontdesk.db").display());
    let other = Database::open(&url).await.unwrap();
    other.connection().execute_unprepared("BEGIN EXCLUSIVE").await.unwrap();
    // Every request of the call gets a valid answer, including callbacks, because the spool stores the events.
    desk.call().presses("2").leaves(tone(1)).place().await;
    let ready = desk.json("/readyz").await;
    assert_eq!(ready["status"], json!("degraded"), "{ready}");
    assert!(ready["reasons"][1].as_str().unwrap().ends_with("events wait in the spool"), "{ready}");
    other.connection().execute_unprepared("ROLLBACK").await.unwrap();
    desk.drain().await;
    desk.work().await;
    assert_eq!(desk.json("/readyz").await["status"], json!("ready"));
    let row = desk.row().await;
    assert_eq!((&row["outcome"], &row["voicemail"]["status"]), (&json!("voicemail"), &json!("stored")));
    let outages = desk.json("/api/v1/outages").await;
    assert_eq!(outages["outages"][0]["cause"], json!("database_unavailable"));
    assert_eq!(outages["outages"][0]["calls"], json!(1));
}

#[tokio::test]
async fn with_neither_database_nor_spool_callers_are_answered_and_callbacks_wait() {
    let desk = Desk::start().await;
    let url = format!("sqlite://{}", desk.folder.path().join("frontdesk.db").display());
    let other = Database::open(&url).await.unwrap();
    other.connection().execute_unprepared("BEGIN EXCLUSIVE").await.unwrap();
    let spool = desk.folder.path().join("spool/0");
    std::fs::rename(&spool, desk.folder.path().join("gone")).unwrap();
    let report = desk.call().presses("2").leaves(tone(1)).place_ignoring_problems().await;
    assert!(
        report.problems.iter().all(|problem| problem.contains("a callback got status 503")),
        "{:?}",
        report.problems
    );
    assert!(!report.problems.is_empty(), "a callback that is not stored is not acknowledged");
    assert_eq!(desk.http.get(format!("{}/readyz", desk.url)).send().await.unwrap().status(), 503);
    let figures = desk.get("/metrics").await.text().await.unwrap();
    assert!(figures.contains("frontdesk_losing_events 1"), "{figures}");
    std::fs::rename(desk.folder.path().join("gone"), &spool).unwrap();
    other.connection().execute_unprepared("ROLLBACK").await.unwrap();
    assert_eq!(desk.json("/readyz").await["status"], json!("ready"));
    desk.drain().await;
    let outages = desk.json("/api/v1/outages").await;
    assert_eq!(outages["outages"][0]["cause"], json!("events_lost"), "lost events are reported");
    desk.call().presses("1").place().await;
}

#[tokio::test]
async fn a_spool_that_was_cut_while_the_program_was_down_is_an_outage() {
    let folder = tempfile::tempdir().unwrap();
    let (path, at) = (folder.path().join("spool"), "2026-11-22T08:30:00Z".parse().unwrap());
    let spool = FileSpool::open(&path).unwrap();
    for step in 1..=3 {
        let kind = EventKind::Menu { menu: "main".parse().unwrap(), step };
        let event = CallEvent { call: "twilio:CA1".parse().unwrap(), at, kind, received_at: None };
        spool.store(vec![event.into()].into()).await.unwrap();
    }
    drop(spool);
    while is_in_use(&path) {
        tokio::task::yield_now().await;
    }
    let files = std::fs::read_dir(path.join("0")).unwrap().map(|entry| entry.unwrap().path());
    let file = files.into_iter().find(|path| path.extension().is_some_and(|end| end == "spool")).unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, &text[..text.len() / 2]).unwrap();

    let desk = Desk::with(Setting { folder: Some(folder), ..Setting::default() }).await;
    desk.drain().await;
    let outages = desk.json("/api/v1/outages").await;
    let outage = &outages["outages"][0];
    assert_eq!(
        (&outage["cause"], &outage["began_at"]),
        (&json!("spool_damaged"), &json!("2026-11-22T08:30:00.000Z")),
        "{outages}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn several_programs_may_start_on_a_fresh_database_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("new/frontdesk.db").display());
    let starts: Vec<_> = (0..4)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move { frontdesk::wiring::open_database(&url).await.map(|_| ()) })
        })
        .collect();
    for start in starts {
        start.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn while_postgres_is_unavailable_callers_are_answered_and_events_are_buffered() {
    let away = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let database_url = Some(format!("postgres://nobody@{away}/none"));
    let desk = Desk::with(Setting { database_url, ..Setting::default() }).await;
    desk.call().hangs_up_after(2).place().await;
    assert_eq!(desk.json("/readyz").await["status"], json!("degraded"));
}

/// A new schema on the PostgreSQL server of the tests, if there is one, and the proxy in front of the server.
async fn postgres_behind_a_wire(name: &str) -> Option<(String, FaultProxy)> {
    #[expect(clippy::disallowed_methods, reason = "the test command names the server")]
    let Ok(server) = std::env::var("FRONTDESK_TEST_POSTGRES") else {
        println!("skipped: FRONTDESK_TEST_POSTGRES names no server");
        return None;
    };
    let admin = Database::open(&server).await.unwrap();
    let fresh = format!("DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}");
    admin.connection().execute_unprepared(&fresh).await.unwrap();
    let mut url: url::Url = server.parse().unwrap();
    let target = url.socket_addrs(|| Some(5432)).unwrap()[0];
    let wire = FaultProxy::to(target).await;
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(wire.address.port())).unwrap();
    url.query_pairs_mut().append_pair("options", &format!("-csearch_path={name}"));
    Some((url.into(), wire))
}

#[tokio::test(flavor = "multi_thread")]
async fn whether_postgres_is_silent_or_gone_callers_are_answered_and_events_follow() {
    let Some((url, wire)) = postgres_behind_a_wire("behind_a_wire").await else { return };
    let desk = Desk::with(Setting { database_url: Some(url), ..Setting::default() }).await;
    desk.call().presses("1").place().await;
    for (calls, fault) in [(2, Fault::Silence), (3, Fault::Reset)] {
        wire.set(fault.clone());
        desk.call().presses("2").leaves(tone(1)).place().await;
        assert_eq!(desk.json("/readyz").await["status"], json!("degraded"), "{fault:?}");
        wire.set(Fault::None);
        desk.drain().await;
        assert_eq!(desk.json("/readyz").await["status"], json!("ready"), "{fault:?}");
        let rows = desk.calls().await;
        assert_eq!(rows.len(), calls, "{fault:?}: {rows:#?}");
        assert_eq!(rows[0]["outcome"], json!("voicemail"), "{fault:?}");
    }
    assert_eq!(desk.json("/api/v1/outages").await["outages"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn with_a_full_disk_under_the_database_events_wait_in_the_spool() {
    let Some(disk) = Disk::of(4) else { return };
    let database_url = Some(format!("sqlite://{}", disk.path().join("calls.db").display()));
    let desk = Desk::with(Setting { database_url, ..Setting::default() }).await;
    disk.fill();
    desk.call().presses("2").leaves(tone(1)).place().await;
    let ready = desk.json("/readyz").await;
    assert_eq!(ready["status"], json!("degraded"), "{ready}");
    disk.empty();
    desk.drain().await;
    desk.work().await;
    let row = desk.row().await;
    assert_eq!((&row["outcome"], &row["voicemail"]["status"]), (&json!("voicemail"), &json!("stored")));
    assert_eq!(desk.json("/readyz").await["status"], json!("ready"), "without a restart");
}

#[tokio::test]
async fn with_the_only_disk_full_callers_are_answered_and_callbacks_are_retried() {
    let Some(disk) = Disk::of(4) else { return };
    let folder = Some(tempfile::tempdir_in(disk.path()).unwrap());
    let desk = Desk::with(Setting { folder, ..Setting::default() }).await;
    desk.call().presses("1").place().await;
    disk.fill();
    // Some more calls fit into the space that the files have already allocated.
    let mut acknowledged = 0;
    let report = loop {
        let report = desk.call().presses("2").leaves(tone(1)).place_ignoring_problems().await;
        if !report.problems.is_empty() {
            break report;
        }
        acknowledged += 1;
        assert!(acknowledged < 1000, "the disk is full, but every call is stored");
    };
    assert!(
        report.problems.iter().all(|problem| problem.contains("a callback got status 503")),
        "{:?}",
        report.problems
    );
    assert!(report.recorded, "the caller left a message anyway");
    disk.empty();
    assert_eq!(desk.json("/readyz").await["status"], json!("ready"), "without a restart");
    desk.call().presses("1").place().await;
    desk.drain().await;
    let answered = desk.json("/api/v1/calls?outcome=answered").await;
    assert_eq!(answered["calls"].as_array().unwrap().len(), 2);
    let messages = desk.json("/api/v1/stats").await["outcomes"]["voicemail"].as_u64().unwrap();
    assert!(messages >= acknowledged, "{messages} of {acknowledged} calls whose reports were acknowledged");
    let outages = desk.json("/api/v1/outages").await;
    assert_eq!(outages["outages"][0]["cause"], json!("events_lost"), "lost events are reported: {outages}");
}

/// A separate host that serves the static fallback and nothing else.
async fn fallback_host(desk: &Desk) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let forward_to = vec![FIRST.parse().unwrap()];
    let flow = builtin_flow(&BuiltinFlow { forward_to, ..BuiltinFlow::default() }).unwrap();
    let document = write_fallback(&flow, &format!("{url}/voicemail"));
    let voicemail = write_fallback_voicemail(&flow, None, Some(&format!("{url}/end")));
    let xml = |document: String| {
        poem::endpoint::make_sync(move |_| {
            poem::Response::builder().content_type("text/xml").body(document.clone())
        })
    };
    let routes = poem::Route::new()
        .at("/twilio/voice", xml(document))
        .at("/voicemail", xml(voicemail))
        .at("/end", xml("<Response><Hangup/></Response>".into()))
        .at("/twilio/status", poem::endpoint::make_sync(|_| poem::http::StatusCode::NO_CONTENT));
    tokio::spawn(serve(listener, Arc::new(routes.map_to_response().boxed()), desk.running.stop.subscribe()));
    url
}

#[tokio::test]
async fn the_static_fallback_on_another_host_connects_callers_or_takes_their_message() {
    let desk = Desk::start().await;
    let url = fallback_host(&desk).await;
    let report = desk.call().at(&url).each_phone(&[CalleeScript::Accept]).place().await;
    assert!(!report.recorded);
    let nobody = || desk.call().at(&url).each_phone(&[CalleeScript::NoAnswer]).leaves(tone(1));
    let report = nobody().presses("1").ends_message_by_key().place().await;
    assert!(report.recorded, "{report:?}");
    let report = nobody().place().await;
    assert!(!report.recorded, "a caller who did not press 1 is not recorded: {report:?}");
}
