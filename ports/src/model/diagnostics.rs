//! The findings of the diagnostics.
use frontdesk_domain::Timestamp;
use serde::{Deserialize, Serialize};

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    /// As it should be.
    Fine,
    /// It could not be checked; the finding says why.
    Untried,
    /// It works, but should be changed.
    Warning,
    /// Calls or messages are being lost because of it, or soon will be.
    Fault,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The name of the check, which is the same in every version.
    pub check: String,
    /// The result.
    pub status: CheckStatus,
    /// What was found, in a sentence without numbers of callers and without secrets.
    pub what: String,
    /// What to do about it, if anything.
    pub remedy: Option<String>,
}

impl Finding {
    /// A finding without a problem.
    pub fn fine(check: &str, what: impl Into<String>) -> Self {
        Self { check: check.into(), status: CheckStatus::Fine, what: what.into(), remedy: None }
    }

    /// A finding about something that could not be checked.
    pub fn untried(check: &str, why: impl Into<String>) -> Self {
        Self { check: check.into(), status: CheckStatus::Untried, what: why.into(), remedy: None }
    }

    /// A finding that should be corrected.
    pub fn warning(check: &str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        let remedy = Some(remedy.into());
        Self { check: check.into(), status: CheckStatus::Warning, what: what.into(), remedy }
    }

    /// A finding that must be corrected.
    pub fn fault(check: &str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { status: CheckStatus::Fault, ..Self::warning(check, what, remedy) }
    }
}

/// The findings of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiagnosticReport {
    /// When.
    pub at: Timestamp,
    /// What it found, in the order of the checks.
    pub findings: Vec<Finding>,
}

/// What is left to set up before the first call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SetupState {
    /// Whether the carrier reaches the public URL; `None` if it is not known.
    pub public_url: Option<SetupStep>,
    /// Whether a number points at this server; `None` if it is not known.
    pub number: Option<SetupStep>,
}

/// A step of the setup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupStep {
    /// Whether it is done.
    pub is_done: bool,
    /// What was found.
    pub what: String,
    /// What to do about it.
    pub remedy: Option<String>,
}
