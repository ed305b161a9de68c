//! The view of the audit log.
use frontdesk_ports::AuditEntry;
use serde::Serialize;

use crate::i18n::viewer::Viewer;
use crate::pages::feed::row::Moment;
use crate::pages::frame::Frame;

/// The audit trail.
#[derive(Debug, Serialize)]
pub(crate) struct AuditPage {
    pub frame: Frame,
    /// The most lines there are.
    pub most: u16,
    pub lines: Vec<AuditLine>,
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
