//! Stored figures of whole days. They are valid up to a change of the log, the cursor; days with later changes are deleted
//! before the figures are read.
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use async_trait::async_trait;
use frontdesk_ports::{
    CallFigures, CallLog, Change, DAY_MS, DailyFigures, Figures, StoreError, affected_days,
};
use sea_orm::sea_query::{Expr, OnConflict, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, TransactionTrait,
};

use crate::SqlLog;
use crate::entity::{call, daily_figures, figures_cursor};
use crate::error::failed;
use crate::mapping::number_of;
use crate::transaction::immediate;

/// The alias of the day in a result.
const DAY: &str = "day";
/// The id of the cursor's only row.
const ONE: i32 = 1;

#[async_trait]
impl DailyFigures for SqlLog {
    async fn stored_days(&self, days: Range<i64>) -> Result<BTreeMap<i64, Figures>, StoreError> {
        let latest = self.latest_change().await?;
        let looked_at = cursor(&self.db.reader).await?;
        if looked_at < number_of(latest) {
            self.forget_changed_days(looked_at, latest).await?;
        }
        let within = daily_figures::Entity::find()
            .filter(daily_figures::Column::Day.gte(days.start))
            .filter(daily_figures::Column::Day.lt(days.end));
        let rows = within.all(&self.db.reader).await.map_err(failed)?;
        // Figures that another version has stored in another format are counted again.
        let read = |row: daily_figures::Model| Some((row.day, serde_json::from_str(&row.figures).ok()?));
        Ok(rows.into_iter().filter_map(read).collect())
    }

    async fn store_days(&self, figures: &[(i64, &Figures)], as_of: Change) -> Result<(), StoreError> {
        let rows = figures.iter().filter_map(|(day, figures)| {
            let figures = serde_json::to_string(figures).ok()?;
            Some(daily_figures::ActiveModel { day: Set(*day), figures: Set(figures) })
        });
        let rows: Vec<_> = rows.collect();
        if rows.is_empty() {
            return Ok(());
        }
        let tx = self.db.writer.begin_with_options(immediate()).await.map_err(failed)?;
        if lock_cursor(&tx).await? <= number_of(as_of) {
            let known = OnConflict::column(daily_figures::Column::Day)
                .update_column(daily_figures::Column::Figures)
                .to_owned();
            let insert = daily_figures::Entity::insert_many(rows).on_conflict(known);
            insert.exec_without_returning(&tx).await.map_err(failed)?;
        }
        tx.commit().await.map_err(failed)
    }
}

impl SqlLog {
    /// Moves the cursor to the latest change, and deletes the days with calls that have changed since.
    async fn forget_changed_days(&self, looked_at: i64, latest: Change) -> Result<(), StoreError> {
        loop {
            // Read before the cursor is locked, which blocks others. While nothing is stored, the changed days are not needed.
            let was_empty = is_empty(&self.db.reader).await?;
            let changed = if was_empty {
                BTreeSet::new()
            } else {
                affected_days(&self.days_changed(Change(looked_at.unsigned_abs())).await?)
            };
            let tx = self.db.writer.begin_with_options(immediate()).await.map_err(failed)?;
            let moved_to = lock_cursor(&tx).await?;
            // Another instance may have stored its first days meanwhile.
            if was_empty && !is_empty(&tx).await? {
                tx.rollback().await.map_err(failed)?;
                continue;
            }
            let of_changed = daily_figures::Column::Day.is_in(changed);
            daily_figures::Entity::delete_many().filter(of_changed).exec(&tx).await.map_err(failed)?;
            move_cursor(&tx, Ord::max(number_of(latest), moved_to)).await?;
            return tx.commit().await.map_err(failed);
        }
    }
}

async fn is_empty(connection: &impl ConnectionTrait) -> Result<bool, StoreError> {
    Ok(daily_figures::Entity::find().one(connection).await.map_err(failed)?.is_none())
}

/// Deletes the figures of the days of these calls, which change number `change` is about to delete. Figures that are being
/// counted at the moment, including these calls, are then not stored.
pub(crate) async fn forget_days_of(
    tx: &impl ConnectionTrait,
    calls: &[String],
    change: i64,
) -> Result<(), StoreError> {
    let looked_at = lock_cursor(tx).await?;
    let mut of_calls = Query::select();
    of_calls.expr_as(Expr::cust(format!("started_at / {DAY_MS}")), DAY).distinct().from(call::Entity);
    of_calls.and_where(call::Column::StartedAt.is_not_null());
    let changed = call::Column::Change.gt(looked_at);
    of_calls.cond_where(Condition::any().add(call::Column::Id.is_in(calls)).add(changed));
    let rows = tx.query_all(&of_calls).await.map_err(failed)?;
    let days = rows.iter().map(|row| row.try_get::<i64>("", DAY)).collect::<Result<_, _>>();
    let of_days = daily_figures::Column::Day.is_in(affected_days(&days.map_err(failed)?));
    daily_figures::Entity::delete_many().filter(of_days).exec(tx).await.map_err(failed)?;
    move_cursor(tx, Ord::max(change, looked_at)).await
}

async fn move_cursor(tx: &impl ConnectionTrait, change: i64) -> Result<(), StoreError> {
    let row = figures_cursor::ActiveModel { id: Set(ONE), change: Set(change) };
    figures_cursor::Entity::update(row).exec(tx).await.map(|_| ()).map_err(failed)
}

async fn cursor(connection: &impl ConnectionTrait) -> Result<i64, StoreError> {
    let row = figures_cursor::Entity::find_by_id(ONE).one(connection).await.map_err(failed)?;
    Ok(row.map_or(0, |row| row.change))
}

/// Reads the cursor and locks it until the transaction ends.
async fn lock_cursor(tx: &impl ConnectionTrait) -> Result<i64, StoreError> {
    use sea_orm::QuerySelect;
    let row = figures_cursor::Entity::find_by_id(ONE).lock_exclusive().one(tx).await.map_err(failed)?;
    Ok(row.map_or(0, |row| row.change))
}
