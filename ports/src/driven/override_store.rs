//! The store of overrides: temporary closures and blocked callers.
use async_trait::async_trait;
use frontdesk_domain::dialogue::Closure;
use frontdesk_domain::{CallerId, Timestamp};

use crate::StoreError;

/// A temporary closure, and who set it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// The span of time, and the message to callers.
    pub closure: Closure,
    /// Who set it.
    pub by: String,
}

/// A caller who is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    /// The caller; [`CallerId::Withheld`] for all callers who withhold their number.
    pub caller: CallerId,
    /// Who blocked it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Stores closures and blocked callers.
#[async_trait]
pub trait OverrideStore: Send + Sync {
    /// The closure that was set last, even if it is over; `None` if the company has been opened since.
    async fn closed(&self) -> Result<Option<Closed>, StoreError>;

    /// Closes the company, or opens it.
    async fn set_closed(&self, closed: Option<&Closed>) -> Result<(), StoreError>;

    /// Every blocked caller, most recently blocked first.
    async fn blocked(&self) -> Result<Vec<Blocked>, StoreError>;

    /// Blocks a caller. Returns whether the block is new; an existing block stays unchanged.
    async fn block(&self, blocked: &Blocked) -> Result<bool, StoreError>;

    /// Unblocks a caller. Returns whether there was a block.
    async fn unblock(&self, caller: &CallerId) -> Result<bool, StoreError>;
}
