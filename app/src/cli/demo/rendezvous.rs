//! How `frontdesk call` finds a running demo: a file that only this user can read.
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;
use std::{fs, io};

use serde::{Deserialize, Serialize};

use crate::environment::Environment;

/// What `frontdesk call` must know of a running demo.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::cli) struct Rendezvous {
    /// The base URL that request signatures are checked against.
    pub public_url: String,
    /// The simulated carrier's account.
    pub account_sid: String,
    /// The account's token, which signs requests.
    pub auth_token: String,
    /// The base URL of its REST API, which stores recordings.
    pub api_url: String,
    /// The main number.
    pub number: String,
}

/// The file, which is deleted when the demo ends.
pub(in crate::cli) struct RendezvousFile(PathBuf);

impl Drop for RendezvousFile {
    fn drop(&mut self) {
        // If the file stays, `frontdesk call` notices that the demo is not running.
        let _ = fs::remove_file(&self.0);
    }
}

/// The folder for these files, which is private to this user.
fn folder(environment: &Environment) -> io::Result<PathBuf> {
    let runtime = environment.get("XDG_RUNTIME_DIR").map(PathBuf::from);
    let home = || environment.get("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let folder = runtime.filter(|folder| folder.is_dir()).or_else(home);
    folder
        .map(|folder| folder.join("frontdesk"))
        .ok_or_else(|| io::Error::other("neither XDG_RUNTIME_DIR nor HOME is set"))
}

fn file(environment: &Environment, port: u16) -> io::Result<PathBuf> {
    Ok(folder(environment)?.join(format!("demo-{port}.json")))
}

impl Rendezvous {
    /// Writes the file for the demo on that port.
    pub fn keep(&self, environment: &Environment, port: u16) -> io::Result<RendezvousFile> {
        let folder = folder(environment)?;
        fs::create_dir_all(&folder)?;
        // Written to another file and renamed, so that no reader sees half of it. The umask keeps it private.
        let mut beside = tempfile::NamedTempFile::new_in(&folder)?;
        serde_json::to_writer(&mut beside, self)?;
        let path = file(environment, port)?;
        beside.persist(&path).map_err(|error| error.error)?;
        Ok(RendezvousFile(path))
    }

    /// Whether the demo still runs: one that was killed leaves its file behind.
    pub fn is_alive(&self) -> bool {
        let address = self.api_url.strip_prefix("http://").and_then(|address| address.parse().ok());
        address.is_some_and(|address| TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok())
    }

    /// The demo on that port, if there is one.
    pub fn find(environment: &Environment, port: u16) -> Option<Self> {
        let text = fs::read(file(environment, port).ok()?).ok()?;
        serde_json::from_slice(&text).ok()
    }
}
