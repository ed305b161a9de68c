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

use crate::config::{Config, ConfigErrors, Environment, Needs};
use crate::system::SystemClock;
use crate::telemetry::{self, LogFormat};
use crate::traces;
use crate::wiring::WiringError;

use lifecycle::Reload;

/// Who does what is done by a command, in the audit trail.
const COMMAND_LINE: &str = "command line";

/// The phone front desk that a small company runs itself.
#[derive(Debug, Parser)]
#[command(name = "frontdesk", version, propagate_version = true)]
pub struct Cli {
    /// The configuration file [default: FRONTDESK_CONFIG, else frontdesk.toml if there is one].
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the whole product with a simulated carrier: no account, no configuration.
    Demo(demo::Demo),
    /// Runs the product with the carrier and database of the configuration.
    Serve,
    /// Places a simulated call to a running instance and prints the conversation.
    Call(call::Call),
    /// Reads configuration and flow, and prints the flow and every problem.
    Check(check::Check),
    /// Examines the desk and its surroundings: database, disks, public address, account, numbers.
    Doctor(doctor::Doctor),
    /// Has a number at the carrier ask this desk.
    Connect(connect::Connect),
    /// Proves the flow as it is written now, and has the running desk take it for new calls.
    Reload,
    /// Close the company until a time, whatever the opening hours
    Close(overrides::Close),
    /// Opens the company again.
    Open,
    /// Refuses a caller's number from now on.
    Block(overrides::Number),
    /// Takes a number's block off.
    Unblock(overrides::Number),
    /// Lists messages about calls, delivers them once more, or sends a test.
    #[command(subcommand)]
    Notify(notify::NotifyCommand),
    /// Makes the log agree with the carrier's own records.
    Reconcile(reconcile::ReconcileCommand),
    /// Writes calls as CSV or JSON lines.
    Export(export::Export),
    /// Show which calls this version would interpret differently
    Rederive(rederive::Rederive),
    /// Run past calls through another flow and show the differences
    Replay(replay::Replay),
    /// Copies the database, the recordings and what waits, while the desk runs.
    Backup(backup::Backup),
    /// Puts a copy back after verifying it.
    Restore(backup::Restore),
    /// Deletes what is older than a time.
    Purge(retention::Purge),
    /// Deletes every call of a number, here and at the carrier.
    Erase(retention::Erase),
    /// Print the flow as one static document, for the number's fallback URL
    FallbackTwiml(fallback_twiml::FallbackTwiml),
    /// Prints what a shell needs to complete these commands.
    Completions(completions::Completions),
    /// Writes a manual page for each command.
    Man(completions::Man),
    /// Manages the people who may read the feed.
    #[command(subcommand)]
    User(user::UserCommand),
    /// Manages tokens for the API.
    #[command(subcommand)]
    Token(token::TokenCommand),
}

/// A command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A setting is wrong.
    #[error("{0}")]
    Config(#[from] ConfigErrors),
    /// The application cannot be put together.
    #[error("{0}")]
    Wiring(#[from] WiringError),
    /// Wrongly used.
    #[error("{0}")]
    Usage(String),
    /// It was tried and did not work.
    #[error("{0}")]
    Failed(String),
}

impl Failure {
    /// The exit code that says which.
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
                    let today = SystemClock.now().to_zoned(jiff::tz::TimeZone::UTC);
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
