//! The number of events that a spool file must contain, in a small file next to it. It reveals that a spool file was truncated
//! or removed by another program. It is not synced: after a power failure it may be too low, but never too high, because it is
//! deleted before the spool file is emptied.
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use frontdesk_domain::Timestamp;
use frontdesk_ports::SpoolLoss;

use crate::line::Lines;

const EXTENSION: &str = "count";
const DIGITS: usize = 20;

/// The count of the spool file that is being written.
pub(crate) struct Count(File);

impl Count {
    /// Creates the count of a spool file.
    pub fn open(spool_file: &Path) -> io::Result<Self> {
        let path = spool_file.with_extension(EXTENSION);
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path).map(Self)
    }

    /// Writes the number of events.
    pub fn write(&self, events: u64) -> io::Result<()> {
        self.0.write_all_at(format!("{events:0DIGITS$}\n").as_bytes(), 0)
    }
}

/// Deletes the count of a spool file. This comes before deleting the file, so that its absence is not reported as a loss.
pub(crate) fn delete(spool_file: &Path) {
    let _ = fs::remove_file(spool_file.with_extension(EXTENSION));
}

/// Moves the count with its file.
pub(crate) fn rename(from: &Path, to: &Path) {
    let _ = fs::rename(from.with_extension(EXTENSION), to.with_extension(EXTENSION));
}

/// The missing spool files of a folder: those of which the count still exists.
pub(crate) fn without_file(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut gone = Vec::new();
    for entry in fs::read_dir(folder)? {
        let count = entry?.path();
        let file = count.with_extension("spool");
        if count.extension().is_some_and(|extension| extension == EXTENSION) && !file.exists() {
            gone.push(file);
        }
    }
    Ok(gone)
}

/// The events that a file should contain but does not.
pub(crate) fn loss(spool_file: &Path, lines: &Lines) -> Option<SpoolLoss> {
    let path = spool_file.with_extension(EXTENSION);
    let count: u64 = fs::read_to_string(&path).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0);
    let readable = lines.events.len() as u64;
    let events = count.saturating_sub(readable).max(lines.unreadable.len() as u64);
    if events == 0 {
        return None;
    }
    let written =
        || fs::metadata(&path).or_else(|_| fs::metadata(spool_file)).and_then(|file| file.modified());
    let first = lines.events.iter().map(|logged| logged.event.at).min();
    let since = first.or_else(|| Timestamp::try_from(written().ok()?).ok());
    Some(SpoolLoss { events, since })
}
