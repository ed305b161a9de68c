//! Links in e-mails that mark a call done.
use async_trait::async_trait;
use frontdesk_domain::Timestamp;
use frontdesk_ports::{DoneLink, DoneLinks, StoreError};

use crate::MemoryLog;

#[async_trait]
impl DoneLinks for MemoryLog {
    async fn add_link(&self, link: &DoneLink, expired: Timestamp) -> Result<bool, StoreError> {
        let mut state = self.state();
        state.links.retain(|_, known| known.created_at >= expired);
        let known = state.calls.contains_key(&link.call);
        if known {
            state.links.insert(link.secret_hash.clone(), link.clone());
        }
        Ok(known)
    }

    async fn link(&self, secret_hash: &str) -> Result<Option<DoneLink>, StoreError> {
        Ok(self.state().links.get(secret_hash).cloned())
    }

    async fn use_link(&self, secret_hash: &str) -> Result<bool, StoreError> {
        Ok(self.state().links.remove(secret_hash).is_some())
    }
}
