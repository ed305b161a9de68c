//! What happens to callers when something of ours is broken.

use adapters_persistence::Database;
use adapters_simulator::tone;
use sea_orm_migration::sea_orm::ConnectionTrait;
use serde_json::json;

use crate::harness::{Desk, Setting};

#[tokio::test]
async fn callers_are_answered_while_the_database_is_locked_and_callbacks_wait() {
    let desk = Desk::start().await;
    let url = format!("sqlite://{}", desk.folder.path().join("frontdesk.db").display());
    let other = Database::open(&url).await.unwrap();
    other.connection().execute_unprepared("BEGIN EXCLUSIVE").await.unwrap();
    // The simulated carrier reports callbacks that were refused; a caller hears every step all the same.
    assert_eq!(desk.http.get(format!("{}/readyz", desk.url)).send().await.unwrap().status(), 503);
    let report = desk.call().presses("2").leaves(tone(1)).place_badly().await;
    assert!(
        report.problems.iter().all(|problem| problem.contains("a callback got status 503")),
        "{:?}",
        report.problems
    );
    assert!(!report.problems.is_empty(), "a callback that is not kept is not acknowledged");
    other.connection().execute_unprepared("ROLLBACK").await.unwrap();
    assert_eq!(desk.json("/readyz").await["status"], json!("ready"));
    desk.call().presses("1").place().await;
    assert_eq!(desk.calls().await.len(), 1);
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
async fn callers_are_answered_while_postgres_is_away() {
    let away = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let database_url = Some(format!("postgres://nobody@{away}/none"));
    let desk = Desk::with(Setting { database_url, ..Setting::default() }).await;
    let report = desk.call().hangs_up_after(2).place_badly().await;
    assert!(
        report.problems.iter().all(|problem| problem.contains("a callback got status 503")),
        "{:?}",
        report.problems
    );
    let response = desk.http.get(format!("{}/readyz", desk.url)).send().await.unwrap();
    assert_eq!(response.status(), 503);
}
