//! PID files of running servers: one per process, in the spool's folder, locked for as long as the process runs.
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// The maximum number of PID files per spool. Further servers run without one, and cannot be reloaded.
const MAX_PROCESSES: usize = 16;

/// The PID file of a running server.
#[derive(Debug)]
pub struct PidFile {
    _locked: File,
}

fn paths(folder: &Path) -> impl Iterator<Item = PathBuf> {
    (1..=MAX_PROCESSES).map(|n| match n {
        1 => folder.join("frontdesk.pid"),
        _ => folder.join(format!("frontdesk-{n}.pid")),
    })
}

/// The PID namespace of this process; empty if the system has none.
fn namespace() -> String {
    std::fs::read_link("/proc/self/ns/pid").map_or_else(|_| String::new(), |name| name.display().to_string())
}

impl PidFile {
    /// Creates and locks a PID file for this process. `None` if other servers hold all of them.
    pub fn hold(folder: &Path) -> io::Result<Option<Self>> {
        std::fs::create_dir_all(folder)?;
        for path in paths(folder) {
            let mut file =
                OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => continue,
                Err(TryLockError::Error(error)) => return Err(error),
            }
            file.set_len(0)?;
            file.rewind()?;
            // A PID means nothing in another container, which may share the folder.
            write!(file, "{} {}", std::process::id(), namespace())?;
            return Ok(Some(Self { _locked: file }));
        }
        Ok(None)
    }

    /// The PIDs of the running servers in this container. Files that a terminated process has left are not locked.
    pub fn of_servers(folder: &Path) -> io::Result<Vec<i32>> {
        let mut servers = Vec::new();
        for path in paths(folder) {
            let mut file = match File::open(path) {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            match file.try_lock_shared() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    let mut text = String::new();
                    file.read_to_string(&mut text)?;
                    let (server, of) = text.trim().split_once(' ').unwrap_or((&text, ""));
                    servers.extend(server.parse::<i32>().ok().filter(|_| of == namespace()));
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Ok(servers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_process_is_known_for_as_long_as_it_serves() {
        let folder = tempfile::tempdir().unwrap();
        let known = || PidFile::of_servers(folder.path()).unwrap();
        assert_eq!(known(), [0; 0]);
        let own = i32::try_from(std::process::id()).unwrap();
        let (first, second) = (PidFile::hold(folder.path()).unwrap(), PidFile::hold(folder.path()).unwrap());
        assert!(first.is_some() && second.is_some());
        assert_eq!(known(), [own, own]);
        drop(first);
        assert_eq!(known(), [own], "the other one is still known");
        drop(second);
        assert_eq!(known(), [0; 0]);
    }

    #[test]
    fn a_process_of_another_container_is_not_signalled() {
        let folder = tempfile::tempdir().unwrap();
        let held = PidFile::hold(folder.path()).unwrap();
        std::fs::write(folder.path().join("frontdesk.pid"), "1 pid:[1]").unwrap();
        assert_eq!(PidFile::of_servers(folder.path()).unwrap(), [0; 0]);
        drop(held);
    }

    #[test]
    fn the_number_of_pid_files_is_limited() {
        let folder = tempfile::tempdir().unwrap();
        let held: Vec<_> = (0..MAX_PROCESSES).map(|_| PidFile::hold(folder.path()).unwrap()).collect();
        assert!(held.iter().all(Option::is_some));
        assert!(PidFile::hold(folder.path()).unwrap().is_none());
    }
}
