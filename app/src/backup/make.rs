//! Makes a backup: first the spool, then the database, then the audio. In this order, an event that moves to the log meanwhile
//! is in the backup twice rather than not at all, and every voicemail that the log marks as stored has its audio.
use std::fs;
use std::path::Path;

use adapters_persistence::Database;
use frontdesk_domain::Timestamp;

use super::manifest::{copy, hash};
use super::{
    BackupError, DATABASE, MANIFEST, Manifest, ManifestFile, Places, RECORDINGS, SPOOL, beside,
    create_folder, failed, sync_folder,
};

/// Copies everything to the folder `to`, which must not exist. The server may be running. `db` is the open database.
pub async fn make(
    places: &Places,
    db: &Database,
    to: &Path,
    now: Timestamp,
) -> Result<Manifest, BackupError> {
    if to.exists() {
        return Err(BackupError::Taken(to.to_owned()));
    }
    // Only a complete backup gets the final name.
    let unfinished = beside(to, ".unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).map_err(failed(&unfinished))?;
    }
    create_folder(&unfinished)?;
    let mut manifest = Manifest::begun(now);
    copy_spool(&places.spool, &unfinished, &mut manifest)?;
    let database = unfinished.join(DATABASE);
    db.copy_into(&database).await.map_err(|error| BackupError::Database(error.to_string()))?;
    let (bytes, sha256) = hash(&database)?;
    manifest.files.push(ManifestFile { path: DATABASE.into(), bytes, sha256 });
    copy_files(&places.recordings, &unfinished, RECORDINGS, |_| true, &mut manifest)?;

    let list = unfinished.join(MANIFEST);
    let text =
        serde_json::to_vec_pretty(&manifest).map_err(|error| BackupError::Unsound(error.to_string()))?;
    fs::write(&list, text).map_err(failed(&list))?;
    hash(&list)?;
    sync_folder(&unfinished)?;
    fs::rename(&unfinished, to).map_err(failed(to))?;
    let parent = to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    sync_folder(parent)?;
    Ok(manifest)
}

/// Copies the spool, in which each process has a numbered folder.
fn copy_spool(spool: &Path, to: &Path, manifest: &mut Manifest) -> Result<(), BackupError> {
    let Ok(places) = fs::read_dir(spool) else { return Ok(()) };
    for place in places {
        let place = place.map_err(failed(spool))?;
        let name = place.file_name();
        let Some(number) = name.to_str().filter(|name| name.bytes().all(|b| b.is_ascii_digit())) else {
            continue;
        };
        let events = |name: &str| {
            name == adapters_spool::ASIDE
                || Path::new(name).extension().is_some_and(|ending| ending == "spool")
        };
        copy_files(&place.path(), to, &format!("{SPOOL}/{number}"), events, manifest)?;
    }
    Ok(())
}

fn copy_files(
    from: &Path,
    to: &Path,
    folder: &str,
    wanted: impl Fn(&str) -> bool,
    manifest: &mut Manifest,
) -> Result<(), BackupError> {
    create_folder(&to.join(folder))?;
    let Ok(files) = fs::read_dir(from) else { return Ok(()) };
    for file in files {
        let file = file.map_err(failed(from))?;
        let name = file.file_name();
        // A file that is still being written has a `#` in its name; nothing refers to it.
        let Some(name) = name.to_str().filter(|name| wanted(name) && !name.contains('#')) else { continue };
        if !file.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        let path = format!("{folder}/{name}");
        match copy(&file.path(), &to.join(&path)) {
            Ok((bytes, sha256)) => manifest.files.push(ManifestFile { path, bytes, sha256 }),
            // Deleted meanwhile: written to the log, or deleted by retention.
            Err(BackupError::File { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    sync_folder(&to.join(folder))
}
