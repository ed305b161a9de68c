//! Views of what surrounds the calls: outages, the audit trail, the API's description.

use frontdesk_ports::{AuditEntry, Outage, OutageCause};
use serde::Serialize;

use super::{Frame, Moment};
use crate::viewer::Viewer;
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
    cause: String,
    calls: u32,
    recovered: String,
}

impl OutageLine {
    pub fn new(outage: &Outage, viewer: &Viewer) -> Self {
        let language = viewer.language;
        let counts = [
            (outage.added, "outage-added"),
            (outage.repaired, "outage-repaired"),
            (outage.messages, "outage-messages"),
        ];
        let told: Vec<String> = counts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, id)| language.say_with(id, [("n", count.into())]))
            .collect();
        let nothing = match outage.cause {
            OutageCause::LogAway => "outage-nothing-missing",
            OutageCause::NotRunning | OutageCause::EventsLost | OutageCause::Unreached => {
                "outage-nothing-yet"
            }
        };
        Self {
            began: Moment::new(outage.began_at, viewer),
            ended: Moment::new(outage.ended_at, viewer),
            cause: language.say(&format!("outage-{}", outage.cause.word())),
            calls: outage.calls,
            recovered: if told.is_empty() { language.say(nothing) } else { told.join(", ") },
        }
    }
}

/// The audit trail.
#[derive(Debug, Serialize)]
pub(crate) struct AuditPage {
    pub frame: Frame,
    /// The most lines there are.
    pub most: u16,
    pub lines: Vec<AuditLine>,
}

/// One thing that somebody did.
#[derive(Debug, Serialize)]
pub(crate) struct AuditLine {
    moment: Moment,
    actor: String,
    action: String,
    subject: String,
}

impl AuditLine {
    pub fn new(entry: &AuditEntry, viewer: &Viewer) -> Self {
        Self {
            moment: Moment::new(entry.at, viewer),
            actor: entry.actor.clone(),
            action: viewer.language.say(&format!("audit-{}", entry.action)),
            subject: entry.subject.clone(),
        }
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
