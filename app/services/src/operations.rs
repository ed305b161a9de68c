//! Operations: outages, diagnostics, the audit log, and retried voicemail downloads.
use std::sync::Arc;

use async_trait::async_trait;
use frontdesk_domain::call::VoicemailStatus;
use frontdesk_domain::{CallEvent, CallId, EventKind};
use frontdesk_ports::{
    Actor, AuditAction, AuditEntry, AuditPage, AuditQuery, AuditTrail, CallLog, Clock, DeliveryReport,
    DeliveryStatus, DiagnosticReport, LoggedEvent, Operations, OperationsLog, Outage, Outbox, RetryError,
    SetupState, StoreError,
};

use crate::diagnostics::setup_check::SetupCheck;

/// Reports on operations, and retries voicemail downloads.
pub struct OperationsService {
    /// The calls.
    pub log: Arc<dyn CallLog>,
    /// Stores outages and diagnostic reports.
    pub operations_log: Arc<dyn OperationsLog>,
    /// The notifications.
    pub outbox: Arc<dyn Outbox>,
    /// The audit trail.
    pub trail: Arc<dyn AuditTrail>,
    /// Checks what is left to set up.
    pub setup: SetupCheck,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl Operations for OperationsService {
    async fn outages(&self, limit: u16) -> Result<Vec<Outage>, StoreError> {
        self.operations_log.outages(limit).await
    }

    async fn diagnostic_report(&self) -> Result<Option<DiagnosticReport>, StoreError> {
        self.operations_log.diagnostic_report().await
    }

    async fn setup_state(&self) -> SetupState {
        self.setup.state().await
    }

    async fn failed_notifications(&self, limit: u16) -> Result<Vec<DeliveryReport>, StoreError> {
        self.outbox.deliveries(Some(DeliveryStatus::Failed), limit).await
    }

    async fn trail(&self, query: &AuditQuery) -> Result<AuditPage, StoreError> {
        self.trail.entries(query).await
    }

    async fn note(&self, Actor(actor): &Actor, action: AuditAction, subject: &str) -> Result<(), StoreError> {
        let (at, subject) = (self.clock.now(), subject.to_owned());
        self.trail.record(AuditEntry { at, actor: actor.clone(), action, subject }).await
    }

    async fn retry_voicemail(&self, actor: &Actor, call: CallId) -> Result<(), RetryError> {
        let record = self.log.find(call).await?.ok_or(RetryError::None)?;
        if record.call.voicemails.is_empty() {
            return Err(RetryError::None);
        }
        let failed =
            record.call.voicemails.iter().filter(|message| message.status == VoicemailStatus::Failed);
        let retried = failed.map(|message| {
            let (recording, round) = (message.recording.clone(), message.round + 1);
            let kind = EventKind::VoicemailRetried { recording, round };
            CallEvent { call: record.leg.clone(), at: self.clock.now(), kind, received_at: None }.into()
        });
        let retried: Vec<LoggedEvent> = retried.collect();
        if retried.is_empty() {
            return Err(RetryError::NotFailed);
        }
        self.log.append(retried).await?;
        self.note(actor, AuditAction::Retried, &call.to_string()).await?;
        Ok(())
    }
}
