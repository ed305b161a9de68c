//! The store of contacts.
use async_trait::async_trait;

use crate::{Contact, StoreError};

/// Stores contacts.
#[async_trait]
pub trait ContactStore: Send + Sync {
    /// Grows with every change of a contact.
    async fn contacts_version(&self) -> Result<u64, StoreError>;

    /// Every contact.
    async fn contacts(&self) -> Result<Vec<Contact>, StoreError>;

    /// Adds contacts and replaces those of the same callers: all or none.
    async fn save_contacts(&self, contacts: &[Contact]) -> Result<(), StoreError>;

    /// Removes the contact of a caller. Returns whether there was one.
    async fn remove_contact(&self, caller: &str) -> Result<bool, StoreError>;
}
