//! Figures of whole days in a table. They hold up to a change of the log, the cursor: what has changed beyond it is
//! looked at before they are read.
use std::collections::BTreeMap;
use std::ops::Range;

use async_trait::async_trait;
use frontdesk_ports::{CallFigures, CallLog, Change, DailyFigures, Figures, StoreError};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, TransactionTrait};

use crate::SqlLog;
use crate::entity::{daily_figures, figures_cursor};
use crate::error::failed;
use crate::mapping::number_of;
use crate::transaction::immediate;

/// The only row of the cursor.
const ONE: i32 = 1;

#[async_trait]
impl DailyFigures for SqlLog {
    async fn stored_days(&self, days: Range<i64>) -> Result<BTreeMap<i64, Figures>, StoreError> {
        let latest = self.latest_change().await?;
        if cursor(&self.db.reader).await? < number_of(latest) {
            self.forget_changed_days(latest).await?;
        }
        let within = daily_figures::Entity::find()
            .filter(daily_figures::Column::Day.gte(days.start))
            .filter(daily_figures::Column::Day.lt(days.end));
        let rows = within.all(&self.db.reader).await.map_err(failed)?;
        // What another version has written in other words is counted again.
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
    /// Moves the cursor, and deletes the days of which calls have changed on the way.
    async fn forget_changed_days(&self, latest: Change) -> Result<(), StoreError> {
        let tx = self.db.writer.begin_with_options(immediate()).await.map_err(failed)?;
        let looked_at = lock_cursor(&tx).await?;
        // At first nothing is stored, and all calls of a long log have changed.
        if daily_figures::Entity::find().one(&tx).await.map_err(failed)?.is_some() {
            let changed = self.days_changed(Change(looked_at.unsigned_abs())).await?;
            let of_changed = daily_figures::Column::Day.is_in(changed);
            daily_figures::Entity::delete_many().filter(of_changed).exec(&tx).await.map_err(failed)?;
        }
        let change = number_of(latest).max(looked_at);
        let row = figures_cursor::ActiveModel { id: Set(ONE), change: Set(change) };
        figures_cursor::Entity::update(row).exec(&tx).await.map_err(failed)?;
        tx.commit().await.map_err(failed)
    }
}

async fn cursor(connection: &impl ConnectionTrait) -> Result<i64, StoreError> {
    let row = figures_cursor::Entity::find_by_id(ONE).one(connection).await.map_err(failed)?;
    Ok(row.map_or(0, |row| row.change))
}

/// The cursor, which nobody else moves until the transaction ends.
async fn lock_cursor(tx: &impl ConnectionTrait) -> Result<i64, StoreError> {
    use sea_orm::QuerySelect;
    let row = figures_cursor::Entity::find_by_id(ONE).lock_exclusive().one(tx).await.map_err(failed)?;
    Ok(row.map_or(0, |row| row.change))
}
