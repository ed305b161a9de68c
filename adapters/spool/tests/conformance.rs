//! The spool in files behaves like every other spool, and survives crashes, damaged files and missing folders.
#![allow(clippy::unwrap_used, reason = "a test reports by panicking")]
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use adapters_spool::FileSpool;
use frontdesk_domain::{CallEvent, EventKind};
use frontdesk_ports::{EventBuffer, LoggedEvent, Spool, StoreError, conformance};

fn event(step: u16) -> LoggedEvent {
    let kind = EventKind::Menu { menu: "main".parse().unwrap(), step };
    CallEvent {
        call: "twilio:CA1".parse().unwrap(),
        at: "2026-11-24T09:00:00Z".parse().unwrap(),
        kind,
        received_at: None,
    }
    .into()
}

async fn drain(spool: &FileSpool) -> Vec<LoggedEvent> {
    let mut all = Vec::new();
    while let Some(batch) = spool.oldest().await.unwrap() {
        all.extend(batch.events);
        spool.forget(batch.number).await.unwrap();
    }
    all
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let all = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    all.filter(|path| path.extension().is_some_and(|ending| ending == "spool")).collect()
}

#[tokio::test]
async fn spool() {
    let folder = tempfile::tempdir().unwrap();
    conformance::spool::all(&FileSpool::open(folder.path()).unwrap()).await;
}

/// Opens a spool again. The thread of the dropped one, and so its lock, end a moment after the drop.
async fn reopened(folder: &Path, waits: u64) -> FileSpool {
    loop {
        let spool = FileSpool::open(folder).unwrap();
        if spool.waiting() == waits {
            return spool;
        }
        drop(spool);
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn pending_events_survive_a_restart_and_a_torn_line_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let spool = FileSpool::open(folder.path()).unwrap();
    spool.store(vec![event(1), event(2)].into()).await.unwrap();
    drop(spool);
    let file = files(&folder.path().join("0")).pop().unwrap();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let mut bytes = fs::read(&file).unwrap();
    bytes.extend_from_slice(b"1 00000000 {\"event\":");
    fs::write(&file, bytes).unwrap();
    let spool = reopened(folder.path(), 2).await;
    assert_eq!(drain(&spool).await, [event(1), event(2)]);
}

/// The number of lost events after `harm` was done to the only file, which contains three pending events.
async fn loss_after(harm: impl FnOnce(&Path)) -> Option<u64> {
    let folder = tempfile::tempdir().unwrap();
    let spool = FileSpool::open(folder.path()).unwrap();
    spool.store(vec![event(1)].into()).await.unwrap();
    drain(&spool).await;
    spool.store(vec![event(2), event(3)].into()).await.unwrap();
    spool.store(vec![event(4)].into()).await.unwrap();
    drop(spool);
    harm(&files(&folder.path().join("0")).pop().unwrap());
    // The thread of the dropped spool ends a moment later.
    while adapters_spool::is_in_use(folder.path()) {
        tokio::task::yield_now().await;
    }
    let loss = FileSpool::open(folder.path()).unwrap().loss();
    assert!(loss.is_none_or(|loss| loss.since.is_some()), "a loss has a start time");
    loss.map(|loss| loss.events)
}

#[tokio::test]
async fn a_file_that_was_cut_or_removed_is_reported() {
    let cut = |lines: usize, half: bool| {
        move |file: &Path| {
            let text = fs::read_to_string(file).unwrap();
            let kept: usize = text.split_inclusive('\n').take(lines).map(str::len).sum();
            fs::write(file, &text[..kept + if half { 20 } else { 0 }]).unwrap();
        }
    };
    assert_eq!(loss_after(|_| ()).await, None);
    assert_eq!(loss_after(cut(2, false)).await, Some(1), "at the end of a line");
    assert_eq!(loss_after(cut(2, true)).await, Some(1), "within a line");
    assert_eq!(loss_after(cut(0, false)).await, Some(3));
    assert_eq!(loss_after(|file| fs::remove_file(file).unwrap()).await, Some(3));
    let damage = |file: &Path| {
        let text = fs::read_to_string(file).unwrap();
        fs::write(file, text.replacen("\"step\":3", "\"step\":7", 1)).unwrap();
    };
    assert_eq!(loss_after(damage).await, Some(1));
}

#[tokio::test]
async fn drained_events_leave_no_count() {
    let folder = tempfile::tempdir().unwrap();
    let spool = FileSpool::open(folder.path()).unwrap();
    spool.store(vec![event(1)].into()).await.unwrap();
    drain(&spool).await;
    let left: Vec<_> =
        fs::read_dir(folder.path().join("0")).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(
        left.iter().all(|path| path.extension().is_none_or(|extension| extension != "count")),
        "{left:?}"
    );
}

#[tokio::test]
async fn a_damaged_line_is_set_aside_and_the_others_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let spool = FileSpool::open(folder.path()).unwrap();
    spool.store(vec![event(1), event(2), event(3)].into()).await.unwrap();
    let file = files(&folder.path().join("0")).pop().unwrap();
    let damaged = fs::read_to_string(&file).unwrap().replacen("\"step\":2", "\"step\":7", 1);
    fs::write(&file, damaged).unwrap();
    drop(spool);
    let spool = reopened(folder.path(), 2).await;
    assert_eq!(drain(&spool).await, [event(1), event(3)]);
    let aside = fs::read_to_string(folder.path().join("0/set-aside.txt")).unwrap();
    assert!(aside.contains("\"step\":7"), "{aside}");
}

