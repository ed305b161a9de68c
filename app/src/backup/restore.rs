//! Putting a copy back: verified, staged beside what is there, and only then exchanged for it. Nothing is deleted.
use std::fs;
use std::path::{Path, PathBuf};

use frontdesk_domain::Timestamp;

use super::manifest::copy;
use super::{
    BackupError, DATABASE, Manifest, Places, RECORDINGS, SPOOL, beside, create_folder, failed, sync_folder,
};
use crate::wiring::open_database;

/// What a restore did.
#[derive(Debug)]
pub struct Restored {
    /// What was put back.
    pub manifest: Manifest,
    /// Where what was there before is now.
    pub earlier: Vec<PathBuf>,
}

/// Replaces what is at `places` by the backup `from`. Until everything is verified and staged, nothing is touched.
pub async fn restore(places: &Places, from: &Path, now: Timestamp) -> Result<Restored, BackupError> {
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
    let aside = format!(".before-{}", now.as_second());
    let mut moved = Vec::new();
    match exchange(&staged, places, &aside, &mut moved) {
        Ok(earlier) => Ok(Restored { manifest, earlier }),
        Err(error) => {
            // As it was: a desk without its database would begin with an empty one.
            for (from, to) in moved.iter().rev() {
                if let Err(error) = fs::rename(to, from) {
                    tracing::error!(
                        "{} could not be moved back to {}: {error}",
                        to.display(),
                        from.display()
                    );
                }
            }
            Err(error)
        }
    }
}

/// Moves aside what is there, folders first, for those may be mount points and stay; then the staged copies in. What was
/// moved, from where to where, is in `moved`. What was moved aside is returned.
fn exchange(
    staged: &Places,
    places: &Places,
    aside: &str,
    moved: &mut Vec<(PathBuf, PathBuf)>,
) -> Result<Vec<PathBuf>, BackupError> {
    let mut earlier = Vec::new();
    let there = [places.recordings.clone(), places.spool.clone()].into_iter();
    for name in there.chain(with_side_files(&places.database)) {
        if name.exists() {
            let old = beside(&name, aside);
            fs::rename(&name, &old).map_err(failed(&name))?;
            moved.push((name, old.clone()));
            earlier.push(old);
        }
    }
    for (staged, place) in [
        (&staged.spool, &places.spool),
        (&staged.recordings, &places.recordings),
        (&staged.database, &places.database),
    ] {
        let place = beside(place, "");
        fs::rename(staged, &place).map_err(failed(&place))?;
        moved.push((staged.clone(), place.clone()));
        let parent = place.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        sync_folder(parent)?;
    }
    Ok(earlier)
}

/// A SQLite file and the files beside it that belong to it.
fn with_side_files(database: &Path) -> [PathBuf; 3] {
    [database.to_owned(), beside(database, "-wal"), beside(database, "-shm")]
}

/// What an interrupted restore has left.
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

/// The staged database must open, be whole, and be one that this version can bring up to date.
async fn sound(database: &Path) -> Result<(), BackupError> {
    let unsound = |why: String| BackupError::Unsound(format!("the backup's database: {why}"));
    if !database.exists() {
        return Err(unsound("it is missing".into()));
    }
    let url = format!("sqlite://{}", database.display());
    let db = open_database(&url).await.map_err(|error| unsound(error.to_string()))?;
    db.check_integrity().await.map_err(|error| unsound(error.to_string()))?;
    db.close().await.map_err(|error| unsound(error.to_string()))?;
    // What is put in place is the file alone.
    if with_side_files(database)[1].exists() {
        return Err(unsound("its write-ahead log could not be taken in".into()));
    }
    Ok(())
}
