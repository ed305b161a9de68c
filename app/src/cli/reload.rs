//! `frontdesk reload`: validates the current flow, and has every server process on this spool load it.
use std::process::ExitCode;

use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};

use super::Failure;
use crate::config::Config;
use crate::pid::PidFile;

pub(super) fn run(config: &Config) -> Result<ExitCode, Failure> {
    let failed = |what: String| Failure::Failed(what);
    if config.flow.is_none() {
        return Err(Failure::Usage("no call flow is configured: set flow or forward_to".into()));
    }
    let servers = PidFile::of_servers(&config.spool)
        .map_err(|error| failed(format!("cannot find out whether a server runs here: {error}")))?;
    let servers: Vec<Pid> = servers.into_iter().filter_map(Pid::from_raw).collect();
    if servers.is_empty() {
        let folder = config.spool.display();
        return Err(failed(format!(
            "no desk runs here (none holds {folder}/frontdesk.pid); start it with serve"
        )));
    }
    for server in servers {
        match kill_process(server, Signal::HUP) {
            // ESRCH: the process has stopped meanwhile.
            Ok(()) | Err(Errno::SRCH) => {}
            Err(error) => {
                return Err(failed(format!("the server (process {server:?}) cannot be signalled: {error}")));
            }
        }
    }
    println!(
        "the flow is valid, and the server was asked to load it for new calls; its log says if it could not. Calls in progress keep the flow they started with"
    );
    Ok(ExitCode::SUCCESS)
}
