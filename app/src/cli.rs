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
mod health;
mod help;
mod lifecycle;
mod notify;
mod overrides;
mod preconditions;
mod progress;
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
use crate::telemetry::{self, LogFormat, LogLevels};
use crate::traces;
use crate::wiring::WiringError;

use lifecycle::Reload;
use preconditions::Precondition;

/// The actor of commands in the audit log.
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
    /// Run the product with a simulated carrier: no account, no configuration.
    Demo(demo::Demo),
    /// Run the product with the carrier and database of the configuration.
    Serve,
    /// Place a simulated call to a running instance and print the conversation.
    Call(call::Call),
    /// Ask the running server whether it is ready.
    Health(health::Health),
    /// Validate the configuration and the call flow.
    Check(check::Check),
    /// Check the installation: database, disks, public address, account, numbers.
    Doctor(doctor::Doctor),
    /// Point a phone number at this server.
    Connect(connect::Connect),
    /// Validate the call flow and load it into the running server.
    Reload,
    /// Close the company until a time, regardless of the opening hours.
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
    /// Show which calls this version interprets differently, and repair them.
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

    /// Runs the command.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime =
            runtime.map_err(|error| Failure::Failed(format!("cannot start the runtime: {error}")))?;
        let environment = Environment::of_process();
        if !self.serves() {
            telemetry::start(LogFormat::Text, &LogLevels::default());
        }
        let outcome = runtime.block_on(self.run_in(&environment));
        traces::finish();
        outcome
    }

    async fn run_in(self, environment: &Environment) -> Result<ExitCode, Failure> {
        let file = self.config;
        let load = |needs| Config::load(file.as_deref(), environment, needs);
        let precondition = self.command.precondition();
        // A missing setting is reported by the command that needs it.
        let config = || {
            let config = load(Needs::Nothing)?;
            precondition.check(&config, file.as_deref(), environment)?;
            Ok::<_, Failure>(config)
        };
        match self.command {
            Command::Demo(demo) => Box::pin(demo.run(config()?, environment)).await,
            Command::Serve => {
                let config = load(Needs::Production)?;
                let transcribes = config.transcription.is_some();
                let reload = Reload::new(file.clone(), environment.clone(), transcribes);
                Box::pin(serve::run(config, reload, environment)).await
            }
            Command::Completions(completions) => Ok(completions.run()),
            Command::Man(man) => man.run(),
            Command::Health(health) => health.run(config()?).await,
            Command::Doctor(doctor) => {
                // A configuration that cannot be read is a finding.
                if load(Needs::Nothing).is_ok() {
                    config()?;
                }
                doctor.run(load(Needs::Production)).await
            }
            Command::Connect(connect) => connect.run(config()?).await,
            Command::Reload => reload::run(&config()?),
            Command::Call(call) => call.run(config()?, environment).await,
            Command::Check(check) => {
                let today = SystemClock.now().to_zoned_datetime(jiff::tz::TimeZone::UTC);
                let config = load(check.needs());
                check.run(config, today).await
            }
            Command::Close(command) => command.run(config()?).await,
            Command::Open => overrides::open(config()?).await,
            Command::Block(number) => overrides::block(number, config()?).await,
            Command::Unblock(number) => overrides::unblock(number, config()?).await,
            Command::Notify(command) => command.run(config()?).await,
            Command::Reconcile(command) => command.run(config()?).await,
            Command::Export(command) => command.run(config()?).await,
            Command::Rederive(command) => command.run(config()?).await,
            Command::Replay(command) => command.run(config()?).await,
            Command::Backup(command) => command.run(config()?).await,
            Command::Restore(command) => command.run(config()?).await,
            Command::Purge(command) => command.run(config()?).await,
            Command::Erase(command) => command.run(config()?).await,
            Command::FallbackTwiml(command) => command.run(&config()?),
            Command::User(command) => command.run(config()?).await,
            Command::Token(command) => command.run(config()?).await,
        }
    }
}

impl Command {
    /// What must exist before the command starts.
    fn precondition(&self) -> Precondition {
        match self {
            Self::Demo(_)
            | Self::Serve
            | Self::Call(_)
            | Self::Check(_)
            | Self::Completions(_)
            | Self::Man(_)
            | Self::Health(_) => Precondition::Nothing,
            Self::Doctor(_)
            | Self::Connect(_)
            | Self::Reload
            | Self::Restore(_)
            | Self::FallbackTwiml(_)
            | Self::Notify(notify::NotifyCommand::Test { .. })
            | Self::User(user::UserCommand::Add { .. })
            | Self::Token(token::TokenCommand::Create { .. }) => Precondition::Configuration,
            Self::Close(_)
            | Self::Open
            | Self::Block(_)
            | Self::Unblock(_)
            | Self::Notify(_)
            | Self::User(_)
            | Self::Token(_)
            | Self::Reconcile(_)
            | Self::Export(_)
            | Self::Rederive(_)
            | Self::Replay(_)
            | Self::Backup(_)
            | Self::Purge(_)
            | Self::Erase(_) => Precondition::Database,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_valid() {
        super::Cli::command().debug_assert();
    }
}
