//! Backups are made while the server runs, and are restored only if they are intact.
use std::fs;
use std::sync::Arc;

use adapters_persistence::{Database, SqlAccess, SqlContacts, SqlLog, SqlOperationsLog};
use adapters_simulator::tone;
use frontdesk::backup::{BackupError, Manifest, Places, make, restore};
use frontdesk::system::SystemIds;
use frontdesk::wiring::open_database;
use frontdesk_domain::Timestamp;
use frontdesk_ports::access::{ApiToken, Role, SecondFactor, Session, User};
use frontdesk_ports::{
    AccessStore, AuditAction, AuditQuery, AuditTrail, CallLog, CallQuery, Contact, ContactStore,
    RetentionStore,
};
use sea_orm_migration::sea_orm::ConnectionTrait;
use serde_json::json;

use crate::harness::{Desk, Setting};

fn places(folder: &std::path::Path) -> Places {
    Places {
        database: folder.join("frontdesk.db"),
        recordings: folder.join("recordings"),
        spool: folder.join("spool"),
    }
}

fn now() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

/// A server with one stored message, and a backup of it.
async fn copied() -> (Desk, tempfile::TempDir) {
    let desk = Desk::start().await;
    desk.call().presses("2").leaves(tone(1)).place().await;
    desk.work().await;
    let to = tempfile::tempdir().unwrap();
    let places = places(desk.folder.path());
    let db = Database::open(&format!("sqlite://{}", places.database.display())).await.unwrap();
    let manifest = make(&places, &db, &to.path().join("copy"), now()).await.unwrap();
    assert_eq!(Manifest::verified(&to.path().join("copy")).unwrap(), manifest);
    assert!(manifest.files.iter().any(|file| file.path.starts_with("recordings/")), "{manifest:?}");
    (desk, to)
}

#[tokio::test]
async fn a_backup_restored_into_another_folder_has_the_call_and_plays_its_message() {
    let (desk, to) = copied().await;
    let row = desk.row().await;
    let audio = desk.get(row["voicemail"]["audio_url"].as_str().unwrap()).await.bytes().await.unwrap();
    // Another machine, without any data.
    let target = tempfile::tempdir().unwrap();
    let restored = restore(&places(target.path()), &to.path().join("copy"), now()).await.unwrap();
    assert!(restored.earlier.is_empty());
    let other = Desk::with(Setting { folder: Some(target), ..Setting::default() }).await;
    assert_eq!(other.row().await["id"], row["id"]);
    let again = other.get(row["voicemail"]["audio_url"].as_str().unwrap()).await.bytes().await.unwrap();
    assert_eq!(again, audio);
}

#[tokio::test]
async fn spooled_events_are_backed_up() {
    let desk = Desk::start().await;
    let places_here = places(desk.folder.path());
    let url = format!("sqlite://{}", places_here.database.display());
    let other = Database::open(&url).await.unwrap();
    other.connection().execute_unprepared("BEGIN EXCLUSIVE").await.unwrap();
    desk.call().hangs_up_after(2).place().await;
    let to = tempfile::tempdir().unwrap();
    let db = Database::open(&url).await.unwrap();
    make(&places_here, &db, &to.path().join("copy"), now()).await.unwrap();
    let target = tempfile::tempdir().unwrap();
    restore(&places(target.path()), &to.path().join("copy"), now()).await.unwrap();
    let restored = Desk::with(Setting { folder: Some(target), ..Setting::default() }).await;
    restored.drain().await;
    assert_eq!(restored.row().await["outcome"], json!("abandoned"));
}

#[tokio::test]
async fn a_damaged_copy_replaces_nothing() {
    let (_desk, to) = copied().await;
    let copy = to.path().join("copy");
    let (mut database, path) = (fs::read(copy.join("frontdesk.db")).unwrap(), copy.join("frontdesk.db"));
    let middle = database.len() / 2;
    database[middle] ^= 1;
    fs::write(&path, database).unwrap();
    let target = tempfile::tempdir().unwrap();
    let refused = restore(&places(target.path()), &copy, now()).await.unwrap_err();
    assert!(matches!(refused, BackupError::Unsound(_)), "{refused}");
    assert_eq!(fs::read_dir(target.path()).unwrap().count(), 0);
    fs::remove_file(copy.join("manifest.json")).unwrap();
    assert!(restore(&places(target.path()), &copy, now()).await.is_err(), "unfinished");
}

