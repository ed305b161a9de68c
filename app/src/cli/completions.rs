//! `frontdesk completions SHELL` and `frontdesk man DIR`: shell completions and manual pages.
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, Failure};

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell; the script goes to standard output.
    shell: Shell,
}

#[derive(Debug, Args)]
pub(super) struct Man {
    /// The folder for the pages, one per command.
    folder: PathBuf,
}

impl Completions {
    pub(super) fn run(self) -> ExitCode {
        clap_complete::generate(self.shell, &mut Cli::command(), "frontdesk", &mut std::io::stdout());
        ExitCode::SUCCESS
    }
}

impl Man {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let failed =
            |error| Failure::Failed(format!("{} cannot be written to: {error}", self.folder.display()));
        std::fs::create_dir_all(&self.folder).map_err(failed)?;
        clap_mangen::generate_to(Cli::command(), &self.folder).map_err(failed)?;
        Ok(ExitCode::SUCCESS)
    }
}
