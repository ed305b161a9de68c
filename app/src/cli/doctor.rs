//! `frontdesk doctor`: checks the installation and its environment; prints one numbered line per check, with the remedy.
use std::process::ExitCode;

use clap::Args;
use frontdesk_ports::{CheckStatus, Clock, DiagnosticReport, Finding};
use frontdesk_services::diagnostics::has_faults;
use frontdesk_services::reconciliation::counted;
use serde_json::json;

use super::Failure;
use crate::config::{Config, ConfigErrors};
use crate::system::SystemClock;
use crate::wiring::doctor::{diagnostics, keep};

#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// For programs: one JSON document.
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub(super) async fn run(self, config: Result<Config, ConfigErrors>) -> Result<ExitCode, Failure> {
        let diagnostic_report = match config {
            Ok(config) => {
                let mut diagnostic_report = diagnostics(&config).await?.examine().await;
                diagnostic_report.findings.insert(0, Finding::fine("configuration", "it is complete"));
                keep(&config, &diagnostic_report).await;
                diagnostic_report
            }
            // Without a valid configuration, there is nothing else to check.
            Err(ConfigErrors(errors)) => {
                let remedy = "correct it; frontdesk check shows where (docs/configuration.md)";
                let fault = |error| Finding::fault("configuration", format!("{error}"), remedy);
                DiagnosticReport { at: SystemClock.now(), findings: errors.iter().map(fault).collect() }
            }
        };
        if self.json {
            print_json(&diagnostic_report);
        } else {
            print(&diagnostic_report.findings);
        }
        Ok(if has_faults(&diagnostic_report.findings) { ExitCode::from(1) } else { ExitCode::SUCCESS })
    }
}

fn print_json(DiagnosticReport { at, findings }: &DiagnosticReport) {
    let numbered: Vec<_> = findings
        .iter()
        .enumerate()
        .map(|(place, Finding { check, status, what, remedy })| {
            json!({"number": place + 1, "check": check, "verdict": status, "what": what, "remedy": remedy})
        })
        .collect();
    let document = json!({"at": at.to_string(), "healthy": !has_faults(findings), "findings": numbered});
    println!("{document:#}");
}

fn print(findings: &[Finding]) {
    let width = findings.iter().map(|finding| finding.check.len()).max().unwrap_or(0);
    for (place, Finding { check, status, what, remedy }) in findings.iter().enumerate() {
        let status = match status {
            CheckStatus::Fine => "ok",
            CheckStatus::Untried => "-",
            CheckStatus::Warning => "warning",
            CheckStatus::Fault => "PROBLEM",
        };
        println!("{:>2}  {check:width$}  {status:7}  {what}", place + 1);
        if let Some(remedy) = remedy {
            println!("{:>2}  {:width$}  {:7}  -> {remedy}", "", "", "");
        }
    }
    let count = |wanted| findings.iter().filter(|finding| finding.status == wanted).count();
    println!(
        "{}, {}",
        counted(count(CheckStatus::Fault), "problem"),
        counted(count(CheckStatus::Warning), "warning")
    );
}
