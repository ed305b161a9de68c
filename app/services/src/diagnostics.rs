//! Diagnostics (`frontdesk doctor`): each check reports the status of one thing and what to do about it.

mod carrier;
mod local;
mod public_url;
pub mod setup_check;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use frontdesk_domain::{CallFlow, Timestamp};
use frontdesk_ports::{
    CarrierAccount, CheckStatus, Clock, DiagnosticReport, Finding, PublicUrlProbe, RecordingStore,
};

/// What the checks need from the database, which may not exist.
#[async_trait]
pub trait Schema: Send + Sync {
    /// The number of pending migrations, or why the database cannot be reached.
    async fn missing_migrations(&self) -> Result<usize, String>;
    /// The number of calls that began before `before`.
    async fn calls_before(&self, before: Timestamp) -> Result<u64, String>;

    /// Checks that the database accepts writes; the error says why it does not.
    async fn takes_writes(&self) -> Result<(), String>;
}

/// What the checks of the carrier's side need; only available with an account.
pub struct CarrierSetup {
    /// The account.
    pub account: Arc<dyn CarrierAccount>,
    /// Sends requests to the public URL.
    pub probe: Arc<dyn PublicUrlProbe>,
    /// Why the carrier probably cannot reach the public URL, if the URL itself shows it.
    pub unreachable: Option<String>,
    /// The public URL.
    pub public_url: String,
}

/// Runs the checks.
pub struct Diagnostics {
    /// The call flow, if there is one.
    pub flow: Option<CallFlow>,
    /// The database, or why it cannot be opened.
    pub schema: Result<Arc<dyn Schema>, String>,
    /// The recordings store, or why it cannot be opened.
    pub recordings: Result<Arc<dyn RecordingStore>, String>,
    /// The age at which calls are deleted; `None` if they are not.
    pub calls_expire_after: Option<Duration>,
    /// The checks of the folders that frontdesk writes to.
    pub folders: Vec<Finding>,
    /// The checks of our own line, if there is one.
    pub line: Vec<Finding>,
    /// The carrier's side, if there is an account.
    pub outside: Option<CarrierSetup>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

/// Whether any finding is a fault.
pub fn has_faults(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.status == CheckStatus::Fault)
}

impl Diagnostics {
    /// Runs every check. Changes nothing permanently: probe data that is written is removed again.
    pub async fn examine(&self) -> DiagnosticReport {
        let at: Timestamp = self.clock.now();
        let mut findings = vec![self.flow_stands()];
        findings.push(self.database().await);
        findings.push(self.recordings().await);
        findings.extend(self.retention(at).await);
        findings.extend(self.folders.iter().cloned());
        findings.extend(self.line.iter().cloned());
        let Some(outside) = &self.outside else {
            findings.push(Finding::untried("carrier", "no account is configured"));
            return DiagnosticReport { at, findings };
        };
        findings.extend(outside.way_in().await);
        findings.extend(outside.account(&*self.clock, self.flow.as_ref()).await);
        DiagnosticReport { at, findings }
    }
}
