//! Operations: outages, diagnostics, the audit log, retried voicemail downloads.
use async_trait::async_trait;
use frontdesk_domain::CallId;

use crate::{
    AuditAction, AuditPage, AuditQuery, DeliveryReport, DiagnosticReport, Outage, SetupState, StoreError,
};

/// The name of the person or program that does something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor(pub String);

/// Why the download of a voicemail cannot be retried.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RetryError {
    /// There is no such call, or it has no message.
    #[error("there is no voicemail")]
    None,
    /// It has been downloaded, or is still being downloaded.
    #[error("the voicemail download has not failed")]
    NotFailed,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reports on operations, and retries voicemail downloads.
#[async_trait]
pub trait Operations: Send + Sync {
    /// The latest outages, newest first.
    async fn outages(&self, limit: u16) -> Result<Vec<Outage>, StoreError>;

    /// The last diagnostic report, if there is one.
    async fn diagnostic_report(&self) -> Result<Option<DiagnosticReport>, StoreError>;

    /// What is left to set up before the first call; the result may be a few seconds old.
    async fn setup_state(&self) -> SetupState;

    /// The latest notifications that failed permanently, newest first.
    async fn failed_notifications(&self, limit: u16) -> Result<Vec<DeliveryReport>, StoreError>;

    /// Who did what, newest first.
    async fn trail(&self, query: &AuditQuery) -> Result<AuditPage, StoreError>;

    /// Records a user's action.
    async fn note(&self, actor: &Actor, action: AuditAction, subject: &str) -> Result<(), StoreError>;

    /// Retries the download of a voicemail that failed permanently.
    async fn retry_voicemail(&self, actor: &Actor, call: CallId) -> Result<(), RetryError>;
}
