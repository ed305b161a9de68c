//! Contacts in a database.
use std::collections::BTreeMap;

use async_trait::async_trait;
use frontdesk_ports::{Contact, ContactStore, StoreError};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, EntityTrait, TransactionTrait};

use crate::connect::Database;
use crate::entity::{change_counter, contact};
use crate::error::{corrupt, failed};
use crate::transaction::{CONTACT_CHANGES, immediate, reserve_changes_of};

/// Rows per statement: databases limit the number of bound values.
const ROWS: usize = 500;

/// Contacts in a database.
pub struct SqlContacts(Database);

impl SqlContacts {
    /// The contacts in a migrated database.
    pub fn new(db: Database) -> Self {
        Self(db)
    }
}

#[async_trait]
impl ContactStore for SqlContacts {
    async fn contacts_version(&self) -> Result<u64, StoreError> {
        let row = change_counter::Entity::find_by_id(CONTACT_CHANGES).one(&self.0.reader).await;
        let version = row.map_err(failed)?.map_or(0, |row| row.value);
        u64::try_from(version).map_err(|why| corrupt("change_counter", "value", "contacts", why))
    }

    async fn contacts(&self) -> Result<Vec<Contact>, StoreError> {
        let rows = contact::Entity::find().all(&self.0.reader).await.map_err(failed)?;
        let contact = |row: contact::Model| {
            let contact::Model { caller, name, company, note } = row;
            Contact { caller, name, company, note }
        };
        Ok(rows.into_iter().map(contact).collect())
    }

    async fn save_contacts(&self, contacts: &[Contact]) -> Result<(), StoreError> {
        use contact::Column::{Caller, Company, Name, Note};
        let tx = self.0.writer.begin_with_options(immediate()).await.map_err(failed)?;
        reserve_changes_of(CONTACT_CHANGES, &tx, 1).await.map_err(failed)?;
        // If a caller occurs several times, the last contact wins: a statement must not contain a key twice.
        let latest: BTreeMap<&str, &Contact> =
            contacts.iter().map(|contact| (contact.caller.as_str(), contact)).collect();
        let contacts: Vec<&Contact> = latest.into_values().collect();
        for contacts in contacts.chunks(ROWS) {
            let rows = contacts.iter().map(|contact| contact::ActiveModel {
                caller: Set(contact.caller.clone()),
                name: Set(contact.name.clone()),
                company: Set(contact.company.clone()),
                note: Set(contact.note.clone()),
            });
            let known = OnConflict::column(Caller).update_columns([Name, Company, Note]).to_owned();
            let insert = contact::Entity::insert_many(rows).on_conflict(known);
            insert.exec_without_returning(&tx).await.map_err(failed)?;
        }
        tx.commit().await.map_err(failed)
    }

    async fn remove_contact(&self, caller: &str) -> Result<bool, StoreError> {
        let tx = self.0.writer.begin_with_options(immediate()).await.map_err(failed)?;
        reserve_changes_of(CONTACT_CHANGES, &tx, 1).await.map_err(failed)?;
        let removed = contact::Entity::delete_by_id(caller).exec(&tx).await.map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(removed.rows_affected > 0)
    }
}
