//! `frontdesk purge` and `frontdesk erase`: delete data permanently, and print a receipt.
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, ValueEnum};
use frontdesk_services::reconciliation::counted;
use frontdesk_services::retention::{DataClass, ErasurePreview, Receipt, RetentionError};
use serde_json::json;

use super::confirm::confirmed;
use super::overrides::caller;
use super::progress::during;
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
#[command(
    after_help = "Examples:\n  frontdesk purge --older-than 365d\n  frontdesk purge --older-than 90d --only audio --yes"
)]
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
    /// Print what was deleted as one JSON document.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  frontdesk erase --number +33123456789")]
pub(super) struct Erase {
    /// The number or address of the calls that are deleted, here and at the carrier.
    #[arg(long)]
    number: String,
    /// Do not ask for confirmation.
    #[arg(long)]
    yes: bool,
    /// Print what was deleted as one JSON document.
    #[arg(long)]
    json: bool,
}

fn not_forgotten(error: RetentionError) -> Failure {
    Failure::Failed(error.to_string())
}

fn print_receipt(receipt: &Receipt, as_json: bool) {
    let Receipt { calls, audio, transcripts, raw, audit, carrier_recordings, carrier_calls } = receipt;
    if as_json {
        let document = json!({
            "calls": calls, "audio": audio, "transcripts": transcripts, "raw_requests": raw, "audit_entries": audit,
            "carrier_recordings": carrier_recordings, "carrier_calls": carrier_calls,
        });
        return println!("{document:#}");
    }
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
        "deleted: {}, {}, {}, {}, {audit} audit log entries; at the carrier: {}, {}",
        counted(calls.len(), "call"),
        counted(audio.len(), "audio file"),
        counted(*transcripts, "transcript"),
        counted(*raw, "raw request"),
        counted(carrier_recordings.len(), "recording"),
        counted(carrier_calls.len(), "call")
    );
}

/// What is about to be erased.
fn described(found: &ErasurePreview) -> String {
    let ErasurePreview { calls, is_complete, voicemails, first, last } = found;
    let at_least = if *is_complete { "" } else { "at least " };
    let span = match (first, last) {
        (Some(first), Some(last)) => format!(", from {first:.0} to {last:.0}"),
        _ => String::new(),
    };
    format!("found: {at_least}{}, {}{span}", counted(*calls, "call"), counted(*voicemails, "voicemail"))
}

impl Purge {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let tools = Tools::open(&config).await?;
        let (all, old) = tools.retention.count(self.older_than).await.map_err(failed)?;
        let older = if old == 1 { "is older" } else { "are older" };
        let question = format!(
            "{old} of {} {older}. Delete their {} for good?",
            counted(all, "call"),
            self.only.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
        );
        if !confirmed(&question, self.yes)? {
            println!("nothing was deleted");
            return Ok(ExitCode::from(1));
        }
        tools.drain_backlog().await.map_err(Failure::Failed)?;
        let purging = tools.retention.purge(COMMAND_LINE, self.only.into(), self.older_than);
        print_receipt(&during("deleting", purging).await.map_err(not_forgotten)?, self.json);
        Ok(ExitCode::SUCCESS)
    }
}

impl Erase {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let caller = caller(&self.number, &config)?;
        let Some(key) = caller.identity("") else {
            return Err(Failure::Usage(
                "a withheld number identifies no caller, so its calls cannot be erased".to_owned(),
            ));
        };
        let tools = Tools::open(&config).await?;
        let found = tools.retention.preview_erasure(&key).await.map_err(failed)?;
        // On standard error: scripts read the receipt on standard output.
        eprintln!("{}", described(&found));
        if !confirmed("Delete them for good, here and at the carrier, and the number's contact?", self.yes)? {
            println!("nothing was deleted");
            return Ok(ExitCode::from(1));
        }
        tools.drain_backlog().await.map_err(Failure::Failed)?;
        let erased = during("deleting", tools.retention.erase(COMMAND_LINE, &key)).await;
        print_receipt(&erased.map_err(not_forgotten)?, self.json);
        Ok(ExitCode::SUCCESS)
    }
}
