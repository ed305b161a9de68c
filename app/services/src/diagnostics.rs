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

/// What the checks need of the database, which may not exist.
#[async_trait]
pub trait Schema: Send + Sync {
    /// How many migrations are still to be applied, if it can be reached; else why not.
    async fn missing_migrations(&self) -> Result<usize, String>;
    /// How many calls began before that.
    async fn calls_before(&self, before: Timestamp) -> Result<u64, String>;

    /// Whether it takes writes; else why not.
    async fn takes_writes(&self) -> Result<(), String>;
}

/// The carrier's side: without an account there is none.
pub struct CarrierSetup {
    /// The account.
    pub account: Arc<dyn CarrierAccount>,
    /// Our public address.
    pub probe: Arc<dyn PublicUrlProbe>,
    /// Why the carrier probably cannot reach the public URL, if something in it says so.
    pub unreachable: Option<String>,
    /// Its text.
    pub public_url: String,
}

/// Examines.
pub struct Diagnostics {
    /// What callers go through.
    pub flow: Option<CallFlow>,
    /// The database, or why it cannot be opened.
    pub schema: Result<Arc<dyn Schema>, String>,
    /// The recordings store, or why it cannot be opened.
    pub recordings: Result<Arc<dyn RecordingStore>, String>,
    /// After how long calls are deleted, if they are.
    pub calls_expire_after: Option<Duration>,
    /// The checks of the folders that frontdesk writes to.
    pub folders: Vec<Finding>,
    /// Our own line, if there is one.
    pub line: Vec<Finding>,
    /// The carrier's side, if there is an account.
    pub outside: Option<CarrierSetup>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Whether any finding is a fault.
pub fn has_faults(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.status == CheckStatus::Fault)
}

impl Diagnostics {
    /// Looks at everything. Nothing is changed, but for a probe that is written and removed.
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