#[tokio::test]
async fn two_programs_share_a_folder_and_the_survivor_takes_what_the_other_left() {
    let folder = tempfile::tempdir().unwrap();
    let first = FileSpool::open(folder.path()).unwrap();
    let second = FileSpool::open(folder.path()).unwrap();
    first.store(vec![event(1)].into()).await.unwrap();
    second.store(vec![event(2)].into()).await.unwrap();
    assert_eq!((first.waiting(), second.waiting()), (1, 1), "each has its own");
    drop((first, second));
    let spool = reopened(folder.path(), 2).await;
    assert_eq!(drain(&spool).await, [event(1), event(2)]);
}

#[tokio::test]
async fn a_missing_folder_is_an_error_until_it_returns() {
    let folder = tempfile::tempdir().unwrap();
    let spool = FileSpool::open(folder.path()).unwrap();
    let place = folder.path().join("0");
    fs::rename(&place, folder.path().join("moved")).unwrap();
    let lost = spool.store(vec![event(1)].into()).await;
    assert!(matches!(lost, Err(StoreError::Unavailable(_))), "{lost:?}");
    assert!(spool.ping().await.is_err());
    fs::rename(folder.path().join("moved"), &place).unwrap();
    spool.store(vec![event(2)].into()).await.unwrap();
    assert_eq!(drain(&spool).await, [event(2)]);
}

#[tokio::test]
async fn an_unforgotten_batch_is_returned_again_before_newer_events() {
    let folder = tempfile::tempdir().unwrap();
    let spool = FileSpool::open(folder.path()).unwrap();
    spool.store(vec![event(1)].into()).await.unwrap();
    let first = spool.oldest().await.unwrap().unwrap();
    spool.store(vec![event(2), event(3)].into()).await.unwrap();
    assert_eq!(spool.oldest().await.unwrap(), Some(first));
    assert_eq!(spool.waiting(), 3);
    assert_eq!(drain(&spool).await, [event(1), event(2), event(3)]);
    assert_eq!(spool.waiting(), 0);
}

#[tokio::test]
async fn drained_files_are_empty() {
    let folder = tempfile::tempdir().unwrap();
    let spool = FileSpool::open(folder.path()).unwrap();
    for step in 0..4 {
        spool.store(vec![event(step)].into()).await.unwrap();
        assert_eq!(drain(&spool).await, [event(step)]);
        let left: u64 = files(&folder.path().join("0")).iter().map(|f| fs::metadata(f).unwrap().len()).sum();
        assert_eq!(left, 0);
    }
}

#[tokio::test]
async fn events_beyond_memory_are_read_back_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let spool = FileSpool::open(folder.path()).unwrap();
    let all: Vec<LoggedEvent> = (0..60_000).map(event).collect();
    for some in all.chunks(500) {
        spool.store(some.to_vec().into()).await.unwrap();
    }
    assert!(files(&folder.path().join("0")).len() > 4, "several files");
    assert_eq!(drain(&spool).await, all);
}
