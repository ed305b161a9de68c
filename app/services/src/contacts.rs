//! Contacts, held in memory, so that callers are named without a database query.
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use frontdesk_ports::{
    Actor, AuditAction, AuditEntry, AuditTrail, BadContact, Clock, Contact, ContactBook, ContactError,
    ContactStore, MAX_CONTACTS, ManageContacts, StoreError,
};
use parking_lot::RwLock;

/// How often the store is polled for changes made by other instances.
const REFRESH: Duration = Duration::from_secs(3);

/// The contacts of a store.
pub struct Contacts {
    store: Arc<dyn ContactStore>,
    trail: Arc<dyn AuditTrail>,
    clock: Arc<dyn Clock>,
    known: RwLock<(Option<u64>, Arc<ContactBook>)>,
}

impl Contacts {
    /// The contacts of `store`; empty until the first refresh.
    pub fn new(store: Arc<dyn ContactStore>, trail: Arc<dyn AuditTrail>, clock: Arc<dyn Clock>) -> Self {
        Self { store, trail, clock, known: RwLock::default() }
    }

    /// Reads the contacts if they have changed.
    pub async fn refresh(&self) -> Result<(), StoreError> {
        // The version is read first, so that the next refresh picks up a change between the two reads.
        let version = self.store.contacts_version().await?;
        if self.known.read().0 != Some(version) {
            let book = Arc::new(ContactBook::new(self.store.contacts().await?));
            *self.known.write() = (Some(version), book);
        }
        Ok(())
    }

    /// Refreshes periodically; never returns.
    pub async fn run(&self) {
        let mut failing = false;
        loop {
            let refreshed = self.refresh().await;
            if let (Err(error), false) = (&refreshed, failing) {
                tracing::warn!("contacts could not be refreshed; the last known ones stay in use: {error}");
            }
            failing = refreshed.is_err();
            tokio::time::sleep(REFRESH).await;
        }
    }

    async fn note(
        &self,
        Actor(actor): &Actor,
        action: AuditAction,
        subject: String,
    ) -> Result<(), StoreError> {
        self.trail.record(AuditEntry { at: self.clock.now(), actor: actor.clone(), action, subject }).await
    }
}

#[async_trait]
impl ManageContacts for Contacts {
    fn book(&self) -> Arc<ContactBook> {
        self.known.read().1.clone()
    }

    async fn save(&self, actor: &Actor, contacts: Vec<Contact>) -> Result<(), ContactError> {
        self.refresh().await?;
        let book = self.book();
        let added = contacts.iter().filter(|contact| book.of(&contact.caller).is_none()).count();
        if book.len() + added > MAX_CONTACTS {
            return Err(BadContact::TooMany.into());
        }
        let subject = format!("{} contacts, {added} new", contacts.len());
        self.note(actor, AuditAction::ContactsSaved, subject).await?;
        self.store.save_contacts(&contacts).await?;
        Ok(self.refresh().await?)
    }

    async fn remove(&self, actor: &Actor, caller: &str) -> Result<Option<Contact>, ContactError> {
        self.refresh().await?;
        let Some(contact) = self.book().of(caller).cloned() else { return Ok(None) };
        self.note(actor, AuditAction::ContactRemoved, "a contact".to_owned()).await?;
        self.store.remove_contact(caller).await?;
        self.refresh().await?;
        Ok(Some(contact))
    }
}

#[cfg(test)]
mod tests {
    use adapters_memory::{ManualClock, MemoryContacts, MemoryOperationsLog};
    use frontdesk_ports::AuditQuery;

    use super::*;

    #[tokio::test]
    async fn a_contact_is_visible_at_once_here_and_after_a_refresh_elsewhere() {
        let (store, trail) = (Arc::new(MemoryContacts::default()), Arc::new(MemoryOperationsLog::default()));
        let clock = Arc::new(ManualClock::at("2026-11-28T09:00:00Z".parse().unwrap()));
        let here = Contacts::new(store.clone(), trail.clone(), clock.clone());
        let other = Contacts::new(store, trail.clone(), clock);
        other.refresh().await.unwrap();
        let (ann, actor) = ("+33123456789", Actor("ann".into()));
        let contact = Contact::read(ann, "Ann Miller", "", "", "").unwrap();
        here.save(&actor, vec![contact.clone()]).await.unwrap();
        assert_eq!(here.book().of(ann), Some(&contact));
        assert_eq!(other.book().of(ann), None);
        other.refresh().await.unwrap();
        assert_eq!(other.book().of(ann), Some(&contact));
        assert_eq!(other.remove(&actor, ann).await.unwrap(), Some(contact));
        assert_eq!(other.remove(&actor, ann).await.unwrap(), None);
        here.refresh().await.unwrap();
        assert!(here.book().is_empty());
        let entries = trail.entries(&AuditQuery { limit: 9, ..AuditQuery::default() }).await.unwrap().entries;
        assert_eq!(entries.len(), 2);
        assert!(
            entries.iter().all(|entry| !entry.subject.contains("Miller") && !entry.subject.contains('+'))
        );
    }

    #[tokio::test]
    async fn contacts_above_the_limit_are_refused() {
        let (store, trail) = (Arc::new(MemoryContacts::default()), Arc::new(MemoryOperationsLog::default()));
        let clock = Arc::new(ManualClock::at("2026-11-28T09:00:00Z".parse().unwrap()));
        let contacts = Contacts::new(store, trail, clock);
        let some = |count: usize| {
            let one = |n| Contact { caller: format!("+331{n:08}"), name: "x".into(), ..Contact::default() };
            (0..count).map(one).collect::<Vec<_>>()
        };
        let actor = Actor("ann".into());
        let refused = contacts.save(&actor, some(MAX_CONTACTS + 1)).await;
        assert_eq!(refused, Err(ContactError::Bad(BadContact::TooMany)));
        contacts.save(&actor, some(MAX_CONTACTS)).await.unwrap();
        contacts.save(&actor, some(1)).await.unwrap();
        assert_eq!(contacts.book().len(), MAX_CONTACTS, "an existing contact can still be changed");
    }
}
