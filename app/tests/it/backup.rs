//! Copies are made while the desk runs, and put back only when they are sound.
use std::fs;

use adapters_persistence::Database;
use adapters_simulator::tone;
use frontdesk::backup::{BackupError, Manifest, Places, make, restore};
use frontdesk_domain::Timestamp;
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

/// A desk with one stored message, and a copy of it.
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
    // Another machine: nothing is there yet.
    let target = tempfile::tempdir().unwrap();
    let restored = restore(&places(target.path()), &to.path().join("copy"), now()).await.unwrap();
    assert!(restored.earlier.is_empty());
    let other = Desk::with(Setting { folder: Some(target), ..Setting::default() }).await;
    assert_eq!(other.row().await["id"], row["id"]);
    let again = other.get(row["voicemail"]["audio_url"].as_str().unwrap()).await.bytes().await.unwrap();
    assert_eq!(again, audio);
}

#[tokio::test]
async fn what_waits_for_the_log_is_part_of_the_copy() {
    let desk = Desk::start().await;
    let places_here = places(desk.folder.path());
    let url = format!("sqlite://{}", places_here.database.display());
    let other = Database::open(&url).await.unwrap();
    sea_orm_migration::sea_orm::ConnectionTrait::execute_unprepared(other.connection(), "BEGIN EXCLUSIVE")
        .await
        .unwrap();
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
    // The recordings can be moved aside, the spool cannot: its new name is taken.
    let taken = target.path().join(format!("spool.before-{}", now().as_second()));
    fs::create_dir_all(taken.join("something")).unwrap();
    let refused = restore(&slashed, &copy, now()).await.unwrap_err();
    assert!(matches!(refused, BackupError::File { .. }), "{refused}");
    assert_eq!(fs::read_to_string(&mine).unwrap(), "mine");
    assert_eq!(fs::read(&slashed.database).unwrap(), database, "the database stayed");
}
