//! Which process serves a desk: a file beside its spool, locked for as long as the process lives.
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// The file of the process that serves.
#[derive(Debug)]
pub struct PidFile {
    _locked: File,
}

fn path(folder: &Path) -> PathBuf {
    folder.join("frontdesk.pid")
}

impl PidFile {
    /// Says that this process serves. `None` when another one says so already: two that share a spool are both right.
    pub fn hold(folder: &Path) -> io::Result<Option<Self>> {
        std::fs::create_dir_all(folder)?;
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path(folder))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        file.set_len(0)?;
        file.rewind()?;
        write!(file, "{}", std::process::id())?;
        Ok(Some(Self { _locked: file }))
    }

    /// The process that serves, if one does: a number left behind by one that is gone is not locked.
    pub fn of_server(folder: &Path) -> io::Result<Option<i32>> {
        let mut file = match File::open(path(folder)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                file.read_to_string(&mut text)?;
                Ok(text.trim().parse().ok())
            }
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_known_for_as_long_as_it_serves() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(PidFile::of_server(folder.path()).unwrap(), None);
        let held = PidFile::hold(folder.path()).unwrap();
        assert!(held.is_some() && PidFile::hold(folder.path()).unwrap().is_none());
        assert_eq!(PidFile::of_server(folder.path()).unwrap(), i32::try_from(std::process::id()).ok());
        drop(held);
        assert_eq!(PidFile::of_server(folder.path()).unwrap(), None);
    }
}
