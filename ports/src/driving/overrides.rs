//! Overrides of the call flow: temporary closures and blocked callers.
use std::sync::Arc;

use async_trait::async_trait;
use frontdesk_domain::dialogue::Closure;
use frontdesk_domain::{CallFlow, CallerId, Timestamp};

use crate::{Actor, Blocked, Closed, StoreError};

/// The longest message to callers during a closure, in characters.
pub const LONGEST_CLOSURE: usize = 1000;

/// Why an override was not set.
#[derive(Debug, thiserror::Error)]
pub enum OverrideError {
    /// The end of the closure has already passed.
    #[error("the company cannot be closed until a time that has passed")]
    Over,
    /// The message to callers is too long.
    #[error("the message to callers has at most {LONGEST_CLOSURE} characters")]
    TooLong,
    /// The caller is one of our own numbers.
    #[error("a number of our own cannot be blocked")]
    OwnNumber,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Sets overrides. Each change is audited and applies to the next call.
#[async_trait]
pub trait ManageOverrides: Send + Sync {
    /// The current flow.
    fn flow(&self) -> Arc<CallFlow>;

    /// The closure that is in effect now or begins later.
    async fn closed(&self) -> Result<Option<Closed>, StoreError>;

    /// The closure in effect now, from memory.
    fn closure_now(&self) -> Option<Closure>;

    /// Closes the company until a time; callers hear `say` first.
    async fn close(&self, actor: &Actor, until: Timestamp, say: Option<String>) -> Result<(), OverrideError>;

    /// Opens the company again. Returns whether it was closed.
    async fn open(&self, actor: &Actor) -> Result<bool, OverrideError>;

    /// Every blocked caller, most recently blocked first.
    async fn blocked(&self) -> Result<Vec<Blocked>, StoreError>;

    /// Blocks a caller. Returns whether the block is new. `subject` names the call on which the decision was made, because
    /// the audit trail holds no numbers.
    async fn block(&self, actor: &Actor, caller: &CallerId, subject: &str) -> Result<bool, OverrideError>;

    /// Unblocks a caller. Returns whether there was a block.
    async fn unblock(&self, actor: &Actor, caller: &CallerId, subject: &str) -> Result<bool, OverrideError>;
}
