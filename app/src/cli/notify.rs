//! `frontdesk notify`: lists deliveries, retries them, and sends a test.
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use adapters_persistence::SqlLog;
use clap::Subcommand;
use frontdesk_domain::call::NotificationKind;
use frontdesk_ports::{Clock, DeliveryError, Notification, Outbox};

use frontdesk_services::reconciliation::counted;
use serde_json::{Value, json};

use super::Failure;
use super::user::failed;
use crate::config::{Config, parse_duration};
use crate::system::{SystemClock, SystemIds};
use crate::wiring::{each, messenger, open_database};

#[derive(Debug, Subcommand)]
pub(super) enum NotifyCommand {
    /// List the latest notifications and their status.
    List {
        /// The number of notifications.
        #[arg(long, default_value_t = 50)]
        limit: u16,
        /// Print them as one JSON document.
        #[arg(long)]
        json: bool,
    },
    /// Send notifications of a period again: failed ones, or all.
    #[command(after_help = "Example:\n  frontdesk notify replay --since 48h --to office")]
    Replay {
        /// The length of the period, such as 24h.
        #[arg(long, default_value = "24h", value_parser = parse_duration, value_name = "TIME")]
        since: Duration,
        /// Also those that were delivered.
        #[arg(long)]
        all: bool,
        /// Only of this rule.
        #[arg(long, value_name = "NAME")]
        to: Option<String>,
    },
    /// Send a test.
    Test {
        /// The name of a rule.
        name: String,
    },
}

impl NotifyCommand {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        match self {
            Self::List { limit, json } => list(&outbox(&config).await?, limit, json).await,
            Self::Replay { since, all, to } => {
                if let Some(name) =
                    to.as_ref().filter(|name| !config.recipients.iter().any(|r| r.name == **name))
                {
                    return Err(unknown(&config, name));
                }
                let now = SystemClock.now();
                let since = now.checked_sub(since).map_err(|error| Failure::Usage(error.to_string()))?;
                let queued = outbox(&config).await?.redeliver(since, !all, to.as_deref(), now).await;
                println!("{} queued for delivery", counted(queued.map_err(failed)?, "notification"));
                Ok(ExitCode::SUCCESS)
            }
            Self::Test { name } => test(&config, &name).await,
        }
    }
}

async fn outbox(config: &Config) -> Result<SqlLog, Failure> {
    let db = open_database(&config.database_url).await?;
    Ok(SqlLog::new(db, Arc::new(SystemClock), Arc::new(SystemIds)))
}

async fn list(outbox: &SqlLog, limit: u16, as_json: bool) -> Result<ExitCode, Failure> {
    let reports = outbox.deliveries(None, limit).await.map_err(failed)?;
    if as_json {
        let notifications = reports.iter().map(|report| {
            json!({
                "call": report.delivery.call.to_string(), "kind": report.delivery.kind.as_str(),
                "recipient": report.delivery.recipient, "status": report.status.as_str(),
                "queued_at": report.queued_at.to_string(), "attempts": report.attempts,
                "last_error": report.last_error,
            })
        });
        println!("{:#}", json!({ "notifications": notifications.collect::<Value>() }));
        return Ok(ExitCode::SUCCESS);
    }
    for state in reports {
        let why = state.last_error.map_or_else(String::new, |why| format!("  ({why})"));
        let delivery = state.delivery;
        println!(
            "{}  {}  {}  {}  {}, tried {}{why}",
            state.queued_at,
            delivery.call,
            delivery.kind,
            delivery.recipient,
            state.status.as_str(),
            counted(state.attempts, "time")
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn unknown(config: &Config, name: &str) -> Failure {
    let known: Vec<&str> = config.recipients.iter().map(|recipient| recipient.name.as_str()).collect();
    let known = if known.is_empty() {
        "no notification rule is configured".to_owned()
    } else {
        format!("the configured rules are {}", known.join(", "))
    };
    Failure::Usage(format!("there is no notification rule {name:?}; {known}"))
}

async fn test(config: &Config, name: &str) -> Result<ExitCode, Failure> {
    let recipient = config.recipients.iter().find(|recipient| recipient.name == name);
    let recipient = recipient.ok_or_else(|| unknown(config, name))?;
    let now = SystemClock.now();
    let message = Notification {
        id: format!("msg_test_{}", now.as_millisecond()),
        kind: NotificationKind::Ended,
        at: now,
        subject: "frontdesk: a test".into(),
        text: "This is a test of frontdesk. Nobody has called.\r\n".into(),
        html: String::new(),
        document: serde_json::json!({ "type": "test", "timestamp": now.to_string(), "data": {} }).to_string(),
        audio: None,
    };
    let mut failures = Vec::new();
    for (_, recipient) in each(recipient) {
        match messenger(&recipient, config)?.deliver(&message).await {
            Ok(()) => println!("{} accepted the test", recipient.by),
            Err(DeliveryError::Later(why) | DeliveryError::Refused(why)) => {
                failures.push(format!("{}: {why}", recipient.by));
            }
        }
    }
    if failures.is_empty() { Ok(ExitCode::SUCCESS) } else { Err(Failure::Failed(failures.join("\n"))) }
}
