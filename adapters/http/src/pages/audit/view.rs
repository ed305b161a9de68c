//! The view of the audit log.
use frontdesk_ports::{AuditAction, AuditEntry};
use serde::Serialize;

use crate::i18n::locale::Language;
use crate::i18n::viewer::Viewer;
use crate::pages::feed::row::Moment;
use crate::pages::frame::Frame;

/// The audit log page.
#[derive(Debug, Serialize)]
pub(crate) struct AuditPage {
    pub frame: Frame,
    /// The actor of the entries that are shown; empty for all.
    pub actor: String,
    /// The actions to filter by.
    pub actions: Vec<ActionChoice>,
    /// Whether this is the first page.
    pub is_newest: bool,
    /// The address of the next page.
    pub older: Option<String>,
    pub lines: Vec<AuditLine>,
}

/// An action to filter by.
#[derive(Debug, Serialize)]
pub(crate) struct ActionChoice {
    value: &'static str,
    label: String,
    chosen: bool,
}

impl ActionChoice {
    pub fn all(chosen: Option<AuditAction>, language: Language) -> Vec<Self> {
        let choice = |action: &AuditAction| Self {
            value: action.as_str(),
            label: language.say(&format!("audit-{action}")),
            chosen: chosen == Some(*action),
        };
        let mut choices: Vec<Self> = AuditAction::VARIANTS.iter().map(choice).collect();
        choices.sort_by(|a, b| a.label.cmp(&b.label));
        choices
    }
}

/// One entry of the audit log.
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
