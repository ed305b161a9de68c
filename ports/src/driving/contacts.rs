//! Contacts: looked up by everything that shows a caller, and changed by people.
use std::sync::Arc;

use async_trait::async_trait;

use crate::model::contact::{BadContact, Contact, ContactBook};
use crate::{Actor, StoreError};

/// Why a change was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContactError {
    /// The contact cannot be saved.
    #[error(transparent)]
    Bad(#[from] BadContact),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Manages the names of callers. Changes are audited, without numbers and names.
#[async_trait]
pub trait ManageContacts: Send + Sync {
    /// Every contact, from memory.
    fn book(&self) -> Arc<ContactBook>;

    /// Adds contacts and replaces those of the same callers.
    async fn save(&self, actor: &Actor, contacts: Vec<Contact>) -> Result<(), ContactError>;

    /// Removes the contact of a caller, and returns it if there was one.
    async fn remove(&self, actor: &Actor, caller: &str) -> Result<Option<Contact>, ContactError>;
}