#[tokio::test]
async fn a_restore_refuses_a_running_server_and_keeps_the_previous_data() {
    let (desk, to) = copied().await;
    let copy = to.path().join("copy");
    let here = places(desk.folder.path());
    let refused = restore(&here, &copy, now()).await.unwrap_err();
    assert!(matches!(refused, BackupError::Running), "{refused}");
    let target = tempfile::tempdir().unwrap();
    let there = places(target.path());
    restore(&there, &copy, now()).await.unwrap();
    fs::write(there.recordings.join("precious"), "mine").unwrap();
    let restored = restore(&there, &copy, now()).await.unwrap();
    assert!(!there.recordings.join("precious").exists());
    let earlier = restored.earlier.iter().find(|path| path.join("precious").exists());
    assert!(earlier.is_some(), "{restored:?}");
}

#[tokio::test]
async fn what_cannot_be_exchanged_is_left_as_it_was_and_a_slash_at_the_end_does_no_harm() {
    let (_desk, to) = copied().await;
    let copy = to.path().join("copy");
    let target = tempfile::tempdir().unwrap();
    let slashed = Places {
        database: target.path().join("frontdesk.db"),
        recordings: format!("{}/recordings/", target.path().display()).into(),
        spool: format!("{}/spool/", target.path().display()).into(),
    };
    restore(&slashed, &copy, now()).await.unwrap();
    let mine = target.path().join("recordings/mine");
    fs::write(&mine, "mine").unwrap();
    let database = fs::read(&slashed.database).unwrap();
    // The recordings can be moved away, the spool cannot: its new name is taken.
    let taken = target.path().join(format!("spool.before-{}", now().as_second()));
    fs::create_dir_all(taken.join("something")).unwrap();
    let refused = restore(&slashed, &copy, now()).await.unwrap_err();
    assert!(matches!(refused, BackupError::File { .. }), "{refused}");
    assert_eq!(fs::read_to_string(&mine).unwrap(), "mine");
    assert_eq!(fs::read(&slashed.database).unwrap(), database, "the database stayed");
}

