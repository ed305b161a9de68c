//! The files of one program's subfolder: the one being written, and those that are still to be read. Recent events are also
//! held in memory, so that normally nothing is read back.
use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use frontdesk_ports::{EventBatch, LoggedEvent, SpoolLoss, StoreError};

use crate::count::{self, Count};
use crate::line::{Lines, read_lines};
use crate::place::{OpenError, Place, spool_files};

/// A file of this size is closed. Smaller files would cost more syncs, because a new file needs a sync of its folder.
const MAX_FILE_BYTES: u64 = 1024 * 1024;
/// The number of files of which the events are also held in memory.
const IN_MEMORY: usize = 3;
/// Lines that could not be read, and events that the log refused.
pub const ASIDE: &str = "set-aside.txt";

/// The files of one program's subfolder.
pub(crate) struct Files {
    place: Place,
    /// Oldest first.
    filled: VecDeque<SpoolFile>,
    /// The handle of the last file, if that is still being written.
    open: Option<File>,
    /// The handle of the last file's count.
    count: Option<Count>,
    /// The events that were missing at startup.
    pub loss: Option<SpoolLoss>,
    next: u64,
    /// The batch that was handed out and is not forgotten yet: its number, and where in the oldest file it ends.
    handed: Option<(u64, Position)>,
    batches: u64,
    waiting: Arc<AtomicU64>,
}

/// A position in a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Position {
    bytes: u64,
    events: u64,
}

struct SpoolFile {
    number: u64,
    /// The end of its content.
    whole: Position,
    /// The position up to which its events are in the call log.
    done: Position,
    /// The events after `done`, unless they were handed out or are too many.
    fresh: Option<Vec<Arc<Vec<LoggedEvent>>>>,
}

/// Events, and the lines that encode them.
pub(crate) type Written = (Arc<Vec<LoggedEvent>>, Vec<u8>);

fn failed(error: &io::Error) -> StoreError {
    StoreError::Unavailable(format!("the spool: {error}"))
}

/// The path of a file; file names sort by number.
fn path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:020}.spool"))
}

fn number_of(path: &Path) -> Option<u64> {
    path.file_stem()?.to_str()?.parse().ok()
}

/// Syncs a folder: a new file name is durable only after that.
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Preallocates a file with zeros when the previous one has filled up: a sync is cheaper while a file does not grow.
fn preallocate(file: &File) -> io::Result<()> {
    let room = usize::try_from(MAX_FILE_BYTES).unwrap_or_default();
    file.write_all_at(&vec![0; room], 0)?;
    file.sync_data()
}

impl Files {
    /// Opens the existing files, including those that terminated programs left behind.
    pub fn open(place: Place, waiting: Arc<AtomicU64>) -> Result<Self, OpenError> {
        let folder = place.folder.clone();
        let broken = |source| OpenError { path: folder.clone(), source };
        let filled = VecDeque::new();
        let (open, count, loss, handed) = (None, None, None, None);
        let mut files = Self { place, filled, open, count, loss, next: 0, handed, batches: 0, waiting };
        files.adopt().map_err(broken)?;
        Ok(files)
    }

    fn adopt(&mut self) -> io::Result<()> {
        let folder = self.place.folder.clone();
        let ours: Vec<u64> = spool_files(&folder)?.iter().filter_map(|path| number_of(path)).collect();
        self.next = ours.last().map_or(0, |last| last + 1);
        for number in ours {
            self.take(number)?;
        }
        for gone in count::without_file(&folder)? {
            self.report(&gone, &Lines::default());
            count::delete(&gone);
        }
        for orphan in std::mem::take(&mut self.place.left_behind) {
            let number = self.next;
            self.next += 1;
            let adopted = path(&folder, number);
            fs::rename(&orphan, &adopted)?;
            count::rename(&orphan, &adopted);
            self.take(number)?;
        }
        sync_folder(&folder)
    }

