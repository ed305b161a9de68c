//! Links in e-mails that mark a call done, once.
use async_trait::async_trait;
use frontdesk_domain::{CallId, Timestamp};

use crate::StoreError;

/// A link in an e-mail that marks a call done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoneLink {
    /// SHA-256 of the secret in the link; the secret itself is only in the e-mail.
    pub secret_hash: String,
    /// The call.
    pub call: CallId,
    /// Who got the e-mail.
    pub recipient: String,
    /// When it was created.
    pub created_at: Timestamp,
}

/// Stores links until they are used or have expired. A call's links are deleted with the call.
#[async_trait]
pub trait DoneLinks: Send + Sync {
    /// Adds a link, and deletes those created before `expired`. `false` if the call is not known.
    async fn add_link(&self, link: &DoneLink, expired: Timestamp) -> Result<bool, StoreError>;

    /// The link with that secret.
    async fn link(&self, secret_hash: &str) -> Result<Option<DoneLink>, StoreError>;

    /// Removes a link. Returns whether it existed, so that only one of several concurrent uses succeeds.
    async fn use_link(&self, secret_hash: &str) -> Result<bool, StoreError>;
}
