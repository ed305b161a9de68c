//! `frontdesk purge` and `frontdesk erase`: data gone for good, with a receipt.
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, ValueEnum};
use frontdesk_services::retention::{DataClass, Receipt, RetentionError};

use super::confirm::confirmed;
use super::overrides::caller;
use super::user::failed;
use super::{COMMAND_LINE, Failure};
use crate::config::{Config, parse_duration};
use crate::wiring::tools::Tools;

/// What to delete.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Class {
    /// Calls with everything that belongs to them.
    Calls,
    /// Messages' audio; the calls stay.
    Audio,
    /// Messages' transcripts.
    Transcripts,
    /// The raw carrier data of events.
    Raw,
    /// Entries of the audit log.
    Audit,
}

impl From<Class> for DataClass {
    fn from(class: Class) -> Self {
        match class {
            Class::Calls => Self::Calls,
            Class::Audio => Self::Audio,
            Class::Transcripts => Self::Transcripts,
            Class::Raw => Self::Raw,
            Class::Audit => Self::Audit,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct Purge {
    /// The age, such as 90d.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    older_than: Duration,
    /// What to delete.
    #[arg(long, value_enum, default_value = "calls")]
    only: Class,
    /// Do not ask for confirmation.
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, Args)]
pub(super) struct Erase {
    /// The number or address whose calls are deleted, here and at the carrier.
    #[arg(long)]
    number: String,
    /// Do not ask for confirmation.
    #[arg(long)]
    yes: bool,
}

fn not_forgotten(error: RetentionError) -> Failure {
    Failure::Failed(error.to_string())
}

fn print_receipt(receipt: &Receipt) {
    let Receipt { calls, audio, transcripts, raw, audit, carrier_recordings, carrier_calls } = receipt;
    for (what, gone) in [
        ("call", calls),
        ("audio", audio),
        ("carrier's recording", carrier_recordings),
        ("carrier's call", carrier_calls),
    ] {
        for name in gone {
            println!("{what}\t{name}");
        }
    }
    println!(
        "deleted: {} calls, {} messages' audio, {transcripts} transcripts, {raw} requests in the carrier's words, {audit} audit entries; at the carrier: {} recordings, {} calls",
        calls.len(),
        audio.len(),
        carrier_recordings.len(),
        carrier_calls.len()
    );
}

impl Purge {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let tools = Tools::open(&config).await?;
        let (all, old) = tools.retention.count(self.older_than).await.map_err(failed)?;
        let question = format!("{old} of {all} calls are older. Delete for good ({:?})?", self.only);
        if !confirmed(&question, self.yes)? {
            println!("nothing was deleted");
            return Ok(ExitCode::from(1));
        }
        tools.take_in_backlog().await.map_err(Failure::Failed)?;
        let purged = tools.retention.purge(COMMAND_LINE, self.only.into(), self.older_than).await;
        print_receipt(&purged.map_err(not_forgotten)?);
        Ok(ExitCode::SUCCESS)
    }
}

impl Erase {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let caller = caller(&self.number, &config)?;
        let Some(key) = caller.identity("") else {
            return Err(Failure::Usage(
                "a withheld number names nobody, so its calls cannot be erased".to_owned(),
            ));
        };
        let tools = Tools::open(&config).await?;
        if !confirmed("Delete every call of that number for good, here and at the carrier?", self.yes)? {
            println!("nothing was deleted");
            return Ok(ExitCode::from(1));
        }
        tools.take_in_backlog().await.map_err(Failure::Failed)?;
        let erased = tools.retention.erase(COMMAND_LINE, &key).await;
        print_receipt(&erased.map_err(not_forgotten)?);
        Ok(ExitCode::SUCCESS)
    }
}
