//! Views of what surrounds the calls: outages, the audit trail, the API's description.

use frontdesk_ports::{AuditAction, AuditEntry, Outage, OutageCause};
use jiff::tz::TimeZone;
use serde::Serialize;

use super::{Frame, Moment};
use crate::words;

/// The outages.
#[derive(Debug, Serialize)]
pub(crate) struct OutagesPage {
    pub frame: Frame,
    pub outages: Vec<OutageLine>,
}

/// One outage.
#[derive(Debug, Serialize)]
pub(crate) struct OutageLine {
    began: Moment,
    ended: Moment,
    cause: &'static str,
    calls: u32,
    recovered: String,
}

impl OutageLine {
    pub fn new(outage: &Outage, zone: &TimeZone) -> Self {
        let counts = [
            (outage.added, "call added", "calls added"),
            (outage.repaired, "call repaired", "calls repaired"),
            (outage.messages, "message recovered", "messages recovered"),
        ];
        let told: Vec<String> = counts
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }))
            .collect();
        let nothing = match outage.cause {
            OutageCause::LogAway => "nothing was missing",
            OutageCause::NotRunning | OutageCause::EventsLost | OutageCause::Unreached => "nothing so far",
        };
        Self {
            began: Moment::new(outage.began_at, zone),
            ended: Moment::new(outage.ended_at, zone),
            cause: match outage.cause {
                OutageCause::NotRunning => "frontdesk did not run",
                OutageCause::LogAway => "the call log was away; what happened was spooled and followed",
                OutageCause::EventsLost => "what happened could not be kept",
                OutageCause::Unreached => "the carrier had calls that never reached us",
            },
            calls: outage.calls,
            recovered: if told.is_empty() { nothing.to_owned() } else { told.join(", ") },
        }
    }
}

/// The audit trail.
#[derive(Debug, Serialize)]
pub(crate) struct AuditPage {
    pub frame: Frame,
    pub lines: Vec<AuditLine>,
}

/// One thing that somebody did.
#[derive(Debug, Serialize)]
pub(crate) struct AuditLine {
    moment: Moment,
    actor: String,
    action: &'static str,
    subject: String,
}

impl AuditLine {
    pub fn new(entry: &AuditEntry, zone: &TimeZone) -> Self {
        Self {
            moment: Moment::new(entry.at, zone),
            actor: entry.actor.clone(),
            action: action(entry.action),
            subject: entry.subject.clone(),
        }
    }
}

fn action(action: AuditAction) -> &'static str {
    match action {
        AuditAction::SignedIn => "signed in",
        AuditAction::SignInRefused => "was refused",
        AuditAction::SignedOut => "signed out",
        AuditAction::SignedOutEverywhere => "signed out everywhere",
        AuditAction::Played => "listened",
        AuditAction::Exported => "exported",
        AuditAction::Retried => "asked for a message anew",
        AuditAction::Reconciled => "compared the log with the carrier's records",
        AuditAction::BackedUp => "copied everything to",
        AuditAction::Restored => "put back the copy",
        AuditAction::Purged => "deleted what was too old",
        AuditAction::Erased => "erased a number",
        AuditAction::UserAdded => "added a person",
        AuditAction::UserRemoved => "removed a person",
        AuditAction::PasswordSet => "set a password",
        AuditAction::TokenCreated => "made a token",
        AuditAction::TokenRevoked => "revoked a token",
    }
}

/// The API's description.
#[derive(Debug, Serialize)]
pub(crate) struct ApiPage {
    title: String,
    operations: Vec<Operation>,
}

#[derive(Debug, Serialize)]
struct Operation {
    method: String,
    path: String,
    summary: String,
    parameters: Vec<Parameter>,
}

#[derive(Debug, Serialize)]
struct Parameter {
    name: String,
    meaning: String,
}

impl ApiPage {
    /// Read off the description.
    pub fn of(openapi: &str) -> Self {
        let document: serde_json::Value = serde_json::from_str(openapi).unwrap_or_default();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let mut operations = Vec::new();
        for (path, methods) in document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in methods.as_object().into_iter().flatten() {
                let parameters = operation["parameters"].as_array().into_iter().flatten().map(|parameter| {
                    let shared = text(&parameter["$ref"]);
                    let shared = document.pointer(shared.trim_start_matches('#'));
                    let parameter = shared.unwrap_or(parameter);
                    Parameter { name: text(&parameter["name"]), meaning: text(&parameter["description"]) }
                });
                operations.push(Operation {
                    method: method.to_uppercase(),
                    path: path.clone(),
                    summary: text(&operation["summary"]),
                    parameters: parameters.collect(),
                });
            }
        }
        let title = format!("{} {}", text(&document["info"]["title"]), words::version());
        Self { title, operations }
    }
}