    fn take(&mut self, number: u64) -> io::Result<()> {
        let file = path(&self.place.folder, number);
        let bytes = fs::read(&file)?;
        let lines = read_lines(&bytes);
        self.report(&file, &lines);
        let whole = Position { bytes: bytes.len() as u64, events: lines.events.len() as u64 };
        self.filled.push_back(SpoolFile { number, whole, done: Position::default(), fresh: None });
        self.waiting.fetch_add(whole.events, Ordering::Relaxed);
        Ok(())
    }

    /// Records the events that a file should contain but does not.
    fn report(&mut self, file: &Path, lines: &Lines) {
        let Some(loss) = count::loss(file, lines) else { return };
        tracing::error!(
            "{} events that waited in {} are missing or damaged; their calls are compared with the carrier's records",
            loss.events,
            file.display()
        );
        self.loss = Some(self.loss.map_or(loss, |earlier| earlier.and(loss)));
    }

    /// Appends lines and syncs once. Without lines, a heartbeat is written to another file and synced.
    pub fn append(&mut self, mut batch: Vec<Written>) -> Result<(), StoreError> {
        let lines = match batch.as_mut_slice() {
            [(_, only)] => std::mem::take(only),
            several => several.iter().map(|(_, lines)| lines.as_slice()).collect::<Vec<_>>().concat(),
        };
        if lines.is_empty() {
            return self.write_heartbeat().map_err(|error| failed(&error));
        }
        if let Err(error) = self.write(&lines) {
            self.recover_from_failed_write();
            return Err(failed(&error));
        }
        if let Some(file) = self.filled.back_mut() {
            let events: u64 = batch.iter().map(|(events, _)| events.len() as u64).sum();
            file.whole.bytes += lines.len() as u64;
            file.whole.events += events;
            if let Some(fresh) = &mut file.fresh {
                fresh.extend(batch.into_iter().map(|(events, _)| events));
            }
            // Without a count, a truncated file would go unnoticed.
            let path = path(&self.place.folder, file.number);
            self.count = self.count.take().or_else(|| Count::open(&path).ok());
            if let Some(count) = &self.count {
                let _ = count.write(file.whole.events);
            }
            self.waiting.fetch_add(events, Ordering::Relaxed);
        }
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let is_full = self.filled.back().is_some_and(|file| file.whole.bytes >= MAX_FILE_BYTES);
        if is_full {
            self.close();
        }
        if self.open.is_none() {
            let number = self.next;
            let file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(path(&self.place.folder, number))?;
            self.next += 1;
            self.open = Some(file);
            let fresh = (self.filled.len() < IN_MEMORY).then(Vec::new);
            let (whole, done) = (Position::default(), Position::default());
            self.filled.push_back(SpoolFile { number, whole, done, fresh });
            sync_folder(&self.place.folder)?;
            if let Some(file) = self.open.as_ref().filter(|_| is_full)
                && preallocate(file).is_err()
            {
                // The file grows with each write instead, as long as the disk has room.
                file.set_len(0)?;
            }
        }
        let (Some(open), Some(file)) = (&self.open, self.filled.back()) else {
            return Err(io::Error::other("no file is open"));
        };
        open.write_all_at(bytes, file.whole.bytes)?;
        open.sync_data()
    }

    /// Cleans up after a failed write: truncates the partial line and closes the file. If its sync failed, its events may be
    /// read twice, which is harmless.
    fn recover_from_failed_write(&mut self) {
        if let (Some(open), Some(file)) = (&self.open, self.filled.back())
            && let Err(error) = open.set_len(file.whole.bytes)
        {
            tracing::warn!(
                "the spool's file {} could not be truncated after a failed write: {error}",
                file.number
            );
        }
        self.close();
        // An empty file is removed, so that repeated failures do not leave one each.
        if self.filled.back().is_some_and(|file| file.whole == Position::default())
            && let Some(file) = self.filled.pop_back()
        {
            let path = path(&self.place.folder, file.number);
            count::delete(&path);
            let _ = fs::remove_file(path);
        }
    }

