//! Follow-up on calls: what the office does about them.
use async_trait::async_trait;
use frontdesk_domain::CallId;

use crate::work::{BasedOn, WorkChange, WorkRefused};
use crate::{Actor, CallRecord, StoreError};

/// Why a change could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkError {
    /// There is no such call.
    #[error("there is no such call")]
    None,
    /// The change was refused.
    #[error(transparent)]
    Refused(#[from] WorkRefused),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The call of a link in an e-mail, and who got the e-mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedCall {
    /// The call.
    pub record: CallRecord,
    /// The recipient of the e-mail.
    pub recipient: String,
}

/// Changes the follow-up of calls.
#[async_trait]
pub trait WorkOnCalls: Send + Sync {
    /// Changes a call's follow-up on behalf of a user or program. `based_on` is the state that the decision was based on.
    /// Returns the updated call.
    async fn change(
        &self,
        actor: &Actor,
        call: CallId,
        based_on: BasedOn,
        change: WorkChange,
    ) -> Result<CallRecord, WorkError>;

    /// The call of a link that is still valid.
    async fn linked_call(&self, secret: &str) -> Result<Option<LinkedCall>, StoreError>;

    /// Marks the call of a link done, once, on behalf of the e-mail's recipient. [`WorkError::None`] if the link is not valid.
    async fn done_by_link(&self, secret: &str) -> Result<CallRecord, WorkError>;
}
