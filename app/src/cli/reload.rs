//! `frontdesk reload`: proves the flow as it is written now, and has the running desk take it.
use std::process::ExitCode;

use rustix::process::{Pid, Signal, kill_process};

use super::Failure;
use crate::config::Config;
use crate::pid::PidFile;

pub(super) fn run(config: &Config) -> Result<ExitCode, Failure> {
    let failed = |what: String| Failure::Failed(what);
    if config.flow.is_none() {
        return Err(Failure::Usage("no call flow is configured: set flow or forward_to".into()));
    }
    let server = PidFile::of_server(&config.spool)
        .map_err(|error| failed(format!("cannot find out whether a server runs here: {error}")))?;
    let Some(server) = server.and_then(Pid::from_raw) else {
        let folder = config.spool.display();
        return Err(failed(format!(
            "no desk runs here (none holds {folder}/frontdesk.pid); start it with serve"
        )));
    };
    kill_process(server, Signal::HUP)
        .map_err(|error| failed(format!("the server (process {server:?}) cannot be signalled: {error}")))?;
    println!(
        "the flow is sound; the desk takes it for new calls, and calls in progress go on by the one they began with"
    );
    Ok(ExitCode::SUCCESS)
}
