//! Exchanges the current data for the staged copy by a list of renames. The list is written to a journal first, so that an
//! exchange that was interrupted is finished at the next start.
use std::fs;
use std::path::{Path, PathBuf};

use super::{BackupError, beside, failed, sync_folder};

/// Renames, each from one path to another.
pub(super) type Moves = Vec<(PathBuf, PathBuf)>;

/// The journal of an exchange in progress, next to the database.
fn journal(database: &Path) -> PathBuf {
    beside(database, ".restore-journal")
}

/// Makes the renames in order. If one fails, those before it are undone.
pub(super) fn exchange(database: &Path, moves: &Moves) -> Result<(), BackupError> {
    begin(database, moves)?;
    for (place, (from, to)) in moves.iter().enumerate() {
        if let Err(error) = rename(from, to) {
            for (from, to) in moves[..place].iter().rev() {
                if let Err(error) = fs::rename(to, from) {
                    let (to, from) = (to.display(), from.display());
                    tracing::error!("{to} could not be moved back to {from}: {error}");
                }
            }
            end(database)?;
            return Err(error);
        }
    }
    end(database)
}

/// Whether an exchange was interrupted and must be finished.
pub fn is_interrupted(database: &Path) -> bool {
    journal(database).exists()
}

/// Finishes an exchange that was interrupted. Returns whether there was one.
pub fn finish_interrupted(database: &Path) -> Result<bool, BackupError> {
    let journal = journal(database);
    let text = match fs::read_to_string(&journal) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        read => read.map_err(failed(&journal))?,
    };
    let moves: Moves = serde_json::from_str(&text)
        .map_err(|error| BackupError::Unsound(format!("{}: {error}", journal.display())))?;
    for (from, to) in &moves {
        if !from.exists() || is_replaced(from, &moves) && to.exists() {
            // This rename was made before the interruption.
            continue;
        }
        // A command may have created an empty folder since. A folder with content stays, and so does the journal.
        if to.exists() && fs::remove_dir(to).is_err() {
            let (from, to) = (from.display(), to.display());
            let what =
                format!("{to} is in the way of {from}, which a restore had not moved yet; move it away");
            return Err(BackupError::Unsound(what));
        }
        rename(from, to)?;
    }
    end(database)?;
    Ok(true)
}

/// Whether a path is replaced, so that its current content is moved away first.
fn is_replaced(path: &Path, moves: &Moves) -> bool {
    moves.iter().any(|(_, to)| to == path)
}

fn begin(database: &Path, moves: &Moves) -> Result<(), BackupError> {
    let (journal, new) = (journal(database), beside(database, ".restore-journal-new"));
    let text = serde_json::to_string(moves).map_err(|error| BackupError::Unsound(error.to_string()))?;
    fs::write(&new, text).map_err(failed(&new))?;
    fs::File::open(&new).and_then(|file| file.sync_all()).map_err(failed(&new))?;
    rename(&new, &journal)
}

fn end(database: &Path) -> Result<(), BackupError> {
    let journal = journal(database);
    fs::remove_file(&journal).map_err(failed(&journal))?;
    sync_folder(parent(&journal))
}

fn rename(from: &Path, to: &Path) -> Result<(), BackupError> {
    fs::rename(from, to).map_err(failed(from))?;
    sync_folder(parent(to))
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exchange_that_is_killed_after_any_rename_is_finished() {
        let names = ["recordings", "frontdesk.db"];
        for killed_after in 0..=4 {
            let folder = tempfile::tempdir().unwrap();
            let path = |name: &str| folder.path().join(name);
            let database = path("frontdesk.db");
            let mut moves = Moves::new();
            for name in names {
                fs::write(path(name), "old").unwrap();
                fs::write(path(&format!("{name}.restoring")), "new").unwrap();
                moves.push((path(name), path(&format!("{name}.before-1"))));
            }
            for name in names {
                moves.push((path(&format!("{name}.restoring")), path(name)));
            }
            begin(&database, &moves).unwrap();
            for (from, to) in &moves[..killed_after] {
                fs::rename(from, to).unwrap();
            }
            assert!(finish_interrupted(&database).unwrap());
            for name in names {
                let read = |name: &str| fs::read_to_string(path(name)).unwrap();
                let both = (read(name), read(&format!("{name}.before-1")));
                assert_eq!(both, ("new".into(), "old".into()), "{name}, killed after {killed_after}");
            }
            assert!(!finish_interrupted(&database).unwrap(), "there is nothing more to finish");
        }
    }

    #[test]
    fn a_folder_that_was_made_since_is_replaced_if_it_is_empty_and_reported_otherwise() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let database = path("frontdesk.db");
        fs::create_dir(path("recordings.restoring")).unwrap();
        fs::write(path("recordings.restoring/one.wav"), "new").unwrap();
        fs::create_dir(path("recordings.before-1")).unwrap();
        let moves = vec![
            (path("recordings"), path("recordings.before-1")),
            (path("recordings.restoring"), path("recordings")),
        ];
        begin(&database, &moves).unwrap();
        fs::create_dir(path("recordings")).unwrap();
        fs::write(path("recordings/other.wav"), "since").unwrap();
        let error = finish_interrupted(&database).unwrap_err();
        assert!(error.to_string().contains("is in the way"), "{error}");
        fs::remove_file(path("recordings/other.wav")).unwrap();
        assert!(finish_interrupted(&database).unwrap(), "the journal was still there");
        assert_eq!(fs::read_to_string(path("recordings/one.wav")).unwrap(), "new");
        // Killed after the last rename, before the journal was removed: nothing is moved away again.
        begin(&database, &moves).unwrap();
        assert!(finish_interrupted(&database).unwrap());
        assert_eq!(fs::read_to_string(path("recordings/one.wav")).unwrap(), "new");
    }
}
