//! The files of one place: the one that is written, and those that wait to be read.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use frontdesk_ports::{LoggedEvent, Portion, StoreError};

use crate::line::{Lines, read_lines, write_line};
use crate::place::{OpenError, Place, spool_files};

/// A file that has grown to this is closed: about a thousand events.
const LARGEST: u64 = 1024 * 1024;
/// Lines that could not be read, and events that the log refused.
const ASIDE: &str = "set-aside.txt";

/// The files of one place.
pub(crate) struct Files {
    place: Place,
    /// Closed files by number, with the events each holds.
    closed: BTreeMap<u64, u64>,
    open: Option<OpenFile>,
    next: u64,
    waiting: Arc<AtomicU64>,
}

/// The file that is written.
struct OpenFile {
    number: u64,
    file: File,
    length: u64,
    events: u64,
}

fn failed(error: &io::Error) -> StoreError {
    StoreError::Unavailable(format!("the spool: {error}"))
}

/// A name that sorts by number.
fn path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:020}.spool"))
}

fn number_of(path: &Path) -> Option<u64> {
    path.file_stem()?.to_str()?.parse().ok()
}

/// A name in a folder is durable only once the folder is.
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

impl Files {
    /// What is there, with what programs that are gone have left.
    pub fn open(place: Place, waiting: Arc<AtomicU64>) -> Result<Self, OpenError> {
        let folder = place.folder.clone();
        let broken = |source| OpenError { path: folder.clone(), source };
        let mut files = Self { place, closed: BTreeMap::new(), open: None, next: 0, waiting };
        files.adopt().map_err(broken)?;
        Ok(files)
    }

    fn adopt(&mut self) -> io::Result<()> {
        let folder = self.place.folder.clone();
        let ours: Vec<u64> = spool_files(&folder)?.iter().filter_map(|path| number_of(path)).collect();
        self.next = ours.last().map_or(0, |last| last + 1);
        for number in ours {
            self.count(number)?;
        }
        for orphan in std::mem::take(&mut self.place.left_behind) {
            let number = self.next;
            self.next += 1;
            fs::rename(&orphan, path(&folder, number))?;
            self.count(number)?;
        }
        sync_folder(&folder)
    }

    fn count(&mut self, number: u64) -> io::Result<()> {
        let events = read_lines(&fs::read(path(&self.place.folder, number))?).events.len() as u64;
        self.closed.insert(number, events);
        self.waiting.fetch_add(events, Ordering::Relaxed);
        Ok(())
    }

    /// Appends events and syncs once. With none, a line that says nothing is written and synced: a sign of life.
    pub fn append(&mut self, events: &[LoggedEvent]) -> Result<(), StoreError> {
        let mut bytes = Vec::new();
        for logged in events {
            let line = write_line(logged).map_err(|error| StoreError::Refused(error.to_string()))?;
            bytes.extend_from_slice(&line);
        }
        if events.is_empty() {
            return self.sign_of_life().map_err(|error| failed(&error));
        }
        match self.write(&bytes) {
            Ok(()) => {
                let count = events.len() as u64;
                self.waiting.fetch_add(count, Ordering::Relaxed);
                if let Some(open) = &mut self.open {
                    open.events += count;
                }
                Ok(())
            }
            Err(error) => {
                self.mend();
                Err(failed(&error))
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.open.as_ref().is_some_and(|open| open.length >= LARGEST) {
            self.close();
        }
        if self.open.is_none() {
            let number = self.next;
            let file = OpenOptions::new()
                .append(true)
                .create_new(true)
                .mode(0o600)
                .open(path(&self.place.folder, number))?;
            self.next += 1;
            self.open = Some(OpenFile { number, file, length: 0, events: 0 });
            sync_folder(&self.place.folder)?;
        }
        let Some(open) = &mut self.open else { return Err(io::Error::other("no file is open")) };
        open.file.write_all(bytes)?;
        open.file.sync_data()?;
        open.length += bytes.len() as u64;
        Ok(())
    }

    /// After a failed write: what was half written goes, so that the next line begins a line. A file whose sync failed
    /// is not trusted with more; what it holds may be read twice, which is no harm.
    fn mend(&mut self) {
        if let Some(open) = &self.open
            && let Err(error) = open.file.set_len(open.length)
        {
            tracing::warn!("the spool's file {} keeps a half-written end: {error}", open.number);
        }
        self.close();
    }

    fn close(&mut self) {
        if let Some(open) = self.open.take() {
            self.closed.insert(open.number, open.events);
        }
    }

    fn sign_of_life(&self) -> io::Result<()> {
        let name = self.place.folder.join("ping");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(name)?;
        file.write_all(b"alive\n")?;
        file.sync_data()
    }

    /// The oldest file's events. The one that is written is closed for it.
    pub fn oldest(&mut self) -> Result<Option<Portion>, StoreError> {
        if self.closed.is_empty() {
            self.close();
        }
        let Some((&number, _)) = self.closed.first_key_value() else { return Ok(None) };
        let bytes = fs::read(path(&self.place.folder, number)).map_err(|error| failed(&error))?;
        let Lines { events, unreadable, .. } = read_lines(&bytes);
        if !unreadable.is_empty() {
            tracing::error!("{} lines of the spool cannot be read and are set aside", unreadable.len());
            let lines: Vec<u8> =
                unreadable.into_iter().flat_map(|line| [line, b"\n".to_vec()].concat()).collect();
            self.append_aside(&lines).map_err(|error| failed(&error))?;
        }
        Ok(Some(Portion { number, events }))
    }

    /// Deletes a file whose events the log has.
    pub fn forget(&mut self, number: u64) -> Result<(), StoreError> {
        match fs::remove_file(path(&self.place.folder, number)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(&error)),
            _ => {}
        }
        let events = self.closed.remove(&number).unwrap_or(0);
        self.waiting.fetch_sub(events, Ordering::Relaxed);
        sync_folder(&self.place.folder).map_err(|error| failed(&error))
    }

    /// Keeps events that the log refuses.
    pub fn set_aside(&mut self, events: &[LoggedEvent], why: &str) -> Result<(), StoreError> {
        let mut bytes = format!("# {}\n", why.replace('\n', " ")).into_bytes();
        for logged in events {
            bytes.extend(write_line(logged).map_err(|error| StoreError::Refused(error.to_string()))?);
        }
        self.append_aside(&bytes).map_err(|error| failed(&error))
    }

    fn append_aside(&self, bytes: &[u8]) -> io::Result<()> {
        let name = self.place.folder.join(ASIDE);
        let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(name)?;
        file.write_all(bytes)?;
        file.sync_data()?;
        sync_folder(&self.place.folder)
    }
}
