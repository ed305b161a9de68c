//! `frontdesk reconcile`: repairs the log from the carrier's own records.
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use frontdesk_ports::{AuditAction, AuditEntry, AuditTrail, Clock};

use frontdesk_services::reconciliation::Report;
use serde_json::json;

use super::Failure;
use super::progress::during;
use super::user::failed;
use crate::config::{Config, parse_duration};
use crate::system::SystemClock;
use crate::wiring::tools::Tools;

#[derive(Debug, Args)]
pub(super) struct ReconcileCommand {
    /// How far back to compare.
    #[arg(long, default_value = "24h", value_name = "TIME", value_parser = parse_duration)]
    since: Duration,
    /// Print what was done as one JSON document.
    #[arg(long)]
    json: bool,
}

impl ReconcileCommand {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        if config.account.is_none() && config.sip.is_none() {
            let why = "there is no carrier to compare with: neither twilio.account_sid and twilio.auth_token nor sip.listen is set";
            return Err(Failure::Usage(why.into()));
        }
        let tools = Tools::open(&config).await?;
        let now = SystemClock.now();
        let since = now
            .checked_sub(self.since)
            .map_err(|_| Failure::Usage("--since: that period is too long".into()))?;
        let mut report: Option<Report> = None;
        for reconciliation in &tools.reconciliations {
            let of_carrier = during("comparing with the carrier", reconciliation.run(since)).await;
            let of_carrier = of_carrier.map_err(|error| Failure::Failed(error.to_string()))?;
            report = Some(match report {
                Some(report) => report.and(of_carrier),
                None => of_carrier,
            });
        }
        let Some(report) = report else { return Ok(ExitCode::SUCCESS) };
        if self.json {
            let Report { since, until, compared, added, repaired, messages, closed, .. } = &report;
            let document = json!({
                "since": since.to_string(), "until": until.to_string(), "compared": compared, "added": added,
                "repaired": repaired, "voicemails": messages, "closed": closed,
            });
            println!("{document:#}");
        } else {
            println!("{report}");
        }
        let subject = format!("calls since {since:.0}");
        let actor = super::COMMAND_LINE.to_owned();
        let entry = AuditEntry { at: now, actor, action: AuditAction::Reconciled, subject };
        tools.operations_log.record(entry).await.map_err(failed)?;
        Ok(ExitCode::SUCCESS)
    }
}
