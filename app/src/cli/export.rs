//! `frontdesk export`: calls as CSV or JSON lines, on standard output.
use std::io::Write;
use std::process::ExitCode;

use adapters_http::export::{CallContext, csv_header, csv_line, json_line};
use clap::{Args, ValueEnum};
use frontdesk_domain::Timestamp;
use frontdesk_ports::{
    AuditAction, AuditEntry, AuditTrail, CallLog, CallQuery, Clock, ContactBook, ContactStore,
};
use jiff::civil::Date;

use super::progress::Progress;
use super::user::failed;
use super::{COMMAND_LINE, Failure};
use crate::config::Config;
use crate::system::SystemClock;
use crate::wiring::path_prefix;
use crate::wiring::tools::Tools;

/// The number of calls that are read at once.
const PAGE: u16 = 500;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For spreadsheets.
    Csv,
    /// For programs: one call per line, in the format of the API.
    Jsonl,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  frontdesk export --since 2026-11-01 > calls.csv\n  frontdesk export --format jsonl | jq .outcome"
)]
pub(super) struct Export {
    /// Calls from this time: an RFC 3339 time, or a date in the company's zone.
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Calls before this time.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// The format.
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
}

pub(super) fn time(flag: &str, text: Option<&String>, config: &Config) -> Result<Option<Timestamp>, Failure> {
    let Some(text) = text else { return Ok(None) };
    // Only a date: a time without an offset would be ambiguous.
    let date = || text.get(..10).filter(|date| *date == text)?.parse::<Date>().ok();
    let day = || date()?.to_zoned_datetime(config.zone.clone()).ok().map(|at| at.timestamp());
    let at = text.parse().ok().or_else(day);
    let bad = || {
        Failure::Usage(format!(
            "{flag}: use a time such as 2026-11-22T09:00:00Z or a date such as 2026-11-22"
        ))
    };
    at.ok_or_else(bad).map(Some)
}

impl Export {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let since = time("--since", self.since.as_ref(), &config)?;
        let until = time("--until", self.until.as_ref(), &config)?;
        let tools = Tools::open(&config).await?;
        let subject = "calls on the command line".to_owned();
        let (at, actor) = (SystemClock.now(), COMMAND_LINE.to_owned());
        let entry = AuditEntry { at, actor, action: AuditAction::Exported, subject };
        tools.operations_log.record(entry).await.map_err(failed)?;
        let mut out = std::io::stdout().lock();
        let unwritten =
            |error: std::io::Error| Failure::Failed(format!("the export cannot be written: {error}"));
        if self.format == Format::Csv {
            out.write_all(csv_header().as_bytes()).map_err(unwritten)?;
        }
        let prefix = path_prefix(&config);
        let contacts = ContactBook::new(tools.contacts.contacts().await.map_err(failed)?);
        let context = CallContext { prefix: &prefix, contacts: &contacts };
        let mut query = CallQuery { since, until, ..CallQuery::newest(PAGE) };
        let progress = Progress::over_calls(&*tools.log, &query).await;
        loop {
            let page = tools.log.list(&query).await.map_err(failed)?;
            progress.advance(page.calls.len());
            for record in &page.calls {
                let line = match self.format {
                    Format::Csv => csv_line(record, &context),
                    Format::Jsonl => json_line(record, &context),
                };
                out.write_all(line.as_bytes()).map_err(unwritten)?;
            }
            match page.next {
                Some(next) => query.before = Some(next),
                None => return Ok(ExitCode::SUCCESS),
            }
        }
    }
}
