//! The outbox in a database: deliveries are rows of the job queue.
use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use frontdesk_domain::{CallId, Timestamp};
use frontdesk_ports::{
    Change, Delivery, DeliveryReport, DeliveryStatus, Job, Lane, Outbox, RecipientSince, StoreError,
};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, SimpleExpr};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, TransactionTrait,
};

use crate::SqlLog;
use crate::entity::job_state::JobState;
use crate::entity::{call, job, outbox_cursor, outbox_recipient};
use crate::error::{corrupt, failed};
use crate::jobs::{job_of, job_row};
use crate::like::starting_with;
use crate::mapping::{millis, number_of, timestamp};
use crate::transaction::immediate;

/// The id of the cursor's only row.
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
        now: RecipientSince,
    ) -> Result<BTreeMap<String, RecipientSince>, StoreError> {
        use outbox_recipient::Column::Name;
        let new = names.iter().map(|name| outbox_recipient::ActiveModel {
            name: Set(name.clone()),
            since: Set(millis(now.at)),
            since_change: Set(number_of(now.change)),
        });
        let before = OnConflict::column(Name).do_nothing().to_owned();
        if !names.is_empty() {
            let insert = outbox_recipient::Entity::insert_many(new).on_conflict(before);
            inserted(insert.exec_without_returning(&self.db.writer).await)?;
        }
        let known = outbox_recipient::Entity::find().filter(Name.is_in(names)).all(&self.db.writer).await;
        let since = |row: outbox_recipient::Model| {
            let change = u64::try_from(row.since_change)
                .map_err(|why| corrupt("outbox_recipients", "since_change", &row.name, why))?;
            let at = timestamp(row.since, "outbox_recipients", &row.name)?;
            Ok((row.name, RecipientSince { change: Change(change), at }))
        };
        known.map_err(failed)?.into_iter().map(since).collect()
    }

    async fn queue(
        &self,
        deliveries: &[(Delivery, Timestamp)],
        up_to: Change,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let tx = self.db.writer.begin_with_options(immediate()).await.map_err(failed)?;
        let wanted: BTreeSet<String> =
            deliveries.iter().map(|(delivery, _)| delivery.call.to_string()).collect();
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
        let queued = deliveries.iter().filter(|(delivery, _)| known.contains(&delivery.call.to_string()));
        let row = |(delivery, due): &(Delivery, Timestamp)| {
            job_row(&delivery.call.to_string(), &Job::Delivery(delivery.clone()), now, *due)
        };
        let rows: Vec<_> = queued.map(row).collect::<Result<_, _>>()?;
        if !rows.is_empty() {
            let before = OnConflict::column(job::Column::Key).do_nothing().to_owned();
            inserted(job::Entity::insert_many(rows).on_conflict(before).exec_without_returning(&tx).await)?;
        }
        let cursor = outbox_cursor::ActiveModel { id: Set(ONLY), change: Set(number_of(up_to)) };
        let on = OnConflict::column(outbox_cursor::Column::Id)
            .update_column(outbox_cursor::Column::Change)
            // Another instance may already have moved the cursor further.
            .action_and_where(
                Expr::col((outbox_cursor::Entity, outbox_cursor::Column::Change)).lt(number_of(up_to)),
            )
            .to_owned();
        let insert = outbox_cursor::Entity::insert(cursor).on_conflict(on);
        inserted(insert.exec_without_returning(&tx).await)?;
        tx.commit().await.map_err(failed)
    }

    async fn delivered(&self, calls: &[CallId]) -> Result<Vec<(Delivery, String)>, StoreError> {
        let made = job::Entity::find()
            .filter(to_recipient(None))
            .filter(job::Column::CallId.is_in(calls.iter().map(ToString::to_string)))
            .filter(job::Column::State.eq(JobState::Done));
        let rows = made.all(&self.db.reader).await.map_err(failed)?;
        rows.iter().map(|row| Ok((delivery_of(row)?, row.report.clone().unwrap_or_default()))).collect()
    }

    async fn deliveries(
        &self,
        status: Option<DeliveryStatus>,
        limit: u16,
    ) -> Result<Vec<DeliveryReport>, StoreError> {
        let states = match status {
            None => vec![JobState::Waiting, JobState::Leased, JobState::Done, JobState::Failed],
            Some(DeliveryStatus::Waiting) => JobState::OPEN.to_vec(),
            Some(DeliveryStatus::Delivered) => vec![JobState::Done],
            Some(DeliveryStatus::Failed) => vec![JobState::Failed],
        };
        let newest = job::Entity::find()
            .filter(job::Column::State.is_in(states))
            .filter(to_recipient(None))
            .order_by_desc(job::Column::QueuedAt)
            .order_by_desc(job::Column::Key)
            .limit(u64::from(limit));
        newest.all(&self.db.reader).await.map_err(failed)?.iter().map(report_of).collect()
    }

    async fn redeliver(
        &self,
        since: Timestamp,
        only_failed: bool,
        recipient: Option<&str>,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        use job::Column::{Attempt, DueAt, QueuedAt, State};
        let states =
            if only_failed { vec![JobState::Failed] } else { vec![JobState::Failed, JobState::Done] };
        let update = job::Entity::update_many()
            .col_expr(State, Expr::value(JobState::Waiting))
            .col_expr(DueAt, Expr::value(millis(now)))
            .col_expr(QueuedAt, Expr::value(millis(now)))
            .col_expr(Attempt, Expr::value(0))
            .filter(to_recipient(recipient))
            .filter(State.is_in(states))
            .filter(QueuedAt.gte(millis(since)));
        Ok(update.exec(&self.db.writer).await.map_err(failed)?.rows_affected)
    }
}

/// Deliveries to the recipients of one rule, or to all.
fn to_recipient(recipient: Option<&str>) -> SimpleExpr {
    let lane = |name: &str| Lane::Recipient(name.to_owned()).to_string();
    match recipient {
        // The individual recipients of a rule are named `NAME/ADDRESS`.
        Some(name) => job::Column::Lane
            .eq(lane(name))
            .or(job::Column::Lane.like(starting_with(&lane(&format!("{name}/"))))),
        None => job::Column::Lane.like(starting_with(&lane(""))),
    }
}

/// A conflict that leaves the existing row unchanged is not an error.
fn inserted<T>(result: Result<T, DbErr>) -> Result<(), StoreError> {
    match result {
        Ok(_) | Err(DbErr::RecordNotInserted) => Ok(()),
        Err(error) => Err(failed(error)),
    }
}

fn delivery_of(row: &job::Model) -> Result<Delivery, StoreError> {
    match job_of(row)? {
        Job::Delivery(delivery) => Ok(delivery),
        Job::Effect(_) => Err(corrupt("jobs", "lane", &row.key, "not a delivery")),
    }
}

fn report_of(row: &job::Model) -> Result<DeliveryReport, StoreError> {
    let delivery = delivery_of(row)?;
    let status = match row.state {
        JobState::Waiting | JobState::Leased => DeliveryStatus::Waiting,
        JobState::Done => DeliveryStatus::Delivered,
        JobState::Failed => DeliveryStatus::Failed,
    };
    Ok(DeliveryReport {
        delivery,
        queued_at: timestamp(row.queued_at, "jobs", &row.key)?,
        attempts: u32::try_from(row.attempt).map_err(|why| corrupt("jobs", "attempt", &row.key, why))?,
        status,
        last_error: row.last_error.clone(),
    })
}
