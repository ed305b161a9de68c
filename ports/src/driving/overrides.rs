//! What callers meet: the flow in force, and what people have decided beside it.
use std::sync::Arc;

use async_trait::async_trait;
use frontdesk_domain::dialogue::Closure;
use frontdesk_domain::{CallFlow, CallerId, Timestamp};

use crate::{Actor, Blocked, Closed, StoreError};

/// The longest message to callers during a closure, in characters.
pub const LONGEST_CLOSURE: usize = 1000;

/// A decision was not taken.
#[derive(Debug, thiserror::Error)]
pub enum OverrideError {
    /// The end of a closure is over already.
    #[error("the company cannot be closed until a time that has passed")]
    Over,
    /// The message to callers is too long.
    #[error("the message to callers has at most {LONGEST_CLOSURE} characters")]
    TooLong,
    /// One of our own numbers.
    #[error("a number of our own cannot be blocked")]
    OwnNumber,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Sets overrides. Each change is audited and applies to the next call.
#[async_trait]
pub trait ManageOverrides: Send + Sync {
    /// The flow in force.
    fn flow(&self) -> Arc<CallFlow>;

    /// The closure that holds now or is still to come.
    async fn closed(&self) -> Result<Option<Closed>, StoreError>;

    /// The closure in effect now, from memory.
    fn closure_now(&self) -> Option<Closure>;

    /// Closes the company until a time; callers hear `say` first.
    async fn close(&self, actor: &Actor, until: Timestamp, say: Option<String>) -> Result<(), OverrideError>;

    /// Opens it again; whether it was closed.
    async fn open(&self, actor: &Actor) -> Result<bool, OverrideError>;

    /// Everybody who is refused, the last blocked first.
    async fn blocked(&self) -> Result<Vec<Blocked>, StoreError>;

    /// Refuses a caller from now on; whether they were not refused before. `subject` names the call it was decided by,
    /// for the trail holds no numbers.
    async fn block(&self, actor: &Actor, caller: &CallerId, subject: &str) -> Result<bool, OverrideError>;

    /// Takes a caller's block off; whether there was one.
    async fn unblock(&self, actor: &Actor, caller: &CallerId, subject: &str) -> Result<bool, OverrideError>;
}
