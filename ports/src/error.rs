//! Errors of driven ports, by what the caller can do about them.
use std::time::Duration;

/// Why an operation of a store failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, is locked, full or slow: retry later, or use another store meanwhile.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// Something with that name already exists: choose another name.
    #[error("{0} already exists")]
    Exists(String),
    /// It refuses this permanently: set the data aside for inspection.
    #[error("the store rejected the data: {0}")]
    Refused(String),
    /// The stored data is invalid: an operator must inspect it.
    #[error("the store contains invalid data: {0}")]
    Corrupt(String),
}

/// Why a request to a carrier failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CarrierError {
    /// The carrier does not have it yet: retry soon.
    #[error("the carrier does not have it yet")]
    NotYet,
    /// It is busy or cannot be reached: retry later, not before `after` if that is given.
    #[error("the carrier cannot be reached: {why}")]
    Unavailable {
        /// What happened.
        why: String,
        /// How long the carrier asks us to wait.
        after: Option<Duration>,
    },
    /// It refuses the credentials: an operator must correct the configuration before a retry can succeed.
    #[error("the carrier refuses our credentials")]
    Unauthorized,
    /// Its answer cannot be used: retry, and alert an operator if it persists.
    #[error("the carrier sent something unusable: {0}")]
    Unusable(String),
}
