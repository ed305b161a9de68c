//! The same suite on SQLite and, when `FRONTDESK_TEST_POSTGRES` gives the address of a server, on PostgreSQL.
//! Each test on PostgreSQL has a schema of its own.
#![allow(clippy::unwrap_used, reason = "a test reports by panicking")]

mod addresses;
mod instances;
mod replica;
use std::sync::Arc;

use adapters_memory::ManualClock;
use adapters_persistence::{
    ConnectError, Database, SqlAccess, SqlContacts, SqlLog, SqlOperationsLog, SqlOverrides,
};
use frontdesk_domain::{CallEvent, CallerId, EventKind, Parties, Reason};
use frontdesk_ports::access::{Role, User, UserChange};
use frontdesk_ports::conformance::{self, CountingIds};
use frontdesk_ports::{AccessStore, CallLog, CallQuery, JobQueue, Lane, LoggedEvent, StoreError};
use migrations::Migrator;
use sea_orm_migration::MigratorTrait;
use sea_orm_migration::sea_orm::{self, ConnectionTrait};

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at("2026-11-22T12:00:00Z".parse().unwrap()))
}

fn log(db: &Database, clock: Arc<ManualClock>) -> Arc<SqlLog> {
    Arc::new(SqlLog::new(db.clone(), clock, Arc::new(CountingIds::default())))
}

async fn migrated(url: &str) -> Database {
    let db = Database::open(url).await.unwrap();
    Migrator::up(db.connection(), None).await.unwrap();
    db
}

/// A fresh SQLite file, deleted with its folder.
async fn sqlite() -> (Database, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let db = migrated(&format!("sqlite://{}", folder.path().join("desk/calls.db").display())).await;
    (db, folder)
}

/// A fresh schema on the PostgreSQL server that the environment names, if any.
async fn postgres(name: &str) -> Option<Database> {
    Some(migrated(&postgres_url(name).await?).await)
}

/// The address of a fresh schema without tables.
async fn postgres_url(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "the test command names the server")]
    let Ok(server) = std::env::var("FRONTDESK_TEST_POSTGRES") else {
        println!("skipped: FRONTDESK_TEST_POSTGRES names no server");
        return None;
    };
    let admin = Database::open(&server).await.unwrap();
    let sql = format!("DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}");
    admin.connection().execute_unprepared(&sql).await.unwrap();
    let join = if server.contains('?') { '&' } else { '?' };
    Some(format!("{server}{join}options=-csearch_path%3D{name}"))
}

