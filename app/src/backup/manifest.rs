//! The manifest of a backup: its files, with the hash of each.
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{BackupError, MANIFEST, failed};

/// The version of the manifest's format.
const FORMAT: u32 = 1;

/// The list of a backup's files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of this document's format.
    pub format: u32,
    /// The frontdesk version that made the backup.
    pub frontdesk: String,
    /// When the backup was started.
    pub made_at: frontdesk_domain::Timestamp,
    /// The files.
    pub files: Vec<ManifestFile>,
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestFile {
    /// Its path in the backup.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal digits.
    pub sha256: String,
}

impl Manifest {
    pub(super) fn begun(made_at: frontdesk_domain::Timestamp) -> Self {
        Self { format: FORMAT, frontdesk: env!("CARGO_PKG_VERSION").into(), made_at, files: Vec::new() }
    }

    /// Reads the manifest of a backup and verifies the length and hash of every file.
    pub fn verified(backup: &Path) -> Result<Self, BackupError> {
        let path = backup.join(MANIFEST);
        let text = fs::read(&path).map_err(|error| {
            BackupError::Unsound(format!("{} cannot be read ({error}): no finished backup", path.display()))
        })?;
        let unreadable = |why: String| BackupError::Unsound(format!("{}: {why}", path.display()));
        let manifest: Self = serde_json::from_slice(&text).map_err(|error| unreadable(error.to_string()))?;
        if manifest.format != FORMAT {
            return Err(unreadable(format!("its format is {}, of a newer frontdesk", manifest.format)));
        }
        for file in &manifest.files {
            let inside = Path::new(&file.path).components().all(|part| matches!(part, Component::Normal(_)));
            if !inside {
                return Err(unreadable(format!("{:?} leads out of the backup", file.path)));
            }
            let path = backup.join(&file.path);
            let (bytes, sha256) = File::open(&path)
                .and_then(|mut file| copy_hashed(&mut file, &mut io::sink()))
                .map_err(|error| BackupError::Unsound(format!("{}: {error}", path.display())))?;
            if (bytes, &sha256) != (file.bytes, &file.sha256) {
                let path = path.display();
                return Err(BackupError::Unsound(format!(
                    "{path} is not what was copied (its hash differs)"
                )));
            }
        }
        Ok(manifest)
    }
}

/// Copies and syncs a file.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(u64, String), BackupError> {
    let mut source = File::open(from).map_err(failed(from))?;
    let mut options = fs::OpenOptions::new();
    let mut target = options.write(true).create_new(true).mode(0o600).open(to).map_err(failed(to))?;
    let copied = copy_hashed(&mut source, &mut target).map_err(failed(to))?;
    target.sync_all().map_err(failed(to))?;
    Ok(copied)
}

fn copy_hashed(from: &mut impl Read, to: &mut impl Write) -> io::Result<(u64, String)> {
    let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; 64 * 1024]);
    loop {
        let length = from.read(&mut buffer)?;
        let Some(piece) = buffer.get(..length).filter(|piece| !piece.is_empty()) else {
            return Ok((bytes, hex::encode(hash.finalize())));
        };
        hash.update(piece);
        to.write_all(piece)?;
        bytes += length as u64;
    }
}

/// Syncs a file that was written elsewhere, and returns its length and hash.
pub(super) fn hash(path: &Path) -> Result<(u64, String), BackupError> {
    let mut file = File::open(path).map_err(failed(path))?;
    file.sync_all().map_err(failed(path))?;
    copy_hashed(&mut file, &mut io::sink()).map_err(failed(path))
}
