//! `frontdesk backup` and `frontdesk restore`.
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use frontdesk_ports::{AuditAction, AuditEntry, AuditTrail, Clock};
use frontdesk_services::reconciliation::counted;
use indicatif::HumanBytes;

use super::confirm::confirmed;
use super::progress::during;
use super::{COMMAND_LINE, Failure};
use crate::backup::{BackupError, Manifest, Places, make, restore};
use crate::config::Config;
use crate::system::SystemClock;
use crate::wiring::{SqlOperationsLog, open_database};

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  frontdesk backup /backups/$(date +%F)")]
pub(super) struct Backup {
    /// The folder for the backup; it must not exist yet.
    #[arg(value_name = "TO")]
    to: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  frontdesk restore /backups/2026-11-27")]
pub(super) struct Restore {
    /// The folder of a backup.
    #[arg(value_name = "FROM")]
    from: PathBuf,
    /// Do not ask for confirmation.
    #[arg(long)]
    yes: bool,
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        match error {
            BackupError::NotFiles(_) | BackupError::Taken(_) => Self::Usage(error.to_string()),
            _ => Self::Failed(error.to_string()),
        }
    }
}

fn places(config: &Config) -> Result<Places, BackupError> {
    Places::of(&config.database_url, &config.recordings.url, &config.spool)
}

fn summary(manifest: &Manifest) -> String {
    let bytes: u64 = manifest.files.iter().map(|file| file.bytes).sum();
    let files = counted(manifest.files.len(), "file");
    format!("{files}, {}, as of {:.0}", HumanBytes(bytes), manifest.made_at)
}

/// Records the command in the audit log.
async fn note(config: &Config, action: AuditAction, subject: String) -> Result<(), Failure> {
    let operations_log = SqlOperationsLog::new(open_database(&config.database_url).await?);
    let (at, actor) = (SystemClock.now(), COMMAND_LINE.into());
    let noted = operations_log.record(AuditEntry { at, actor, action, subject }).await;
    noted.map_err(|error| Failure::Failed(format!("done, but not recorded in the audit log: {error}")))
}

impl Backup {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let places = places(&config)?;
        if !places.database.exists() {
            let path = places.database.display();
            return Err(Failure::Failed(format!("database.url: there is no file {path} to copy")));
        }
        let db = open_database(&config.database_url).await?;
        let manifest = during("copying", make(&places, &db, &self.to, SystemClock.now())).await?;
        note(&config, AuditAction::BackedUp, self.to.display().to_string()).await?;
        println!("copied to {}: {}", self.to.display(), summary(&manifest));
        Ok(ExitCode::SUCCESS)
    }
}

impl Restore {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let places = places(&config)?;
        let manifest = Manifest::verified(&self.from)?;
        let question = format!(
            "{} is valid ({}). Replace {} with it? The current data is moved next to it under another name.",
            self.from.display(),
            summary(&manifest),
            places.database.display()
        );
        if places.database.exists() && !confirmed(&question, self.yes)? {
            println!("nothing was replaced");
            return Ok(ExitCode::from(1));
        }
        let restored = during("restoring", Box::pin(restore(&places, &self.from, SystemClock.now()))).await?;
        note(&config, AuditAction::Restored, self.from.display().to_string()).await?;
        println!("restored from {}: {}", self.from.display(), summary(&restored.manifest));
        let adapters_persistence::CarriedOver { from_replaced, sessions, tokens, users, calls, .. } =
            restored.carried_over;
        println!("everybody must sign in again ({} ended)", counted(sessions, "session"));
        if from_replaced {
            println!(
                "stayed removed: {}, {}, {}",
                counted(calls, "erased call"),
                counted(tokens, "revoked token"),
                counted(users, "removed user")
            );
        } else {
            println!(
                "the replaced database could not be read, or is not a later state of the backup: calls, tokens and users that were deleted since the backup are back"
            );
        }
        for earlier in restored.earlier {
            println!("the previous data is in {}", earlier.display());
        }
        Ok(ExitCode::SUCCESS)
    }
}