async fn many_writers(db: &Database) {
    // Two logs on one database, as two instances would have.
    let ids = Arc::new(CountingIds::default());
    let logs = [0, 1].map(|_| Arc::new(SqlLog::new(db.clone(), clock(), ids.clone())));
    let writers: Vec<_> = (0..8u32)
        .map(|writer| {
            let log = logs[writer as usize % 2].clone();
            tokio::spawn(async move { conformance::call_log::one_of_many_writers(&*log, writer, 10).await })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    conformance::call_log::nothing_was_lost(&*logs[0], 8, 10).await;
}

async fn jobs(db: &Database) {
    let clock = clock();
    let log = log(db, clock.clone());
    conformance::job_queue::all(&*log, &*log, &|now| clock.set(now)).await;
}

async fn maintenance(db: &Database) {
    let operations_log = SqlOperationsLog::new(db.clone());
    conformance::operations_log::outages_and_watermarks(&operations_log).await;
    conformance::operations_log::audit(&operations_log).await;
    conformance::override_store::all(&SqlOverrides::new(db.clone())).await;
    conformance::contact_store::all(&SqlContacts::new(db.clone())).await;
    let log = log(db, clock());
    conformance::retention::all(&*log, &*log, &*log).await;
    conformance::outbox::all(&*log, &*log).await;
    conformance::done_links::all(&*log, &*log).await;
    conformance::daily_figures::all(&*log, &*log).await;
}

/// An event, a reason and a job that a newer version has written to the same database.
async fn newer_version(db: &Database) {
    let log = log(db, clock());
    let kind = EventKind::CallerLeft { step: 1 };
    let at = "2026-11-22T12:00:00Z".parse().unwrap();
    log.append(vec![CallEvent { call: "test:new".parse().unwrap(), at, kind, received_at: None }.into()])
        .await
        .unwrap();
    let call = log.list(&CallQuery::newest(1)).await.unwrap().calls.remove(0);
    let id = call.id;
    let detail = r#"{"kind":"teleported","detail":{"to":"the moon"}}"#;
    db.connection()
        .execute_unprepared(&format!(
            "INSERT INTO call_events (call_id, identity, at, kind, detail) VALUES ('{id}', 'teleported:1', 0, 'teleported', '{detail}');
             UPDATE calls SET document = replace(document, '\"early\"', '\"teleported\"') WHERE id = '{id}';
             INSERT INTO jobs (key, call_id, lane, job, state, queued_at, due_at, attempt)
                 VALUES ('teleport', '{id}', 'carrier', '{{\"effect\":\"teleport\"}}', 'waiting', 0, 0, 0)"
        ))
        .await
        .unwrap();
    let read = log.find(id).await.unwrap().unwrap();
    assert_eq!(read.call.verdict.unwrap().reason, Reason::Unknown);
    let events = log.events(id).await.unwrap();
    let is_unknown = |event: &LoggedEvent| matches!(event.event.kind, EventKind::Unknown { .. });
    assert_eq!((events.len(), events.iter().filter(|event| is_unknown(event)).count()), (2, 1));
    let kind = EventKind::CallerLeft { step: 2 };
    log.append(vec![CallEvent { call: call.leg, at, kind, received_at: None }.into()]).await.unwrap();
    assert_eq!(log.events(id).await.unwrap().len(), 3, "events of both versions are kept");

    let (now, lease) = ("2026-11-22T12:00:00Z".parse().unwrap(), std::time::Duration::from_secs(60));
    assert_eq!(log.take(&[Lane::Carrier], now, lease, 10).await.unwrap(), []);
    let counts = log.counts(&[Lane::Carrier]).await.unwrap();
    assert_eq!((counts.open, counts.failed), (1, 0), "the job is left for the newer version");
    assert_eq!(log.next_due(&[Lane::Carrier]).await.unwrap(), Some(now + lease));
}

/// Two admins who remove each other or step down at the same time: one of them remains.
async fn last_admin(db: &Database) {
    let stores = [0, 1].map(|_| SqlAccess::new(db.clone()));
    let admins = async || {
        let users = stores[0].users().await.unwrap();
        users.iter().filter(|user| user.role == Role::Admin).count()
    };
    for round in 0..12 {
        for name in ["one", "two"] {
            let user = User { name: name.into(), role: Role::Admin, password_hash: "hash".into() };
            let _exists = stores[0].add_user(user).await;
            stores[0].set_role(name, Role::Admin).await.unwrap();
        }
        let (first, second) = if round % 2 == 0 {
            tokio::join!(stores[0].remove_user("two"), stores[1].remove_user("one"))
        } else {
            tokio::join!(stores[0].set_role("two", Role::Reader), stores[1].remove_user("one"))
        };
        let changes = [first.unwrap(), second.unwrap()];
        assert!(changes.contains(&UserChange::LastAdmin), "{changes:?}");
        assert_eq!(admins().await, 1, "round {round}");
    }
}

/// Defines each test for both databases.
macro_rules! on_both {
    ($($name:ident => |$db:ident| $test:expr),+ $(,)?) => {
        mod both_on_sqlite {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let (db, _folder) = sqlite().await;
                let $db = &db;
                $test;
            })+
        }

        mod both_on_postgres {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let Some(db) = postgres(stringify!($name)).await else { return };
                let $db = &db;
                $test;
            })+
        }
    };
}

on_both! {
    operations_log_and_retention => |db| maintenance(db).await,
    call_log => |db| conformance::call_log::all(&*log(db, clock())).await,
    work_and_figures => |db| conformance::work::all(&*log(db, clock())).await,
    several_writers => |db| many_writers(db).await,
    job_queue => |db| jobs(db).await,
    of_two_admins_who_remove_each_other_one_remains => |db| last_admin(db).await,
    access_store => |db| conformance::access_store::all(&SqlAccess::new(db.clone())).await,
    what_a_newer_version_wrote_is_kept => |db| newer_version(db).await,
}

mod on_sqlite {
    use super::*;

