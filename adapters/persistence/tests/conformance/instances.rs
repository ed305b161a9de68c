//! What several instances on one PostgreSQL server share: changes, abandoned inbox rows, the server's clock, the text index.
use std::sync::Arc;

use adapters_persistence::{Database, ServerClock, SqlInbox, SqlLog};
use frontdesk_domain::{CallEvent, CallerId, EventKind, Parties};
use frontdesk_ports::conformance::{self, CountingIds};
use frontdesk_ports::{CallLog, CallQuery, Clock, EventBuffer, TextMatch};
use sea_orm_migration::sea_orm::{self, ConnectionTrait};

use crate::{clock, log, postgres};

/// A reader of one instance learns of another instance's commit.
async fn two_instances(db: &Database) {
    let ids = Arc::new(CountingIds::default());
    let [one, other] = [0, 1].map(|_| Arc::new(SqlLog::new(db.clone(), clock(), ids.clone())));
    conformance::call_log::one_of_many_writers(&*other, 1, 1).await;
    for more in 2..5 {
        let seen = one.latest_change().await.unwrap();
        let changed = one.wait_for_change(seen);
        conformance::call_log::one_of_many_writers(&*other, more, 1).await;
        tokio::time::timeout(std::time::Duration::from_secs(10), changed).await.expect("a notification");
    }
}

/// Events that a terminated instance stored without draining are claimed by another, and no instance loses any.
async fn inbox(db: &Database) {
    let ids = CountingIds::default();
    let [one, other, third] = [0, 1, 2].map(|_| SqlInbox::on_server(db, &ids).expect("a server"));
    conformance::spool::backlog(&one).await;
    let event = |call: &str| {
        let parties =
            Parties { from: CallerId::Withheld, to: "+1".into(), from_name: None, from_place: None };
        let (call, at) = (format!("twilio:{call}").parse().unwrap(), "2026-11-22T09:00:00Z".parse().unwrap());
        vec![CallEvent { call, at, kind: EventKind::Started(parties), received_at: None }.into()]
    };
    one.store(event("CA1").into()).await.unwrap();
    one.store(Vec::new().into()).await.unwrap();
    assert_eq!((one.waiting(), other.waiting()), (1, 0));
    assert_eq!(other.oldest().await.unwrap(), None, "the instance that stored it drains it");
    let age = "UPDATE inbox SET stored_at = stored_at - interval '6 s'";
    db.connection().execute_unprepared(age).await.unwrap();
    // For example, inserted by a newer version.
    let newer = "INSERT INTO inbox (owner, events, stored_at) VALUES ('gone', '[{\"kind\":\"new\"}]', now() - interval '6 s')";
    db.connection().execute_unprepared(newer).await.unwrap();
    third.store(event("CA2").into()).await.unwrap();
    let own = third.oldest().await.unwrap().expect("its own events");
    assert_eq!((own.events, third.waiting()), (event("CA2"), 1));
    third.forget(own.number).await.unwrap();
    let batch = third.oldest().await.unwrap().expect("events that another instance left behind");
    assert_eq!(batch.events, event("CA1"));
    assert_eq!(one.oldest().await.unwrap(), None, "another instance has claimed it");
    assert_eq!(one.waiting(), 0, "and no longer counted here");
    let again = third.oldest().await.unwrap();
    assert_eq!(again.as_ref(), Some(&batch), "the batch is read again until it is forgotten");
    third.forget(batch.number).await.unwrap();
    assert_eq!((third.oldest().await.unwrap(), third.waiting()), (None, 0));
    let left = sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, "SELECT count(*) FROM inbox");
    let left = db.connection().query_one_raw(left).await.unwrap().unwrap();
    assert_eq!(left.try_get_by_index::<i64>(0).unwrap(), 1, "a row that no instance can decode is kept");
    // A row that was inserted after its request timed out, with an id before rows that are already drained.
    let fourth = SqlInbox::on_server(db, &ids).expect("a server");
    db.connection().execute_unprepared("DELETE FROM inbox").await.unwrap();
    fourth.store(event("CA3").into()).await.unwrap();
    let late = "UPDATE inbox SET id = 0, stored_at = now() - interval '6 s'";
    db.connection().execute_unprepared(late).await.unwrap();
    let batch = fourth.oldest().await.unwrap().expect("the late row is drained");
    assert_eq!(batch.events, event("CA3"));
    fourth.forget(batch.number).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_of_one_instance_notifies_another() {
    let Some(db) = postgres("notices").await else { return };
    two_instances(&db).await;
}

#[tokio::test]
async fn leases_use_the_servers_clock_whatever_the_local_clock_says() {
    let Some(db) = postgres("server_clock").await else { return };
    let (behind, ahead) = (clock(), clock());
    ahead.advance(std::time::Duration::from_secs(1_000_000_000));
    let clocks = [behind, ahead].map(|own| ServerClock::new(&db, own));
    for clock in &clocks {
        clock.compare().await.unwrap();
    }
    let apart = clocks[0].now().duration_since(clocks[1].now()).abs();
    assert!(apart < jiff::SignedDuration::from_secs(5), "{apart}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_existing_log_is_indexed_concurrently() {
    let Some(db) = postgres("text_index").await else { return };
    db.connection().execute_unprepared("DROP INDEX IF EXISTS calls_text").await.unwrap();
    let log = log(&db, clock());
    let parties = Parties {
        from: CallerId::read("+33123456789"),
        to: "+1555".into(),
        from_name: Some("Ann 100% Example".into()),
        from_place: None,
    };
    let (call, at) = ("twilio:CA1".parse().unwrap(), "2026-11-22T12:00:00Z".parse().unwrap());
    let event = CallEvent { call, at, kind: EventKind::Started(parties), received_at: None };
    log.append(vec![event.into()]).await.unwrap();
    let found = async |text: &str| {
        let query = CallQuery { text: Some(TextMatch::of(text)), ..CallQuery::newest(10) };
        log.list(&query).await.unwrap().calls.len()
    };
    for (indexed, round) in [(false, "before"), (true, "after")] {
        assert_eq!(
            (found("0% EX").await, found("2345678").await, found("0_ ex").await),
            (1, 1, 0),
            "{round}"
        );
        assert!(indexed || db.index_texts().await.unwrap(), "the server has the extension");
    }
    assert!(db.index_texts().await.unwrap(), "a second call does no harm");
}

#[tokio::test]
async fn buffered_events_outlive_their_instance() {
    let Some(db) = postgres("inbox").await else { return };
    inbox(&db).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_backlog_of_a_terminated_instance_is_claimed_without_pauses() {
    let Some(db) = postgres("backlog").await else { return };
    let left = "INSERT INTO inbox (owner, events, stored_at)
        SELECT 'gone', '[]'::bytea, now() - interval '6 s' FROM generate_series(1, 1200)";
    db.connection().execute_unprepared(left).await.unwrap();
    let inbox = SqlInbox::on_server(&db, &CountingIds::default()).expect("a server");
    for _ in 0..3 {
        let batch = inbox.oldest().await.unwrap().expect("more rows were left behind");
        inbox.forget(batch.number).await.unwrap();
    }
    assert_eq!(inbox.oldest().await.unwrap(), None);
    let left = sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, "SELECT count(*) FROM inbox");
    let left = db.connection().query_one_raw(left).await.unwrap().unwrap();
    assert_eq!(left.try_get_by_index::<i64>(0).unwrap(), 0);
}