    fn close(&mut self) {
        self.open = None;
        self.count = None;
    }

    fn write_heartbeat(&self) -> io::Result<()> {
        let name = self.place.folder.join("ping");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(name)?;
        file.write_all(b"alive\n")?;
        file.sync_data()
    }

    /// The events of the oldest file that has any.
    pub fn oldest(&mut self) -> Result<Option<EventBatch>, StoreError> {
        while self.filled.front().is_some_and(|file| file.whole == file.done) {
            if self.filled.len() == 1 && self.open.is_some() {
                return Ok(None);
            }
            self.delete_oldest();
        }
        let Some(file) = self.filled.front_mut() else { return Ok(None) };
        let (number, end) = self.handed.unwrap_or((self.batches, file.whole));
        if self.handed.is_none() {
            self.batches += 1;
            self.handed = Some((number, end));
            if let Some(fresh) = &mut file.fresh {
                // The requests that stored these events have been answered, so hardly any events are still shared.
                let events = std::mem::take(fresh).into_iter().flat_map(Arc::unwrap_or_clone).collect();
                return Ok(Some(EventBatch { number, events }));
            }
        }
        let (file, done) = (file.number, file.done);
        let events = self.read_back(file, done, end).map_err(|error| failed(&error))?;
        Ok(Some(EventBatch { number, events }))
    }

    fn read_back(&self, file: u64, from: Position, to: Position) -> io::Result<Vec<LoggedEvent>> {
        let mut bytes = Vec::new();
        let mut file = File::open(path(&self.place.folder, file))?;
        file.seek(SeekFrom::Start(from.bytes))?;
        file.take(to.bytes - from.bytes).read_to_end(&mut bytes)?;
        let Lines { events, unreadable, .. } = read_lines(&bytes);
        if !unreadable.is_empty() {
            tracing::error!("{} lines of the spool cannot be read and are set aside", unreadable.len());
            let lines: Vec<u8> =
                unreadable.into_iter().flat_map(|line| [line, b"\n".to_vec()].concat()).collect();
            self.append_aside(&lines)?;
        }
        Ok(events)
    }

    /// Forgets a batch that is in the call log. Once no events are pending, none remain on this machine.
    pub fn forget(&mut self, number: u64) {
        let Some((_, end)) = self.handed.filter(|(handed, _)| *handed == number) else { return };
        let Some(file) = self.filled.front_mut() else { return };
        self.waiting.fetch_sub(end.events - file.done.events, Ordering::Relaxed);
        file.done = end;
        self.handed = None;
        if file.done != file.whole {
            return;
        }
        if !self.empty() {
            self.delete_oldest();
        }
    }

    /// Empties the file being written, if it is the only one. Not synced: after a crash its events may be read again, which
    /// is harmless.
    fn empty(&mut self) -> bool {
        let (Some(open), [file]) = (&self.open, self.filled.make_contiguous()) else { return false };
        self.count = None;
        count::delete(&path(&self.place.folder, file.number));
        if open.set_len(0).is_err() {
            return false;
        }
        (file.whole, file.done, file.fresh) = (Position::default(), Position::default(), Some(Vec::new()));
        true
    }

    fn delete_oldest(&mut self) {
        let Some(file) = self.filled.front() else { return };
        let path = path(&self.place.folder, file.number);
        count::delete(&path);
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                // The file is read again at the next start, which is harmless. It must not block the next files.
                tracing::warn!("the spool's file {} cannot be deleted: {error}", file.number);
            }
            _ => {}
        }
        if self.filled.len() == 1 {
            self.close();
        }
        self.filled.pop_front();
    }

    /// Stores events that the log refuses, for inspection.
    pub fn set_aside(&self, lines: &[u8], why: &str) -> Result<(), StoreError> {
        let mut bytes = format!("# {}\n", why.replace('\n', " ")).into_bytes();
        bytes.extend_from_slice(lines);
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
