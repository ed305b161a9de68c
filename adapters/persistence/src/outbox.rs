//! The outbox on a database: rows that one deliverer at a time may take.
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_trait::async_trait;
use frontdesk_domain::Timestamp;
use frontdesk_ports::{
    Change, Delivery, DeliveryReport, DeliveryStatus, LeasedDelivery, Outbox, StoreError, Tried,
};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    TransactionTrait,
};

use crate::SqlLog;
use crate::entity::job_state::JobState;
use crate::entity::{call, delivery, outbox_cursor, outbox_recipient};
use crate::error::{corrupt, failed};
use crate::mapping::{millis, number_of, timestamp};
use crate::transaction::immediate;

/// The only row of the cursor.
const ONLY: i32 = 1;

#[async_trait]
impl Outbox for SqlLog {
    async fn looked_at(&self) -> Result<Option<Change>, StoreError> {
        let row = outbox_cursor::Entity::find_by_id(ONLY).one(&self.db.reader).await.map_err(failed)?;
        row.map(|row| u64::try_from(row.change).map(Change))
            .transpose()
            .map_err(|why| corrupt("outbox_cursor", "change", "1", why))
    }

    async fn recipients(
        &self,
        names: &[String],
        now: Timestamp,
    ) -> Result<BTreeMap<String, Timestamp>, StoreError> {
        use outbox_recipient::Column::Name;
        let new = names
            .iter()
            .map(|name| outbox_recipient::ActiveModel { name: Set(name.clone()), since: Set(millis(now)) });
        let before = OnConflict::column(Name).do_nothing().to_owned();
        if !names.is_empty() {
            let insert = outbox_recipient::Entity::insert_many(new).on_conflict(before);
            match insert.exec_without_returning(&self.db.writer).await {
                Ok(_) | Err(DbErr::RecordNotInserted) => {}
                Err(error) => return Err(failed(error)),
            }
        }
        let known = outbox_recipient::Entity::find().filter(Name.is_in(names)).all(&self.db.writer).await;
        let since = |row: outbox_recipient::Model| {
            Ok((row.name.clone(), timestamp(row.since, "outbox_recipients", &row.name)?))
        };
        known.map_err(failed)?.into_iter().map(since).collect()
    }

    async fn queue(&self, deliveries: &[Delivery], up_to: Change, now: Timestamp) -> Result<(), StoreError> {
        let tx = self.db.writer.begin_with_options(immediate()).await.map_err(failed)?;
        let wanted: BTreeSet<String> = deliveries.iter().map(|delivery| delivery.call.to_string()).collect();
        let known: BTreeSet<String> = call::Entity::find()
            .select_only()
            .column(call::Column::Id)
            .filter(call::Column::Id.is_in(wanted))
            .into_tuple::<String>()
            .all(&tx)
            .await
            .map_err(failed)?
            .into_iter()
            .collect();
        // Deleted calls cause no notifications.
        let rows = deliveries.iter().filter(|delivery| known.contains(&delivery.call.to_string()));
        let rows: Vec<_> = rows.map(|delivery| row_of(delivery, now)).collect();
        if !rows.is_empty() {
            let before = OnConflict::column(delivery::Column::Key).do_nothing().to_owned();
            let insert = delivery::Entity::insert_many(rows).on_conflict(before);
            match insert.exec_without_returning(&tx).await {
                Ok(_) | Err(DbErr::RecordNotInserted) => {}
                Err(error) => return Err(failed(error)),
            }
        }
        let cursor = outbox_cursor::ActiveModel { id: Set(ONLY), change: Set(number_of(up_to)) };
        let on = OnConflict::column(outbox_cursor::Column::Id)
            .update_column(outbox_cursor::Column::Change)
            // Another instance may have looked further.
            .action_and_where(
                Expr::col((outbox_cursor::Entity, outbox_cursor::Column::Change)).lt(number_of(up_to)),
            )
            .to_owned();
        let insert = outbox_cursor::Entity::insert(cursor).on_conflict(on);
        match insert.exec_without_returning(&tx).await {
            Ok(_) | Err(DbErr::RecordNotInserted) => {}
            Err(error) => return Err(failed(error)),
        }
        tx.commit().await.map_err(failed)
    }

    async fn take_deliveries(
        &self,
        recipients: &[String],
        now: Timestamp,
        lease: Duration,
        limit: u16,
    ) -> Result<Vec<LeasedDelivery>, StoreError> {
        use delivery::Column::{Attempt, DueAt, Key, Recipient, State};
        let tx = self.db.writer.begin_with_options(immediate()).await.map_err(failed)?;
        let wanted = delivery::Entity::find()
            .filter(State.is_in(JobState::OPEN))
            .filter(DueAt.lte(millis(now)))
            .filter(Recipient.is_in(recipients))
            .order_by_asc(DueAt)
            .limit(u64::from(limit));
        let wanted = match tx.get_database_backend() {
            sea_orm::DbBackend::Postgres => wanted.lock_with_behavior(
                sea_orm::sea_query::LockType::Update,
                sea_orm::sea_query::LockBehavior::SkipLocked,
            ),
            _ => wanted,
        };
        let rows = wanted.all(&tx).await.map_err(failed)?;
        let taken: Vec<LeasedDelivery> = rows.iter().map(leased).collect::<Result<_, _>>()?;
        if !rows.is_empty() {
            delivery::Entity::update_many()
                .col_expr(State, Expr::value(JobState::Leased))
                .col_expr(DueAt, Expr::value(millis(now + lease)))
                .col_expr(Attempt, Expr::col(Attempt).add(1))
                .filter(Key.is_in(rows.iter().map(|row| row.key.clone())))
                .exec(&tx)
                .await
                .map_err(failed)?;
        }
        tx.commit().await.map_err(failed)?;
        Ok(taken)
    }

