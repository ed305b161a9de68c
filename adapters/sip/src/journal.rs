//! The journal of calls in progress and of ended calls, in files: with SIP we are the carrier, and there are no other records.
//!
//! `calls/ID.json` is a call in progress, written whenever it changes and every few seconds. After a crash, the next start
//! finds it there. `ended/ID.json` is the record of an ended call, for comparisons with the call log.
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use frontdesk_domain::call::CarrierRecord;
use frontdesk_domain::session::Session;
use frontdesk_domain::{LegId, RecordingId, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use crate::parties::CallParties;
use crate::recording;

/// How long unfetched recordings are stored. Fetching fails permanently after seven days.
const UNFETCHED: Duration = Duration::from_secs(30 * 86_400);
/// How long records of ended calls are stored.
const ENDED: Duration = Duration::from_secs(7 * 86_400);

/// A snapshot of a call in progress.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpenCall {
    pub call: LegId,
    pub at: Timestamp,
    pub started_at: Timestamp,
    pub parties: CallParties,
    pub session: Session,
    /// The recording that is being made, and whether it was to be transcribed.
    pub recording: Option<(RecordingId, bool)>,
    /// The complete recordings.
    pub recordings: Vec<MadeRecording>,
}

/// A recording that is complete.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MadeRecording {
    pub id: RecordingId,
    pub seconds: u32,
    /// Whether it is in the store, so that the file is no longer needed once the call is over.
    pub is_stored: bool,
}

/// The record of an ended call.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EndedCall {
    pub call: LegId,
    pub record: CarrierRecord,
    pub recordings: Vec<MadeRecording>,
}

/// The journal in a line's folder.
#[derive(Debug, Clone)]
pub struct Journal {
    folder: PathBuf,
    changes: mpsc::Sender<(String, Change)>,
    /// Held while the program runs.
    _lock: Arc<File>,
}

/// How long a new call waits to be written to the journal, at most: a slow disk must not keep callers waiting.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// The pause before writing the end of a call is retried.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// The state of a call, or its record once it has ended.
enum Change {
    /// The state, and a channel to report that it is written.
    Open(Vec<u8>, Option<oneshot::Sender<()>>),
    Ended(Vec<u8>, Vec<PathBuf>),
}

impl Journal {
    /// Opens the journal in a folder, and locks it against other programs.
    pub fn open(folder: &Path) -> std::io::Result<Self> {
        for part in ["calls", "ended", "recordings"] {
            fs::create_dir_all(folder.join(part))?;
        }
        let lock = File::create(folder.join("lock"))?;
        lock.try_lock().map_err(|_| std::io::Error::other("another program uses this folder"))?;
        let (changes, receiver) = mpsc::channel();
        let place = folder.to_owned();
        // On a thread of its own, so that calls do not wait for the disk.
        tokio::task::spawn_blocking(move || write_changes(&place, receiver));
        Ok(Self { folder: folder.to_owned(), changes, _lock: Arc::new(lock) })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a new call, and waits until it is on disk (at most `LONGEST_WAIT`), so that no event is stored of a call that the
    /// journal would not know after a crash.
    pub async fn begin(&self, call: &OpenCall) {
        let (written, is_written) = oneshot::channel();
        self.write_open(call, Some(written));
        if tokio::time::timeout(LONGEST_WAIT, is_written).await.is_err() {
            tracing::warn!(call.id = %call.call, "the journal is slow; the call is answered before it is written");
        }
    }

    /// Writes the state of a call.
    pub fn note(&self, call: &OpenCall) {
        self.write_open(call, None);
    }

    fn write_open(&self, call: &OpenCall, written: Option<oneshot::Sender<()>>) {
        match serde_json::to_vec(call) {
            Ok(text) => self.change(&call.call, Change::Open(text, written)),
            Err(error) => tracing::error!("a call could not be written to the journal: {error}"),
        }
    }

    /// Replaces a call with its record, once its end is reported.
    pub fn ended(&self, call: &EndedCall) {
        match serde_json::to_vec(call) {
            Ok(text) => {
                let stored = call.recordings.iter().filter(|recording| recording.is_stored);
                let files = stored.map(|made| recording::path(&self.folder, &made.id)).collect();
                self.change(&call.call, Change::Ended(text, files));
            }
            Err(error) => tracing::error!("a call could not be written to the journal: {error}"),
        }
    }

    fn change(&self, call: &LegId, change: Change) {
        // Cannot fail: the thread ends with the last journal.
        let _ = self.changes.send((name(call), change));
    }

    /// Calls that were in progress when a program was killed.
    pub fn open_calls(&self) -> std::io::Result<Vec<OpenCall>> {
        read_all(&self.folder.join("calls"))
    }

    /// Deletes records that are too old to be useful, and files that a crash left half-written.
    pub fn forget_old(&self, now: Timestamp) -> std::io::Result<()> {
        for entry in fs::read_dir(self.folder.join("calls"))? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "new") {
                remove(&path)?;
            }
        }
        forget_old_recordings(&self.folder)?;
        forget_old(&self.folder, now)
    }
}

