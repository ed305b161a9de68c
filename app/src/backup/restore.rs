//! Restores a backup: verifies it, stages it next to the current data, and then exchanges the two. Nothing is deleted.
use std::fs;
use std::path::{Path, PathBuf};

use adapters_persistence::CarriedOver;
use adapters_recordings::{ObjectRecordings, Place};
use frontdesk_domain::Timestamp;
use frontdesk_ports::RecordingStore;

use super::exchange::{Moves, exchange, finish_interrupted};
use super::manifest::copy;
use super::{
    BackupError, DATABASE, Manifest, Places, RECORDINGS, SPOOL, beside, create_folder, failed, sync_folder,
};
use crate::wiring::open_database;

/// What a restore did.
#[derive(Debug)]
pub struct Restored {
    /// The manifest of the restored backup.
    pub manifest: Manifest,
    /// The paths that the previous data was moved to.
    pub earlier: Vec<PathBuf>,
    /// What was removed from the restored data because it had been revoked, removed or erased since the backup.
    pub carried_over: CarriedOver,
}

/// Replaces the data at `places` with the backup `from`. Nothing is changed before everything is verified and staged.
pub async fn restore(places: &Places, from: &Path, now: Timestamp) -> Result<Restored, BackupError> {
    // An earlier restore may have been interrupted.
    finish_interrupted(&places.database)?;
    let manifest = Manifest::verified(from)?;
    if adapters_spool::is_in_use(&places.spool) {
        return Err(BackupError::Running);
    }
    let staged = Places {
        database: beside(&places.database, ".restoring"),
        recordings: beside(&places.recordings, ".restoring"),
        spool: beside(&places.spool, ".restoring"),
    };
    discard(&staged)?;
    stage(&staged, from, &manifest)?;
    sound(&staged.database).await?;
    // Staging takes a while, so the server may have been started meanwhile.
    if adapters_spool::is_in_use(&places.spool) {
        return Err(BackupError::Running);
    }
    let carried_over = carry_over(&staged, &places.database).await?;
    let (moves, earlier) = moves(&staged, places, &format!(".before-{}", now.as_second()));
    exchange(&places.database, &moves)?;
    Ok(Restored { manifest, earlier, carried_over })
}

/// The renames of a restore, and the paths that the current data moves to. The current data is moved away first, beginning with
/// the folders, because the rename of a folder that is a mount point fails; then the staged copies are moved in.
fn moves(staged: &Places, places: &Places, aside: &str) -> (Moves, Vec<PathBuf>) {
    let there = [places.recordings.clone(), places.spool.clone()].into_iter();
    let there: Vec<PathBuf> =
        there.chain(with_side_files(&places.database)).filter(|name| name.exists()).collect();
    let earlier: Vec<PathBuf> = there.iter().map(|name| beside(name, aside)).collect();
    let mut moves: Moves = there.into_iter().zip(earlier.iter().cloned()).collect();
    let copies = [
        (&staged.spool, &places.spool),
        (&staged.recordings, &places.recordings),
        (&staged.database, &places.database),
    ];
    moves.extend(copies.map(|(staged, place)| (staged.clone(), beside(place, ""))));
    (moves, earlier)
}

/// Ends all sessions in the staged copy, and removes what was revoked, removed or erased since the backup, according to the
/// replaced database.
async fn carry_over(staged: &Places, replaced: &Path) -> Result<CarriedOver, BackupError> {
    let failed = |error: String| BackupError::Database(error);
    let url = format!("sqlite://{}", staged.database.display());
    let db = open_database(&url).await.map_err(|error| failed(error.to_string()))?;
    let replaced = replaced.exists().then_some(replaced);
    let carried = db.carry_over(replaced).await.map_err(|error| failed(error.to_string()))?;
    let recordings =
        ObjectRecordings::open(&Place::folder(&staged.recordings), 0, reqwest::Client::builder())
            .map_err(|error| failed(error.to_string()))?;
    for name in &carried.erased_audio {
        recordings.delete(name).await.map_err(|error| failed(error.to_string()))?;
    }
    db.close().await.map_err(|error| failed(error.to_string()))?;
    Ok(carried)
}

/// A SQLite file, its write-ahead log and its shared-memory file.
fn with_side_files(database: &Path) -> [PathBuf; 3] {
    [database.to_owned(), beside(database, "-wal"), beside(database, "-shm")]
}

/// Deletes what an interrupted restore has left.
fn discard(staged: &Places) -> Result<(), BackupError> {
    for file in with_side_files(&staged.database) {
        if file.exists() {
            fs::remove_file(&file).map_err(failed(&file))?;
        }
    }
    for folder in [&staged.recordings, &staged.spool] {
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(failed(folder))?;
        }
    }
    Ok(())
}

fn stage(staged: &Places, from: &Path, manifest: &Manifest) -> Result<(), BackupError> {
    create_folder(&staged.recordings)?;
    create_folder(&staged.spool)?;
    for file in &manifest.files {
        let to = if file.path == DATABASE {
            staged.database.clone()
        } else if let Some(name) = file.path.strip_prefix(RECORDINGS).and_then(|path| path.strip_prefix('/'))
        {
            staged.recordings.join(name)
        } else if let Some(name) = file.path.strip_prefix(SPOOL).and_then(|path| path.strip_prefix('/')) {
            staged.spool.join(name)
        } else {
            return Err(BackupError::Unsound(format!("{:?} belongs to no part of a backup", file.path)));
        };
        if let Some(folder) = to.parent() {
            create_folder(folder)?;
        }
        let (_, sha256) = copy(&from.join(&file.path), &to)?;
        if let Some(folder) = to.parent() {
            sync_folder(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })?;
        }
        if sha256 != file.sha256 {
            return Err(BackupError::Unsound(format!("{} changed while it was read", file.path)));
        }
    }
    sync_folder(&staged.recordings)?;
    sync_folder(&staged.spool)
}

/// Checks that the staged database opens, is intact, and can be migrated by this version.
async fn sound(database: &Path) -> Result<(), BackupError> {
    let unsound = |why: String| BackupError::Unsound(format!("the backup's database: {why}"));
    if !database.exists() {
        return Err(unsound("it is missing".into()));
    }
    let url = format!("sqlite://{}", database.display());
    let db = open_database(&url).await.map_err(|error| unsound(error.to_string()))?;
    db.check_integrity().await.map_err(|error| unsound(error.to_string()))?;
    db.close().await.map_err(|error| unsound(error.to_string()))?;
    // Only the database file itself is moved into place.
    if with_side_files(database)[1].exists() {
        return Err(unsound("its write-ahead log could not be taken in".into()));
    }
    Ok(())
}
