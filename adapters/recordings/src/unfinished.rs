//! Removes files that a killed process left unfinished. The store writes `NAME#1` and renames it to `NAME`. A process that is
//! killed in between leaves `NAME#1`, which nothing reads or lists, but which contains a caller's voice.
use std::ffi::OsStr;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::Duration;

/// The age from which an unfinished file counts as abandoned: far above the time limit of a transfer.
const ABANDONED_AFTER: Duration = Duration::from_secs(3600);

/// Removes abandoned files from a folder.
pub(crate) fn remove_abandoned(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let is_old = || {
            let modified = entry.metadata().and_then(|metadata| metadata.modified());
            modified.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > ABANDONED_AFTER))
        };
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && is_unfinished(&entry.file_name()) && is_old() {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

/// Removes all unfinished files of a name. The store numbers them from 1.
pub(crate) fn remove_all_of(folder: &Path, name: &str) -> io::Result<()> {
    for count in 1_u32.. {
        if !remove(&folder.join(format!("{name}#{count}")))? {
            break;
        }
    }
    Ok(())
}

fn is_unfinished(file: &OsStr) -> bool {
    let count = file.to_str().and_then(|file| file.rsplit_once('#')).map(|(_, count)| count);
    count.is_some_and(|count| !count.is_empty() && count.bytes().all(|b| b.is_ascii_digit()))
}

/// Removes a file and returns whether it existed. Another instance may remove it at the same time.
fn remove(file: &Path) -> io::Result<bool> {
    match fs::remove_file(file) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}
