//! `frontdesk replay`: which past calls would have taken another path in another flow.
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use adapters_persistence::SqlLog;
use clap::Args;
use frontdesk_domain::call::Journey;
use frontdesk_domain::{CallFlow, CallId, Facts};
use frontdesk_ports::{CallLog, CallQuery, Clock};
use frontdesk_services::reconciliation::counted;

use super::Failure;
use super::progress::Progress;
use super::user::failed;
use crate::config::{Config, FlowText, parse_duration};
use crate::system::{SystemClock, SystemIds};
use crate::wiring::open_database;

/// The number of calls that are read at once.
const PAGE: u16 = 200;
/// The number of calls that are named for each kind of change.
const EXAMPLES: usize = 3;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  frontdesk replay --flow new-flow.toml --since 30d")]
pub(super) struct Replay {
    /// The other flow: a file of its own, or a configuration with a [flow] in it.
    #[arg(long, value_name = "FILE")]
    flow: PathBuf,
    /// The age of the oldest call, such as 90d.
    #[arg(long, default_value = "90d", value_parser = parse_duration, value_name = "TIME")]
    since: Duration,
}

/// The calls with one kind of change.
#[derive(Default)]
struct Changed {
    calls: usize,
    examples: Vec<CallId>,
}

impl Replay {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let flow = self.other_flow(&config)?;
        let db = open_database(&config.database_url).await?;
        let log = SqlLog::new(db, Arc::new(SystemClock), Arc::new(SystemIds));
        let since =
            SystemClock.now().checked_sub(self.since).map_err(|error| Failure::Usage(error.to_string()))?;
        let mut query = CallQuery { since: Some(since), ..CallQuery::newest(PAGE) };
        let (mut calls, mut same, mut refused) = (0u64, 0u64, 0u64);
        let mut changed: BTreeMap<(Journey, Journey), Changed> = BTreeMap::new();
        let progress = Progress::over_calls(&log, &query).await;
        loop {
            let page = log.list(&query).await.map_err(failed)?;
            progress.advance(page.calls.len());
            for record in &page.calls {
                let events = log.events(record.id).await.map_err(failed)?;
                let facts = Facts::of(events.iter().map(|logged| &logged.event));
                let Some(would) = flow.replay(&facts) else {
                    refused += 1;
                    continue;
                };
                let did = Journey::of(&facts);
                calls += 1;
                if did == would {
                    same += 1;
                    continue;
                }
                let kind = changed.entry((did, would)).or_default();
                kind.calls += 1;
                if kind.examples.len() < EXAMPLES {
                    kind.examples.push(record.id);
                }
            }
            match page.next {
                Some(before) => query.before = Some(before),
                None => break,
            }
        }
        drop(progress);
        let mut changed: Vec<_> = changed.into_iter().collect();
        changed.sort_by_key(|(_, kind)| std::cmp::Reverse(kind.calls));
        for ((did, would), kind) in &changed {
            let examples: Vec<String> = kind.examples.iter().map(ToString::to_string).collect();
            println!("{} × {did} → {would}  (such as {})", kind.calls, examples.join(", "));
        }
        println!("{}: {same} as before, {} differently", counted(calls, "call"), calls - same);
        if refused > 0 {
            println!(
                "{refused} were refused, or are known only from the carrier's records, and are left out"
            );
        }
        Ok(ExitCode::SUCCESS)
    }

    fn other_flow(&self, config: &Config) -> Result<CallFlow, Failure> {
        let text = FlowText::of_either(&self.flow).map_err(Failure::Usage)?;
        let read = text.read(&config.zone, &config.builtin);
        read.map(|own| own.flow).map_err(|errors| Failure::Config(crate::config::ConfigErrors(errors)))
    }
}
