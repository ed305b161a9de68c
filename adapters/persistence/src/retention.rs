//! Deletes calls in one transaction. A hash of each call's leg remains, so that late events do not bring a call back.
use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use frontdesk_domain::{CallId, LegId, PhoneAddress, Timestamp};
use frontdesk_ports::{CallRecord, RetentionStore, Share, StoreError};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, Statement, TransactionTrait,
};
use sha2::{Digest, Sha256};

use crate::SqlLog;
use crate::entity::{call, call_event, call_phone, job, tombstone};
use crate::error::failed;
use crate::like::containing;
use crate::mapping::{millis, record_of};
use crate::read::daily_figures::forget_days_of;
use crate::transaction::{immediate, reserve_changes};

/// The kind of the events that name the phones that were rung.
const FORWARD: &str = "forward";
/// The kind of the events that contain transcripts.
const TRANSCRIBED: &str = "transcribed";

/// The hash that remains of a deleted call.
pub(crate) fn tombstone_of(leg: &LegId) -> String {
    hex::encode(Sha256::digest(leg.to_string()))
}

/// Attempts to empty the write-ahead log while others read, and the pause between them.
const CHECKPOINT_TRIES: u32 = 20;
const CHECKPOINT_PAUSE: Duration = Duration::from_millis(100);

impl SqlLog {
    /// Empties the write-ahead log; `false` if a reader still uses it.
    async fn checkpoint(&self) -> Result<bool, StoreError> {
        let checkpoint = Statement::from_string(DbBackend::Sqlite, "PRAGMA wal_checkpoint(TRUNCATE)");
        let row = self.db.writer.query_one_raw(checkpoint).await.map_err(failed)?;
        let busy: i64 = row.map(|row| row.try_get_by_index(0)).transpose().map_err(failed)?.unwrap_or(0);
        Ok(busy == 0)
    }
}

impl SqlLog {
    /// All spellings of a phone in the log, which stores addresses as the flow spells them.
    async fn phones_of(&self, identity: &str) -> Result<BTreeSet<String>, StoreError> {
        let rung: Vec<String> = call_phone::Entity::find()
            .select_only()
            .column(call_phone::Column::Number)
            .distinct()
            .into_tuple()
            .all(&self.db.reader)
            .await
            .map_err(failed)?;
        let is_same =
            |phone: &String| phone.parse().is_ok_and(|phone: PhoneAddress| phone.identity() == identity);
        Ok(rung.into_iter().filter(is_same).chain([identity.to_owned()]).collect())
    }
}

#[async_trait]
impl RetentionStore for SqlLog {
    async fn count_before(&self, before: Timestamp) -> Result<(u64, u64), StoreError> {
        let all = call::Entity::find().count(&self.db.reader).await.map_err(failed)?;
        let old = call::Entity::find().filter(call::Column::Id.lt(CallId::floor(before).to_string()));
        Ok((all, old.count(&self.db.reader).await.map_err(failed)?))
    }

    async fn calls_before(
        &self,
        before: Timestamp,
        after: Option<CallId>,
        limit: u16,
    ) -> Result<Vec<CallRecord>, StoreError> {
        let mut old = call::Entity::find().filter(call::Column::Id.lt(CallId::floor(before).to_string()));
        if let Some(after) = after {
            old = old.filter(call::Column::Id.gt(after.to_string()));
        }
        let rows = old.order_by_asc(call::Column::Id).limit(u64::from(limit)).all(&self.db.reader).await;
        rows.map_err(failed)?.iter().map(record_of).collect()
    }

    async fn calls_of_number(&self, number: &str, limit: u16) -> Result<Vec<CallRecord>, StoreError> {
        let phones = self.phones_of(number).await?;
        // A phone that was to ring and did not is named in the event only. There is no index for it, because this query is rare.
        let names = |phone: &String| call_event::Column::Detail.like(containing(&format!("\"{phone}\"")));
        let rung = call_event::Entity::find()
            .select_only()
            .column(call_event::Column::CallId)
            .filter(call_event::Column::Kind.eq(FORWARD))
            .filter(phones.iter().map(names).fold(Condition::any(), Condition::add))
            .into_query();
        let of_calls = Condition::any()
            .add(call::Column::FromNumber.eq(number))
            .add(call::Column::ForwardedTo.is_in(&phones))
            .add(call::Column::Id.in_subquery(rung));
        let rows = call::Entity::find()
            .filter(of_calls)
            .order_by_asc(call::Column::Id)
            .limit(u64::from(limit))
            .all(&self.db.reader)
            .await;
        rows.map_err(failed)?.iter().map(record_of).collect()
    }

