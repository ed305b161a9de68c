//! Links in e-mails that mark a call done, once.
use async_trait::async_trait;
use frontdesk_domain::{CallId, Timestamp};

use crate::StoreError;

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoneLink {
    /// SHA-256 of the secret in the link; the secret itself is only in the e-mail.
    pub secret_hash: String,
    /// The call.
    pub call: CallId,
    /// Who got the e-mail.
    pub recipient: String,
    /// When it was written.
    pub created_at: Timestamp,
}

/// Keeps links until they are used, or too old. Links of calls that are forgotten are forgotten with them.
#[async_trait]
pub trait DoneLinks: Send + Sync {
    /// Adds a link, and forgets those written before `expired`. `false` if the call is not known.
    async fn add_link(&self, link: &DoneLink, expired: Timestamp) -> Result<bool, StoreError>;

    /// The link with that secret.
    async fn link(&self, secret_hash: &str) -> Result<Option<DoneLink>, StoreError>;

    /// Removes a link; whether it was there: of several uses at once, one is the first.
    async fn use_link(&self, secret_hash: &str) -> Result<bool, StoreError>;
}
