//! A program's own subfolder of the spool, held by a lock that ends with the program, even if it is killed.
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::line::read_lines;

/// The maximum number of programs that share a folder.
const MAX_PROGRAMS: u32 = 64;

/// The folder cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot use the folder {path}: {source}")]
pub struct OpenError {
    /// The folder.
    pub path: PathBuf,
    /// The cause.
    pub source: io::Error,
}

/// The subfolder of this program.
pub(crate) struct Place {
    pub folder: PathBuf,
    /// Files that terminated programs left behind.
    pub left_behind: Vec<PathBuf>,
    /// Held until the program ends.
    _locks: Vec<File>,
}

impl Place {
    /// Takes the first free subfolder, and the files that terminated programs left behind in other free ones.
    pub fn take(folder: &Path) -> Result<Self, OpenError> {
        let failed = |source| OpenError { path: folder.to_owned(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
        let mut ours = None;
        let mut left_behind = Vec::new();
        let mut locks = Vec::new();
        for number in 0..MAX_PROGRAMS {
            let place = folder.join(number.to_string());
            if ours.is_some() && !place.exists() {
                break;
            }
            DirBuilder::new().recursive(true).mode(0o700).create(&place).map_err(failed)?;
            let Some(lock) = lock(&place).map_err(failed)? else { continue };
            locks.push(lock);
            if ours.is_none() {
                ours = Some(place);
            } else {
                left_behind.extend(spool_files(&place).map_err(failed)?);
            }
        }
        match ours {
            Some(folder) => Ok(Self { folder, left_behind, _locks: locks }),
            None => Err(failed(io::Error::other(format!("{MAX_PROGRAMS} programs already use it")))),
        }
    }
}

/// Whether a running program uses the folder.
pub fn is_in_use(folder: &Path) -> bool {
    let places =
        (0..MAX_PROGRAMS).map(|number| folder.join(number.to_string())).filter(|place| place.exists());
    // A subfolder that cannot be checked counts as used.
    places.into_iter().any(|place| !lock(&place).is_ok_and(|lock| lock.is_some()))
}

/// Whether running programs have events in the folder that are not in the log yet.
pub fn running_programs_hold_events(folder: &Path) -> io::Result<bool> {
    for place in
        (0..MAX_PROGRAMS).map(|number| folder.join(number.to_string())).filter(|place| place.exists())
    {
        if lock(&place)?.is_some() {
            continue;
        }
        for file in spool_files(&place)? {
            // Drained files are removed: this one may disappear meanwhile.
            let bytes = match fs::read(&file) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                read => read?,
            };
            if !read_lines(&bytes).events.is_empty() {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Locks a subfolder; `None` if another program holds the lock.
fn lock(place: &Path) -> io::Result<Option<File>> {
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(false).mode(0o600).open(place.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}

/// The spool's files in a folder, oldest first.
pub(crate) fn spool_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "spool") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
