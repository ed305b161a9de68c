//! Backups of the database, the recordings and the spool: made while the server runs, verified before they are restored.

mod exchange;
mod make;
mod manifest;
mod restore;

pub use exchange::{finish_interrupted, is_interrupted};
pub use make::make;
pub use manifest::{Manifest, ManifestFile};
pub use restore::{Restored, restore};
use std::path::{Path, PathBuf};

/// The database's name in a backup.
const DATABASE: &str = "frontdesk.db";
/// The recordings' folder in a backup.
const RECORDINGS: &str = "recordings";
/// The spool's folder in a backup: events that were not in the log yet.
const SPOOL: &str = "spool";
/// The list of all files, written last: a folder without it is not a backup.
const MANIFEST: &str = "manifest.json";

/// The paths that a backup copies and a restore replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The SQLite file.
    pub database: PathBuf,
    /// The folder with audio.
    pub recordings: PathBuf,
    /// The folder with events that are not in the log yet.
    pub spool: PathBuf,
}

/// A backup or a restore failed. Nothing was replaced.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database or the recordings are not local files.
    #[error(
        "{0}: only a SQLite file and a local folder can be copied; for PostgreSQL use pg_dump and copy the recordings' folder"
    )]
    NotFiles(&'static str),
    /// The target folder exists.
    #[error("{0} already exists; name a folder that does not")]
    Taken(PathBuf),
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The database could not be copied or opened.
    #[error("the database: {0}")]
    Database(String),
    /// The folder is not a backup, or it is damaged.
    #[error("{0}; nothing was replaced")]
    Unsound(String),
    /// The server is running.
    #[error("frontdesk is running on these files; stop it first")]
    Running,
}

impl Places {
    /// The files that a configuration names.
    pub fn of(database_url: &str, recordings_url: &str, spool: &Path) -> Result<Self, BackupError> {
        let database = database_url.strip_prefix("sqlite://").ok_or(BackupError::NotFiles("database.url"))?;
        let folder = recordings_url.strip_prefix("file://").ok_or(BackupError::NotFiles("recordings.url"))?;
        Ok(Self { database: database.into(), recordings: folder.into(), spool: spool.to_owned() })
    }
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> BackupError + use<> {
    let path = path.to_owned();
    move |source| BackupError::File { path, source }
}

/// Syncs a folder: a created or renamed file is durable only after that.
fn sync_folder(folder: &Path) -> Result<(), BackupError> {
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed(folder))
}

fn create_folder(path: &Path) -> Result<(), BackupError> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed(path))
}

/// Adds an ending to the last component of a path; a trailing slash is ignored.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.components().collect::<PathBuf>().into_os_string();
    name.push(ending);
    name.into()
}
