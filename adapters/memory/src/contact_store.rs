//! Contacts in memory.
use std::collections::BTreeMap;

use async_trait::async_trait;
use frontdesk_ports::{Contact, ContactStore, StoreError};
use parking_lot::Mutex;

/// Contacts in memory.
#[derive(Default)]
pub struct MemoryContacts(Mutex<State>);

#[derive(Default)]
struct State {
    version: u64,
    contacts: BTreeMap<String, Contact>,
}

#[async_trait]
impl ContactStore for MemoryContacts {
    async fn contacts_version(&self) -> Result<u64, StoreError> {
        Ok(self.0.lock().version)
    }

    async fn contacts(&self) -> Result<Vec<Contact>, StoreError> {
        Ok(self.0.lock().contacts.values().cloned().collect())
    }

    async fn save_contacts(&self, contacts: &[Contact]) -> Result<(), StoreError> {
        let mut state = self.0.lock();
        state.version += 1;
        state.contacts.extend(contacts.iter().map(|contact| (contact.caller.clone(), contact.clone())));
        Ok(())
    }

    async fn remove_contact(&self, caller: &str) -> Result<bool, StoreError> {
        let mut state = self.0.lock();
        state.version += 1;
        Ok(state.contacts.remove(caller).is_some())
    }
}