#[tokio::test]
async fn a_restore_brings_back_nothing_that_was_erased_revoked_or_removed_since() {
    let desk = Desk::start().await;
    desk.call().presses("2").leaves(tone(1)).place().await;
    desk.call().from("+33199999999").presses("2").place().await;
    desk.work().await;
    let here = places(desk.folder.path());
    let db = Database::open(&format!("sqlite://{}", here.database.display())).await.unwrap();
    let people = SqlAccess::new(db.clone());
    for name in ["bob", "ann"] {
        let user = User { name: name.into(), role: Role::Admin, password_hash: "old".into() };
        people.add_user(user).await.unwrap();
    }
    let token = |name: &str| ApiToken {
        name: name.into(),
        token_hash: format!("hash of {name}"),
        scopes: "calls".parse().unwrap(),
        created_at: now(),
        last_used_at: None,
    };
    let contacts = SqlContacts::new(db.clone());
    let contact = |caller: &str| Contact { caller: caller.into(), name: "x".into(), ..Contact::default() };
    contacts.save_contacts(&[contact("+33100000001"), contact("+33100000002")]).await.unwrap();
    people.add_token(token("crm")).await.unwrap();
    people.add_token(token("export")).await.unwrap();
    let session = Session {
        token_hash: "hash".into(),
        user: "ann".into(),
        csrf: "csrf".into(),
        created_at: now(),
        seen_at: now(),
        browser: String::new(),
        address: String::new(),
    };
    assert!(people.add_session(session, None).await.unwrap());
    let to = tempfile::tempdir().unwrap();
    let copy = to.path().join("copy");
    make(&here, &db, &copy, now()).await.unwrap();

    let target = tempfile::tempdir().unwrap();
    let there = places(target.path());
    let first = restore(&there, &copy, now()).await.unwrap().carried_over;
    assert_eq!((first.from_replaced, first.sessions, first.calls), (false, 1, 0));

    // A new database that was created after a loss has no users of the backup, and must not remove them from it.
    let new = tempfile::tempdir().unwrap();
    let new = places(new.path());
    let url = format!("sqlite://{}", new.database.display());
    let fresh = open_database(&url).await.unwrap();
    let user = User { name: "admin".into(), role: Role::Admin, password_hash: "fresh".into() };
    SqlAccess::new(fresh.clone()).add_user(user).await.unwrap();
    fresh.close().await.unwrap();
    let over_fresh = restore(&new, &copy, now()).await.unwrap().carried_over;
    assert_eq!((over_fresh.from_replaced, over_fresh.users, over_fresh.tokens), (false, 0, 0));
    let restored = SqlAccess::new(Database::open(&url).await.unwrap());
    assert_eq!(restored.users().await.unwrap().len(), 3, "admin, ann and bob");
    assert_ne!(restored.user("admin").await.unwrap().unwrap().password_hash, "fresh");

    let url = format!("sqlite://{}", there.database.display());
    let db = Database::open(&url).await.unwrap();
    let (log, people) =
        (SqlLog::new(db.clone(), desk.clock.clone(), Arc::new(SystemIds)), SqlAccess::new(db.clone()));
    let erased = log.calls_of_number(crate::harness::CALLER, 10).await.unwrap();
    log.delete_calls(&erased).await.unwrap();
    let contacts = SqlContacts::new(db.clone());
    assert!(contacts.remove_contact("+33100000001").await.unwrap());
    people.remove_token("crm").await.unwrap();
    people.remove_user("bob").await.unwrap();
    people.set_password("ann", "new").await.unwrap();
    let factor =
        SecondFactor { user: "ann".into(), secret: "ABCDEFGH".into(), confirmed: true, last_step: 1 };
    people.put_second_factor(factor.clone()).await.unwrap();
    db.close().await.unwrap();

    let later = now() + std::time::Duration::from_secs(60);
    let again = restore(&there, &copy, later).await.unwrap().carried_over;
    let counts = (again.from_replaced, again.calls, again.tokens, again.users, again.erased_audio.len());
    assert_eq!(counts, (true, 1, 1, 1, 1));
    let db = Database::open(&url).await.unwrap();
    let people = SqlAccess::new(db.clone());
    let names: Vec<String> = people.users().await.unwrap().into_iter().map(|user| user.name).collect();
    assert!(names.contains(&"ann".to_owned()) && !names.contains(&"bob".to_owned()), "{names:?}");
    assert_eq!(people.user("ann").await.unwrap().unwrap().password_hash, "new");
    assert_eq!(people.second_factor("ann").await.unwrap(), Some(factor), "set up since the backup");
    assert_eq!(people.tokens().await.unwrap(), [token("export")]);
    assert_eq!(people.sessions().await.unwrap(), []);
    let contacts = SqlContacts::new(db.clone()).contacts().await.unwrap();
    assert_eq!(contacts, [contact("+33100000002")], "a removed contact stays removed");
    let log = SqlLog::new(db, desk.clock.clone(), Arc::new(SystemIds));
    let calls = log.list(&CallQuery::newest(10)).await.unwrap().calls;
    assert_eq!(calls.len(), 1, "the erased call stays erased");
    assert_eq!(fs::read_dir(&there.recordings).unwrap().count(), 0, "and its audio");
}

#[tokio::test]
async fn erasing_waits_for_readers_of_the_file_and_says_what_prevents_it() {
    let desk = Desk::start().await;
    desk.call().presses("2").place().await;
    let here = places(desk.folder.path());
    let reader = Database::open(&format!("sqlite://{}", here.database.display())).await.unwrap();
    let connection = reader.connection();
    for sql in ["BEGIN", "SELECT count(*) FROM calls"] {
        connection.execute_unprepared(sql).await.unwrap();
    }
    let retention = &desk.running.maintenance.retention;
    let refused = retention.erase("test", crate::harness::CALLER).await.unwrap_err().to_string();
    assert!(refused.contains("write-ahead log"), "{refused}");
    let trail = SqlOperationsLog::new(reader.clone());
    let audited = trail.entries(&AuditQuery { limit: 10, ..AuditQuery::default() }).await.unwrap().entries;
    let erased: Vec<_> = audited.iter().filter(|entry| entry.action == AuditAction::Erased).collect();
    assert_eq!(erased.len(), 1, "the deletion is in the audit log: {audited:?}");
    assert!(erased[0].subject.contains("1 calls"), "{erased:?}");
    connection.execute_unprepared("COMMIT").await.unwrap();
    retention.erase("test", crate::harness::CALLER).await.unwrap();
}
