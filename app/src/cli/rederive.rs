//! `frontdesk rederive`: interprets the stored events of every call again, shows what changes, and repairs the rows.
use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;

use adapters_persistence::SqlLog;
use clap::Args;
use frontdesk_domain::call::Difference;
use frontdesk_domain::{Call, Facts};
use frontdesk_ports::{CallLog, CallQuery, CallRecord, StoreError};
use frontdesk_services::reconciliation::counted;

use super::Failure;
use super::export::time;
use super::progress::Progress;
use super::user::failed;
use crate::config::Config;
use crate::wiring::tools::Tools;

/// The number of calls that are read at once.
const PAGE: u16 = 200;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  frontdesk rederive --check")]
pub(super) struct Rederive {
    /// Only show differences; the exit code is 1 if a row would change.
    #[arg(long)]
    check: bool,
    /// Calls from this time: an RFC 3339 time, or a date in the company's zone.
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
}

impl Rederive {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let since = time("--since", self.since.as_ref(), &config)?;
        let tools = Tools::open(&config).await?;
        let (mut read, mut changed) = (0u64, 0u64);
        let mut facts: BTreeMap<&str, u64> = BTreeMap::new();
        let mut out = std::io::stdout().lock();
        let unwritten =
            |error: std::io::Error| Failure::Failed(format!("the findings cannot be written: {error}"));
        let mut query = CallQuery { since, ..CallQuery::newest(PAGE) };
        let progress = Progress::over_calls(&*tools.log, &query).await;
        loop {
            let page = tools.log.list(&query).await.map_err(failed)?;
            progress.advance(page.calls.len());
            let mut outdated = Vec::new();
            for record in &page.calls {
                let differences = differences(&tools.log, record).await.map_err(failed)?;
                if !differences.is_empty() {
                    outdated.push(record.id);
                }
                (read, changed) = (read + 1, changed + u64::from(!differences.is_empty()));
                for difference in differences {
                    *facts.entry(difference.fact).or_default() += 1;
                    let (fact, was, becomes) = (difference.fact, difference.was, difference.becomes);
                    writeln!(out, "{}\t{fact}\t{was}\t→ {becomes}", record.id).map_err(unwritten)?;
                }
            }
            if !self.check && !outdated.is_empty() {
                tools.log.rederive(&outdated).await.map_err(failed)?;
            }
            match page.next {
                Some(next) => query.before = Some(next),
                None => break,
            }
        }
        let counts: Vec<String> = facts.iter().map(|(fact, count)| format!("{fact} of {count}")).collect();
        let what = if counts.is_empty() { String::new() } else { format!(": {}", counts.join(", ")) };
        let done = if self.check { "would change" } else { "repaired" };
        drop(progress);
        writeln!(out, "{} read, {changed} {done}{what}", counted(read, "call")).map_err(unwritten)?;
        Ok(if changed == 0 || !self.check { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

/// What differs between a call's row and its events. A call that changes while it is read is read again.
async fn differences(log: &SqlLog, record: &CallRecord) -> Result<Vec<Difference>, StoreError> {
    let mut current = Some(record.clone());
    while let Some(record) = current {
        let events = log.events(record.id).await?;
        let derived = Call::of(&Facts::of(events.iter().map(|logged| &logged.event)));
        let differences = record.call.differences(&derived);
        current = log.find(record.id).await?;
        if differences.is_empty() || current.as_ref().is_some_and(|now| now.change == record.change) {
            return Ok(differences);
        }
    }
    Ok(Vec::new())
}
