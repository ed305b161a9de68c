//! Checks that a folder takes files and has enough free space.
use std::io::Write;
use std::path::Path;

use frontdesk_ports::Finding;

/// Less free space than this is used up within days: a warning.
const LOW_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// Less free space than this is used up within hours: a fault.
const CRITICAL_BYTES: u64 = 200 * 1024 * 1024;

/// Whether a folder takes files, and has room for more.
pub(super) fn check_folder(what: &str, folder: &Path) -> Finding {
    let check = format!("disk.{what}");
    let shown = folder.display();
    if let Err(why) = takes_files(folder) {
        let remedy = format!("let this user write to {shown}, or name another folder");
        return Finding::fault(&check, format!("{shown} takes no files: {why}"), remedy);
    }
    let Ok(disk) = rustix::fs::statvfs(folder) else {
        return Finding::untried(&check, format!("{shown} does not report its free space"));
    };
    let room = disk.f_bavail.saturating_mul(disk.f_frsize);
    let free = format!("{shown} has {} MB free", room / 1_000_000);
    let remedy = "make room, or set retention.audio to delete old messages (docs/operations.md)";
    if room < CRITICAL_BYTES {
        Finding::fault(&check, free, remedy)
    } else if room < LOW_BYTES {
        Finding::warning(&check, free, remedy)
    } else {
        Finding::fine(&check, free)
    }
}

fn takes_files(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::tempfile_in(folder)?;
    file.write_all(b"probe")?;
    file.sync_all()
}
