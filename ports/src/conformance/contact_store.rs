//! Contacts.
use crate::{Contact, ContactStore};

/// Checks every claim about the store, which must be empty.
pub async fn all(store: &dyn ContactStore) {
    let contact = |caller: &str, name: &str| Contact {
        caller: caller.to_owned(),
        name: name.to_owned(),
        company: "Miller Ltd".to_owned(),
        note: "a \"note\"\nof two lines".to_owned(),
    };
    let sorted = async || {
        let mut contacts = store.contacts().await.unwrap();
        contacts.sort();
        contacts
    };
    assert_eq!(sorted().await, []);
    let empty = store.contacts_version().await.unwrap();
    let (ann, bob) = (contact("+33123456789", "Ann"), contact("sip:bob@example.com", "Bob; é"));
    store.save_contacts(&[ann.clone(), bob.clone()]).await.unwrap();
    let two = store.contacts_version().await.unwrap();
    assert!(two > empty, "a change is noticed");
    assert_eq!(sorted().await, [ann.clone(), bob.clone()]);
    let renamed = contact("+33123456789", "Ann Miller");
    store.save_contacts(std::slice::from_ref(&renamed)).await.unwrap();
    store.save_contacts(&[]).await.unwrap();
    // An imported file may contain a number twice: the last entry counts.
    store.save_contacts(&[ann.clone(), bob.clone(), renamed.clone()]).await.unwrap();
    assert_eq!(sorted().await, [renamed.clone(), bob], "one contact per caller");
    let before = store.contacts_version().await.unwrap();
    assert!(before > two);
    assert!(store.remove_contact("sip:bob@example.com").await.unwrap());
    assert!(!store.remove_contact("sip:bob@example.com").await.unwrap());
    assert!(store.contacts_version().await.unwrap() > before, "a removal is noticed, too");
    assert_eq!(sorted().await, [renamed]);
    // More values than one SQL statement can have.
    let many: Vec<Contact> = (0..3000).map(|n| contact(&format!("+3319900{n:04}"), "One of many")).collect();
    store.save_contacts(&many).await.unwrap();
    assert_eq!(store.contacts().await.unwrap().len(), 3001);
}