    async fn delete_calls(&self, calls: &[CallRecord]) -> Result<(), StoreError> {
        if calls.is_empty() {
            return Ok(());
        }
        let ids: Vec<String> = calls.iter().map(|record| record.id.to_string()).collect();
        let tx = self.db.writer.begin_with_options(immediate()).await.map_err(failed)?;
        // Invalidates the writer's cache.
        let change = reserve_changes(&tx, 1).await.map_err(failed)? + 1;
        forget_days_of(&tx, &ids, i64::try_from(change).unwrap_or(i64::MAX)).await?;
        call_event::Entity::delete_many()
            .filter(call_event::Column::CallId.is_in(&ids))
            .exec(&tx)
            .await
            .map_err(failed)?;
        job::Entity::delete_many().filter(job::Column::CallId.is_in(&ids)).exec(&tx).await.map_err(failed)?;
        call::Entity::delete_many().filter(call::Column::Id.is_in(&ids)).exec(&tx).await.map_err(failed)?;
        let stones =
            calls.iter().map(|record| tombstone::ActiveModel { leg: Set(tombstone_of(&record.leg)) });
        tombstone::Entity::insert_many(stones)
            .on_conflict(OnConflict::column(tombstone::Column::Leg).do_nothing().to_owned())
            .exec_without_returning(&tx)
            .await
            .map_err(failed)?;
        tx.commit().await.map_err(failed)
    }

    async fn delete_raw_before(&self, before: Timestamp, most: Option<Share>) -> Result<u64, StoreError> {
        let with_raw = || call_event::Entity::find().filter(call_event::Column::Raw.is_not_null());
        let mut before = millis(before);
        if let Some(share) = most {
            let all = with_raw().count(&self.db.reader).await.map_err(failed)?;
            let next = with_raw().order_by_asc(call_event::Column::At).offset(share.of(all));
            let next = next.select_only().column(call_event::Column::At).into_tuple::<i64>();
            let next = next.one(&self.db.reader).await.map_err(failed)?;
            before = next.map_or(before, |next| before.min(next));
        }
        let result = call_event::Entity::update_many()
            .col_expr(call_event::Column::Raw, Expr::value(Option::<String>::None))
            .filter(call_event::Column::At.lt(before))
            .filter(call_event::Column::Raw.is_not_null())
            .exec(&self.db.writer)
            .await;
        Ok(result.map_err(failed)?.rows_affected)
    }

    async fn delete_transcripts_before(&self, before: Timestamp) -> Result<u64, StoreError> {
        let tx = self.db.writer.begin_with_options(immediate()).await.map_err(failed)?;
        // Invalidates the writer's cache.
        reserve_changes(&tx, 1).await.map_err(failed)?;
        let deleted = call_event::Entity::delete_many()
            .filter(call_event::Column::At.lt(millis(before)))
            .filter(call_event::Column::Kind.eq(TRANSCRIBED))
            .exec(&tx)
            .await
            .map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(deleted.rows_affected)
    }

    async fn erase_mentions(&self, number: &str) -> Result<u64, StoreError> {
        self.erase_texts_with(number).await
    }

    async fn scrub(&self) -> Result<(), StoreError> {
        if self.db.writer.get_database_backend() == DbBackend::Sqlite {
            // `secure_delete` has overwritten what was deleted; this takes it out of the write-ahead log as well.
            for _ in 0..CHECKPOINT_TRIES {
                if self.checkpoint().await? {
                    return Ok(());
                }
                tokio::time::sleep(CHECKPOINT_PAUSE).await;
            }
            let why = "the write-ahead log still holds what was deleted, because another program reads the database; close it and run this again";
            return Err(StoreError::Unavailable(why.into()));
        }
        Ok(())
    }
}
