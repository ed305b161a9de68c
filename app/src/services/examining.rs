//! Examines a desk and its surroundings: each check tells how one thing stands and what to do about it.

mod carrier;
mod here;
mod way_in;

use std::path::PathBuf;
use std::sync::Arc;

use frontdesk_domain::{CallFlow, Timestamp};
use frontdesk_ports::{CarrierAccount, Clock, Examination, Finding, FrontDoor, RecordingStore, Verdict};

use async_trait::async_trait;

/// What an examination needs of the database, which may not be there.
#[async_trait]
pub trait Schema: Send + Sync {
    /// How many migrations are still to be applied, if it can be reached; else why not.
    async fn missing_migrations(&self) -> Result<usize, String>;
    /// Whether it takes writes; else why not.
    async fn takes_writes(&self) -> Result<(), String>;
}

/// The carrier's side: without an account there is none.
pub struct Outside {
    /// The account.
    pub account: Arc<dyn CarrierAccount>,
    /// Our public address.
    pub door: Arc<dyn FrontDoor>,
    /// Its text.
    pub public_url: String,
}

/// Examines.
pub struct Examining {
    /// What callers go through.
    pub flow: Option<CallFlow>,
    /// The database, or why it cannot be opened.
    pub schema: Result<Arc<dyn Schema>, String>,
    /// Where audio is kept, or why it cannot be opened.
    pub recordings: Result<Arc<dyn RecordingStore>, String>,
    /// Folders that must take files: what for, and where.
    pub folders: Vec<(&'static str, PathBuf)>,
    /// The carrier's side, if there is an account.
    pub outside: Option<Outside>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Whether any finding must be mended.
pub fn is_ill(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.verdict == Verdict::Fault)
}

impl Examining {
    /// Looks at everything. Nothing is changed, but for a probe that is written and removed.
    pub async fn examine(&self) -> Examination {
        let at: Timestamp = self.clock.now();
        let mut findings = vec![self.flow_stands()];
        findings.push(self.database().await);
        findings.push(self.recordings().await);
        findings.extend(self.folders.iter().map(|(what, folder)| here::folder(what, folder)));
        let Some(outside) = &self.outside else {
            findings.push(Finding::untried("carrier", "no account is configured"));
            return Examination { at, findings };
        };
        findings.extend(outside.way_in().await);
        findings.extend(outside.account(&*self.clock, self.flow.as_ref()).await);
        Examination { at, findings }
    }
}
