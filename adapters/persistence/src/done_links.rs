//! Links in e-mails that mark a call done, in a database.
use async_trait::async_trait;
use frontdesk_domain::Timestamp;
use frontdesk_ports::{DoneLink, DoneLinks, StoreError};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, TransactionTrait};

use crate::SqlLog;
use crate::entity::{call, done_link};
use crate::error::{corrupt, failed};
use crate::mapping::{millis, timestamp};
use crate::transaction::immediate;

#[async_trait]
impl DoneLinks for SqlLog {
    async fn add_link(&self, link: &DoneLink, expired: Timestamp) -> Result<bool, StoreError> {
        let tx = self.db.writer.begin_with_options(immediate()).await.map_err(failed)?;
        let old = done_link::Column::CreatedAt.lt(millis(expired));
        done_link::Entity::delete_many().filter(old).exec(&tx).await.map_err(failed)?;
        let known = call::Entity::find_by_id(link.call.to_string()).one(&tx).await.map_err(failed)?.is_some();
        if known {
            let row = done_link::ActiveModel {
                secret_hash: Set(link.secret_hash.clone()),
                call_id: Set(link.call.to_string()),
                recipient: Set(link.recipient.clone()),
                created_at: Set(millis(link.created_at)),
            };
            done_link::Entity::insert(row).exec_without_returning(&tx).await.map_err(failed)?;
        }
        tx.commit().await.map_err(failed)?;
        Ok(known)
    }

    async fn link(&self, secret_hash: &str) -> Result<Option<DoneLink>, StoreError> {
        let row = done_link::Entity::find_by_id(secret_hash).one(&self.db.reader).await.map_err(failed)?;
        row.map(|row| {
            let call =
                row.call_id.parse().map_err(|why| corrupt("done_links", "call_id", &row.call_id, why))?;
            let created_at = timestamp(row.created_at, "done_links", &row.call_id)?;
            Ok(DoneLink { secret_hash: row.secret_hash, call, recipient: row.recipient, created_at })
        })
        .transpose()
    }

    async fn use_link(&self, secret_hash: &str) -> Result<bool, StoreError> {
        let used =
            done_link::Entity::delete_by_id(secret_hash).exec(&self.db.writer).await.map_err(failed)?;
        Ok(used.rows_affected > 0)
    }
}