    #[tokio::test]
    async fn a_server_learns_of_a_change_that_a_command_made_within_a_second() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("calls.db").display());
        let (server, command) = (migrated(&url).await, Database::open(&url).await.unwrap());
        let (server, command) = (log(&server, clock()), log(&command, clock()));
        let seen = server.latest_change().await.unwrap();
        conformance::call_log::one_of_many_writers(&*command, 1, 1).await;
        let changed = server.wait_for_change(seen);
        tokio::time::timeout(std::time::Duration::from_secs(1), changed).await.expect("the server sees it");
    }

    #[tokio::test]
    async fn committed_events_survive_reopening() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("calls.db").display());
        let db = migrated(&url).await;
        conformance::call_log::one_of_many_writers(&*log(&db, clock()), 1, 3).await;
        db.close().await.unwrap();
        let db = migrated(&url).await;
        conformance::call_log::nothing_was_lost(&*log(&db, clock()), 1, 3).await;
    }

    #[tokio::test]
    async fn the_file_is_private_and_every_commit_reaches_the_disk() {
        use std::os::unix::fs::PermissionsExt;
        let (db, folder) = sqlite().await;
        let mode =
            |path: &str| std::fs::metadata(folder.path().join(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("desk"), mode("desk/calls.db"), mode("desk/calls.db-wal")), (0o700, 0o600, 0o600));
        for (pragma, expected) in
            [("synchronous", "2"), ("journal_mode", "wal"), ("foreign_keys", "1"), ("secure_delete", "1")]
        {
            let row = db
                .connection()
                .query_one_raw(sea_orm::Statement::from_string(
                    sea_orm::DbBackend::Sqlite,
                    format!("SELECT CAST({pragma} AS TEXT) AS v FROM pragma_{pragma}"),
                ))
                .await
                .unwrap()
                .unwrap();
            assert_eq!(row.try_get::<String>("", "v").unwrap(), expected, "{pragma}");
        }
    }

    #[tokio::test]
    async fn a_locked_database_is_unavailable_and_nothing_half_done_stays() {
        let (db, folder) = sqlite().await;
        let other = Database::open(&format!("sqlite://{}", folder.path().join("desk/calls.db").display()))
            .await
            .unwrap();
        other.connection().execute_unprepared("BEGIN EXCLUSIVE").await.unwrap();
        let log = log(&db, clock());
        let event = CallEvent {
            call: "test:locked".parse().unwrap(),
            at: "2026-11-22T12:00:00Z".parse().unwrap(),
            kind: EventKind::CallerLeft { step: 1 },
            received_at: None,
        };
        let refused = log.append(vec![event.clone().into()]).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
        other.connection().execute_unprepared("ROLLBACK").await.unwrap();
        log.append(vec![event.into()]).await.unwrap();
        assert_eq!(log.list(&CallQuery::newest(10)).await.unwrap().calls.len(), 1);
    }

    #[tokio::test]
    async fn a_file_that_is_no_database_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        std::fs::write(
            &path,
            "Dear Sir or Madam, this is no database at all, but it is long enough.".repeat(40),
        )
        .unwrap();
        let opened = Database::open(&format!("sqlite://{}", path.display())).await;
        assert!(matches!(opened, Err(ConnectError::Database(_))), "{opened:?}");
        assert!(matches!(Database::open("mysql://x").await, Err(ConnectError::Scheme(s)) if s == "mysql"));
    }
}

mod on_postgres {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn one_event_that_cannot_be_stored_fails_alone() {
        let Some(db) = postgres("bad_event").await else { return };
        let log = log(&db, clock());
        let event = |call: String, name: &str| {
            let from = CallerId::Withheld;
            let parties =
                Parties { from, to: "+1555".into(), from_name: Some(name.into()), from_place: None };
            let kind = EventKind::Started(parties);
            CallEvent {
                call: call.parse().unwrap(),
                at: "2026-11-22T12:00:00Z".parse().unwrap(),
                kind,
                received_at: None,
            }
        };
        let appends: Vec<_> = (0..40)
            .map(|n| {
                let (log, bad) = (log.clone(), n % 10 == 0);
                // PostgreSQL cannot store a NUL in a text.
                let event = event(format!("test:{n}"), if bad { "\0" } else { "Ann" });
                tokio::spawn(async move { (bad, log.append(vec![event.into()]).await.is_err()) })
            })
            .collect();
        for append in appends {
            let (bad, failed) = append.await.unwrap();
            assert_eq!(failed, bad);
        }
        assert_eq!(log.list(&CallQuery::newest(100)).await.unwrap().calls.len(), 36);
    }
}

#[tokio::test]
async fn migrations_can_be_reverted_and_reapplied() {
    let (db, _folder) = sqlite().await;
    Migrator::down(db.connection(), None).await.unwrap();
    Migrator::up(db.connection(), None).await.unwrap();
    Migrator::up(db.connection(), None).await.unwrap();
}
