//! `frontdesk doctor`: examines the desk and its surroundings, a numbered line each, with the remedy.

use std::process::ExitCode;

use clap::Args;
use frontdesk_ports::{Clock, Examination, Finding, Verdict};
use serde_json::json;

use super::Failure;
use crate::config::{Config, ConfigErrors};
use crate::services::examining::is_ill;
use crate::system::SystemClock;
use crate::wiring::doctor::{examining, keep};

#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// For programs: one JSON document.
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub(super) async fn run(self, config: Result<Config, ConfigErrors>) -> Result<ExitCode, Failure> {
        let examination = match config {
            Ok(config) => {
                let mut examination = examining(&config).await?.examine().await;
                examination.findings.insert(0, Finding::fine("configuration", "it is complete"));
                keep(&config, &examination).await;
                examination
            }
            // Nothing else can be looked at: where it is would have to be guessed.
            Err(ConfigErrors(errors)) => {
                let remedy = "correct it; frontdesk check shows the place (docs/configuration.md)";
                let fault = |error| Finding::fault("configuration", format!("{error}"), remedy);
                Examination { at: SystemClock.now(), findings: errors.iter().map(fault).collect() }
            }
        };
        if self.json {
            print_json(&examination);
        } else {
            print(&examination.findings);
        }
        Ok(if is_ill(&examination.findings) { ExitCode::from(1) } else { ExitCode::SUCCESS })
    }
}

fn print_json(Examination { at, findings }: &Examination) {
    let numbered: Vec<_> = findings
        .iter()
        .enumerate()
        .map(|(place, Finding { check, verdict, what, remedy })| {
            json!({"number": place + 1, "check": check, "verdict": verdict, "what": what, "remedy": remedy})
        })
        .collect();
    let document = json!({"at": at.to_string(), "healthy": !is_ill(findings), "findings": numbered});
    println!("{document:#}");
}

fn print(findings: &[Finding]) {
    let width = findings.iter().map(|finding| finding.check.len()).max().unwrap_or(0);
    for (place, Finding { check, verdict, what, remedy }) in findings.iter().enumerate() {
        let verdict = match verdict {
            Verdict::Fine => "ok",
            Verdict::Untried => "-",
            Verdict::Warning => "warning",
            Verdict::Fault => "FAULT",
        };
        println!("{:>2}  {check:width$}  {verdict:7}  {what}", place + 1);
        if let Some(remedy) = remedy {
            println!("{:>2}  {:width$}  {:7}  -> {remedy}", "", "", "");
        }
    }
    let count = |wanted| findings.iter().filter(|finding| finding.verdict == wanted).count();
    println!("{} faults, {} warnings", count(Verdict::Fault), count(Verdict::Warning));
}