/// The ended calls of the journal in that folder.
pub fn ended_calls(folder: &Path) -> std::io::Result<Vec<EndedCall>> {
    read_all(&folder.join("ended"))
}

/// Deletes the record of a call and its recordings. `false` if there was none.
pub fn delete(folder: &Path, call: &LegId) -> std::io::Result<bool> {
    let path = folder.join("ended").join(name(call));
    if let Some(EndedCall { recordings, .. }) = read_file(&path)? {
        recordings.iter().try_for_each(|made| remove(&recording::path(folder, &made.id)).map(drop))?;
    }
    remove(&path)
}

/// Deletes records of ended calls that are too old to be useful.
pub fn forget_old(folder: &Path, now: Timestamp) -> std::io::Result<()> {
    for EndedCall { call, record, .. } in ended_calls(folder)? {
        if record.ended_at.is_none_or(|ended| ended < now - ENDED) {
            remove(&folder.join("ended").join(name(&call)))?;
        }
    }
    Ok(())
}

/// Deletes recordings that are too old to be fetched any more.
fn forget_old_recordings(folder: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(folder.join("recordings"))? {
        let entry = entry?;
        let is_old = |age: Duration| age > UNFETCHED;
        if entry.metadata()?.modified()?.elapsed().is_ok_and(is_old) {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

/// Removes a file. `false` if there was none.
fn remove(path: &Path) -> std::io::Result<bool> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        removed => removed.map(|()| true),
    }
}

/// The name of a call's file. A leg id contains no characters that are invalid in a path.
fn name(call: &LegId) -> String {
    format!("{}.json", call.id())
}

fn write_changes(folder: &Path, changes: mpsc::Receiver<(String, Change)>) {
    let mut latest = BTreeMap::new();
    loop {
        let received = if latest.is_empty() {
            changes.recv().map_err(|_| mpsc::RecvTimeoutError::Disconnected)
        } else {
            changes.recv_timeout(RETRY_AFTER)
        };
        // If a call has several changes, the last one is written.
        let is_closed = matches!(received, Err(mpsc::RecvTimeoutError::Disconnected));
        latest.extend(received.ok());
        latest.extend(changes.try_iter());
        latest.retain(|name, change| {
            let written = write_change(folder, name, change);
            if let Err(error) = &written {
                tracing::error!("the journal of calls could not be written: {error}");
            }
            // The end of a call is retried until it is written: otherwise the next start would end the call again.
            written.is_err() && matches!(change, Change::Ended(..))
        });
        if is_closed {
            return;
        }
    }
}

fn write_change(folder: &Path, name: &str, change: &mut Change) -> std::io::Result<()> {
    let open = folder.join("calls").join(name);
    match change {
        Change::Open(text, written) => {
            replace(&open, text)?;
            // Fails if the waiting task has timed out.
            written.take().map(|written| written.send(()));
            Ok(())
        }
        Change::Ended(text, files) => {
            replace(&folder.join("ended").join(name), text)?;
            // The file may be missing: the call may have ended before it was written.
            remove(&open)?;
            files.iter().try_for_each(|file| remove(file).map(drop))
        }
    }
}

/// Replaces a file atomically.
fn replace(path: &Path, text: &[u8]) -> std::io::Result<()> {
    let unfinished = path.with_extension("new");
    let mut file = File::create(&unfinished)?;
    file.write_all(text)?;
    file.sync_data()?;
    fs::rename(&unfinished, path)?;
    // Makes the new name durable as well.
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_data())
}

fn read_all<T: DeserializeOwned>(folder: &Path) -> std::io::Result<Vec<T>> {
    let mut all = Vec::new();
    let entries = match fs::read_dir(folder) {
        // No call has come yet.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(all),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        all.extend(read_file::<T>(&path)?);
    }
    Ok(all)
}

/// Reads a file of the journal; `None` if it is missing, because the call ended or was deleted meanwhile, or is unreadable.
fn read_file<T: DeserializeOwned>(path: &Path) -> std::io::Result<Option<T>> {
    let text = match fs::read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        read => read?,
    };
    match serde_json::from_slice(&text) {
        Ok(call) => Ok(Some(call)),
        // Set aside, so that it is reported once and can be inspected.
        Err(error) => {
            tracing::error!("{} of the journal cannot be read: {error}", path.display());
            fs::rename(path, path.with_extension("unreadable"))?;
            Ok(None)
        }
    }
}
