//! The command line: one command, one file.

mod backup;
mod call;
mod check;
mod completions;
mod confirm;
mod connect;
mod demo;
mod doctor;
mod export;
mod fallback_twiml;
mod lifecycle;
mod notify;
mod overrides;
mod reconcile;
mod rederive;
mod reload;
mod replay;
mod retention;
mod serve;
mod token;
mod user;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use frontdesk_ports::Clock;

use crate::config::{Config, ConfigErrors, Needs};
use crate::environment::Environment;
use crate::system::SystemClock;
use crate::telemetry::{self, LogFormat};
use crate::traces;
use crate::wiring::WiringError;

use lifecycle::Reload;

/// The actor of commands in the audit log.
const COMMAND_LINE: &str = "command line";

/// Examples at the end of `frontdesk help`.
const EXAMPLES: &str = "\
Examples:
  frontdesk demo                                   try the product with a simulated carrier
  frontdesk call --press 2                         place a simulated call that leaves a voicemail
  frontdesk check && frontdesk serve               validate the configuration, then run
  frontdesk connect --number +15556667777          point a phone number at this server
  frontdesk export --since 2026-11-01 > calls.csv  export calls for a spreadsheet";

/// The phone front desk that a small company runs itself.
#[derive(Debug, Parser)]
#[command(name = "frontdesk", version, propagate_version = true, after_help = EXAMPLES)]
pub struct Cli {
    /// The configuration file [default: FRONTDESK_CONFIG, else frontdesk.toml if there is one].
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the product with a simulated carrier: no account, no configuration.
    Demo(demo::Demo),
    /// Run the product with the carrier and database of the configuration.
    Serve,
    /// Place a simulated call to a running instance and print the conversation.
    Call(call::Call),
    /// Validate the configuration and the call flow.
    Check(check::Check),
    /// Check the installation: database, disks, public address, account, numbers.
    Doctor(doctor::Doctor),
    /// Point a phone number at this server.
    Connect(connect::Connect),
    /// Validate the call flow and load it into the running server.
    Reload,
    /// Close the company until a time, whatever the opening hours.
    Close(overrides::Close),
    /// End a temporary closure.
    Open,
    /// Block a caller's number.
    Block(overrides::Caller),
    /// Unblock a number.
    Unblock(overrides::Caller),
    /// List notifications, send them again, or send a test.
    #[command(subcommand)]
    Notify(notify::NotifyCommand),
    /// Manage users.
    #[command(subcommand)]
    User(user::UserCommand),
    /// Manage API tokens.
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Repair the call log from the carrier's records.
    Reconcile(reconcile::ReconcileCommand),
    /// Export calls as CSV or JSON Lines.
    Export(export::Export),
    /// Show which calls this version would interpret differently.
    Rederive(rederive::Rederive),
    /// Run past calls through another flow and show the differences.
    Replay(replay::Replay),
    /// Back up the database, the recordings and the spool, also while the server runs.
    Backup(backup::Backup),
    /// Verify a backup and restore it.
    Restore(backup::Restore),
    /// Delete data older than a given age.
    Purge(retention::Purge),
    /// Delete every call of a number, here and at the carrier.
    Erase(retention::Erase),
    /// Print the flow as static documents, for the number's fallback URL.
    FallbackTwiml(fallback_twiml::FallbackTwiml),
    /// Generate shell completions.
    Completions(completions::Completions),
    /// Generate manual pages.
    Man(completions::Man),
}

/// The error of a command.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The configuration is invalid.
    #[error("{0}")]
    Config(#[from] ConfigErrors),
    /// The application cannot be assembled.
    #[error("{0}")]
    Wiring(#[from] WiringError),
    /// The arguments are invalid.
    #[error("{0}")]
    Usage(String),
    /// The operation failed.
    #[error("{0}")]
    Failed(String),
}

impl Failure {
    /// 2 for an invalid configuration or invalid arguments, otherwise 1.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(_) | Self::Usage(_) => ExitCode::from(2),
            Self::Wiring(error) if error.is_a_setting() => ExitCode::from(2),
            Self::Wiring(_) | Self::Failed(_) => ExitCode::from(1),
        }
    }
}

impl Cli {
    /// Whether the command is a server that runs until it is stopped.
    pub fn serves(&self) -> bool {
        matches!(self.command, Command::Demo(_) | Command::Serve)
    }

    /// Does what was asked.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Failure::Failed(format!("no threads: {error}")))?;
        let environment = Environment::of_process();
        let config = |needs| Config::load(self.config.as_deref(), &environment, needs);
        if !self.serves() {
            telemetry::start(LogFormat::Text);
        }
        let outcome = runtime.block_on(async {
            match self.command {
                Command::Demo(demo) => Box::pin(demo.run(config(Needs::Nothing)?, &environment)).await,
                Command::Serve => {
                    let config = config(Needs::Production)?;
                    let transcribes = config.transcription.is_some();
                    let reload = Reload::new(self.config.clone(), environment.clone(), transcribes);
                    Box::pin(serve::run(config, reload)).await
                }
                Command::Completions(completions) => Ok(completions.run()),
                Command::Man(man) => man.run(),
                Command::Doctor(doctor) => doctor.run(config(Needs::Production)).await,
                Command::Connect(connect) => connect.run(config(Needs::Nothing)?).await,
                Command::Reload => reload::run(&config(Needs::Nothing)?),
                Command::Call(call) => call.run(config(Needs::Nothing)?, &environment).await,
                Command::Check(check) => {
                    let today = SystemClock.now().to_zoned_datetime(jiff::tz::TimeZone::UTC);
                    let config = config(check.needs());
                    check.run(config, today)
                }
                Command::Close(command) => command.run(config(Needs::Nothing)?).await,
                Command::Open => overrides::open(config(Needs::Nothing)?).await,
                Command::Block(number) => overrides::block(number, config(Needs::Nothing)?).await,
                Command::Unblock(number) => overrides::unblock(number, config(Needs::Nothing)?).await,
                Command::Notify(command) => command.run(config(Needs::Nothing)?).await,
                Command::Reconcile(command) => command.run(config(Needs::Nothing)?).await,
                Command::Export(command) => command.run(config(Needs::Nothing)?).await,
                Command::Rederive(command) => command.run(config(Needs::Nothing)?).await,
                Command::Replay(command) => command.run(config(Needs::Nothing)?).await,
                Command::Backup(command) => command.run(config(Needs::Nothing)?).await,
                Command::Restore(command) => command.run(config(Needs::Nothing)?).await,
                Command::Purge(command) => command.run(config(Needs::Nothing)?).await,
                Command::Erase(command) => command.run(config(Needs::Nothing)?).await,
                Command::FallbackTwiml(command) => command.run(&config(Needs::Nothing)?),
                Command::User(command) => command.run(config(Needs::Nothing)?).await,
                Command::Token(command) => command.run(config(Needs::Nothing)?).await,
            }
        });
        traces::finish();
        outcome
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        super::Cli::command().debug_assert();
    }
}
