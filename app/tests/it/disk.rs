//! A small disk that can be filled. Only root can mount one.
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Command;

/// A disk in memory, which is unmounted when dropped.
pub struct Disk(tempfile::TempDir);

impl Disk {
    /// A file system of the given number of MiB, if this process may mount one.
    pub fn of(mib: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let options = format!("size={mib}m,mode=0700");
        if !run(Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(folder.path())) {
            println!("skipped: only root can mount a disk");
            return None;
        }
        Some(Self(folder))
    }

    /// The mount point.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Fills the disk.
    pub fn fill(&self) {
        let mut file = File::create(self.path().join("filling")).unwrap();
        for size in [64 * 1024, 1024, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
    }

    /// Frees the space that `fill` has taken.
    pub fn empty(&self) {
        std::fs::remove_file(self.path().join("filling")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Files that are still open stay until they are closed.
        run(Command::new("umount").arg("--lazy").arg(self.path()));
    }
}

fn run(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}
