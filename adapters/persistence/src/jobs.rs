//! The effect queue: rows that one worker at a time may take.
use std::time::Duration;

use async_trait::async_trait;
use frontdesk_domain::{Timestamp, WorkLane};
use frontdesk_ports::{EffectCounts, EffectQueue, LeasedEffect, StoreError};
use sea_orm::sea_query::{Cond, Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    TransactionTrait,
};

use crate::SqlLog;
use crate::entity::effect;
use crate::entity::job_state::JobState;
use crate::error::{corrupt, failed};
use crate::mapping::{millis, timestamp};
use crate::transaction::immediate;

#[async_trait]
impl EffectQueue for SqlLog {
    async fn take(
        &self,
        lane: WorkLane,
        now: Timestamp,
        lease: Duration,
        limit: u16,
    ) -> Result<Vec<LeasedEffect>, StoreError> {
        let tx = self.db.writer.begin_with_options(immediate()).await.map_err(failed)?;
        let wanted = effect::Entity::find()
            .filter(effect::Column::State.is_in(JobState::OPEN))
            .filter(of_lane(lane))
            .filter(effect::Column::DueAt.lte(millis(now)))
            .order_by_asc(effect::Column::DueAt)
            .limit(u64::from(limit));
        // PostgreSQL: two workers take different rows. SQLite has one writer and knows no such lock.
        let wanted = match tx.get_database_backend() {
            sea_orm::DbBackend::Postgres => wanted.lock_with_behavior(
                sea_orm::sea_query::LockType::Update,
                sea_orm::sea_query::LockBehavior::SkipLocked,
            ),
            _ => wanted,
        };
        let rows = wanted.all(&tx).await.map_err(failed)?;
        let mut due = Vec::new();
        for row in &rows {
            match leased(row) {
                Ok(effect) => due.push(effect),
                // An unreadable job is kept for inspection and does not block the others.
                Err(error) => give_up(&tx, row, &error).await?,
            }
        }
        let keys: Vec<String> = due.iter().map(|leased| leased.effect.key()).collect();
        if !keys.is_empty() {
            effect::Entity::update_many()
                .col_expr(effect::Column::State, Expr::value(JobState::Leased))
                .col_expr(effect::Column::DueAt, Expr::value(millis(now + lease)))
                .col_expr(effect::Column::Attempt, Expr::col(effect::Column::Attempt).add(1))
                .filter(effect::Column::Key.is_in(keys))
                .exec(&tx)
                .await
                .map_err(failed)?;
        }
        tx.commit().await.map_err(failed)?;
        Ok(due)
    }

    async fn finish(&self, leased: &LeasedEffect) -> Result<bool, StoreError> {
        self.finish(leased, JobState::Done, None, None).await
    }

    async fn retry(&self, leased: &LeasedEffect, due: Timestamp, why: &str) -> Result<bool, StoreError> {
        self.finish(leased, JobState::Waiting, Some(due), Some(why)).await
    }

    async fn fail(&self, leased: &LeasedEffect, why: &str) -> Result<bool, StoreError> {
        self.finish(leased, JobState::Failed, None, Some(why)).await
    }

    async fn counts(&self) -> Result<EffectCounts, StoreError> {
        let of = async |states: &[JobState]| {
            let rows = effect::Entity::find().filter(effect::Column::State.is_in(states.iter().copied()));
            rows.count(&self.db.reader).await.map_err(failed)
        };
        Ok(EffectCounts { open: of(&JobState::OPEN).await?, failed: of(&[JobState::Failed]).await? })
    }

    async fn next_due(&self, lane: WorkLane) -> Result<Option<Timestamp>, StoreError> {
        let due: Option<Option<i64>> = effect::Entity::find()
            .filter(effect::Column::State.is_in(JobState::OPEN))
            .filter(of_lane(lane))
            .select_only()
            .column_as(effect::Column::DueAt.min(), "due")
            .into_tuple()
            .one(&self.db.reader)
            .await
            .map_err(failed)?;
        due.flatten().map(|due| timestamp(due, "effects", "next")).transpose()
    }
}

impl SqlLog {
    /// Settles leased work, unless another has taken it since: the attempt number is the fence.
    async fn finish(
        &self,
        leased: &LeasedEffect,
        state: JobState,
        due: Option<Timestamp>,
        why: Option<&str>,
    ) -> Result<bool, StoreError> {
        let mut update = effect::Entity::update_many()
            .col_expr(effect::Column::State, Expr::value(state))
            .col_expr(effect::Column::LastError, Expr::value(why.map(ToOwned::to_owned)))
            .filter(effect::Column::Key.eq(leased.effect.key()))
            .filter(effect::Column::State.eq(JobState::Leased))
            .filter(effect::Column::Attempt.eq(i64::from(leased.attempt)));
        if let Some(due) = due {
            update = update.col_expr(effect::Column::DueAt, Expr::value(millis(due)));
        }
        let result = update.exec(&self.db.writer).await.map_err(failed)?;
        Ok(result.rows_affected == 1)
    }
}

fn of_lane(lane: WorkLane) -> Cond {
    lane.prefixes().iter().fold(Cond::any(), |any, prefix| any.add(effect::Column::Key.starts_with(*prefix)))
}

async fn give_up(tx: &impl ConnectionTrait, row: &effect::Model, why: &StoreError) -> Result<(), StoreError> {
    tracing::error!("an effect cannot be read and is given up: {why}");
    effect::Entity::update_many()
        .col_expr(effect::Column::State, Expr::value(JobState::Failed))
        .col_expr(effect::Column::LastError, Expr::value(why.to_string()))
        .filter(effect::Column::Key.eq(row.key.as_str()))
        .exec(tx)
        .await
        .map_err(failed)?;
    Ok(())
}

/// The row as it was read; taking it has counted one attempt more.
fn leased(row: &effect::Model) -> Result<LeasedEffect, StoreError> {
    Ok(LeasedEffect {
        effect: serde_json::from_str(&row.effect)
            .map_err(|why| corrupt("effects", "effect", &row.key, why))?,
        attempt: u32::try_from(row.attempt + 1)
            .map_err(|why| corrupt("effects", "attempt", &row.key, why))?,
        queued_at: timestamp(row.queued_at, "effects", &row.key)?,
    })
}