    async fn finish_delivery(&self, leased: &LeasedDelivery, tried: &Tried) -> Result<bool, StoreError> {
        use delivery::Column::{Attempt, DueAt, Key, LastError, State};
        let (state, due, why) = match tried {
            Tried::Delivered => (JobState::Done, None, None),
            Tried::Again(due, why) => (JobState::Waiting, Some(*due), Some(why.clone())),
            Tried::Failed(why) => (JobState::Failed, None, Some(why.clone())),
        };
        let mut update = delivery::Entity::update_many()
            .col_expr(State, Expr::value(state))
            .col_expr(LastError, Expr::value(why))
            .filter(Key.eq(leased.delivery.key()))
            .filter(State.eq(JobState::Leased))
            .filter(Attempt.eq(i64::from(leased.attempt)));
        if let Some(due) = due {
            update = update.col_expr(DueAt, Expr::value(millis(due)));
        }
        Ok(update.exec(&self.db.writer).await.map_err(failed)?.rows_affected == 1)
    }

    async fn next_delivery(&self) -> Result<Option<Timestamp>, StoreError> {
        let due: Option<Option<i64>> = delivery::Entity::find()
            .filter(delivery::Column::State.is_in(JobState::OPEN))
            .select_only()
            .column_as(delivery::Column::DueAt.min(), "due")
            .into_tuple()
            .one(&self.db.reader)
            .await
            .map_err(failed)?;
        due.flatten().map(|due| timestamp(due, "deliveries", "next")).transpose()
    }

    async fn deliveries(&self, limit: u16) -> Result<Vec<DeliveryReport>, StoreError> {
        let newest = delivery::Entity::find()
            .order_by_desc(delivery::Column::QueuedAt)
            .order_by_desc(delivery::Column::Key)
            .limit(u64::from(limit));
        newest.all(&self.db.reader).await.map_err(failed)?.iter().map(state_of).collect()
    }

    async fn redeliver(
        &self,
        since: Timestamp,
        only_failed: bool,
        recipient: Option<&str>,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        use delivery::Column::{Attempt, DueAt, QueuedAt, Recipient, State};
        let states =
            if only_failed { vec![JobState::Failed] } else { vec![JobState::Failed, JobState::Done] };
        let mut update = delivery::Entity::update_many()
            .col_expr(State, Expr::value(JobState::Waiting))
            .col_expr(DueAt, Expr::value(millis(now)))
            .col_expr(QueuedAt, Expr::value(millis(now)))
            .col_expr(Attempt, Expr::value(0))
            .filter(State.is_in(states))
            .filter(QueuedAt.gte(millis(since)));
        if let Some(recipient) = recipient {
            update = update.filter(Recipient.eq(recipient));
        }
        Ok(update.exec(&self.db.writer).await.map_err(failed)?.rows_affected)
    }
}

fn row_of(of: &Delivery, now: Timestamp) -> delivery::ActiveModel {
    delivery::ActiveModel {
        key: Set(of.key()),
        call_id: Set(of.call.to_string()),
        kind: Set(of.kind.as_str().to_owned()),
        recipient: Set(of.recipient.clone()),
        state: Set(JobState::Waiting),
        queued_at: Set(millis(now)),
        due_at: Set(millis(now)),
        attempt: Set(0),
        last_error: Set(None),
    }
}

fn delivery_of(row: &delivery::Model) -> Result<Delivery, StoreError> {
    Ok(Delivery {
        call: row.call_id.parse().map_err(|why| corrupt("deliveries", "call_id", &row.key, why))?,
        kind: row.kind.parse().map_err(|why| corrupt("deliveries", "occasion", &row.key, why))?,
        recipient: row.recipient.clone(),
    })
}

/// The row as it was read; taking it has counted one attempt more.
fn leased(row: &delivery::Model) -> Result<LeasedDelivery, StoreError> {
    Ok(LeasedDelivery {
        delivery: delivery_of(row)?,
        attempt: u32::try_from(row.attempt + 1)
            .map_err(|why| corrupt("deliveries", "attempt", &row.key, why))?,
        queued_at: timestamp(row.queued_at, "deliveries", &row.key)?,
    })
}

fn state_of(row: &delivery::Model) -> Result<DeliveryReport, StoreError> {
    let status = match row.state {
        JobState::Waiting | JobState::Leased => DeliveryStatus::Waiting,
        JobState::Done => DeliveryStatus::Delivered,
        JobState::Failed => DeliveryStatus::Failed,
    };
    Ok(DeliveryReport {
        delivery: delivery_of(row)?,
        queued_at: timestamp(row.queued_at, "deliveries", &row.key)?,
        attempts: u32::try_from(row.attempt)
            .map_err(|why| corrupt("deliveries", "attempt", &row.key, why))?,
        status,
        last_error: row.last_error.clone(),
    })
}
