//! The job queue: a table of rows that are leased to one worker at a time.
use std::time::Duration;

use async_trait::async_trait;
use frontdesk_domain::Timestamp;
use frontdesk_ports::{Attempt, Job, JobCounts, JobQueue, LONGEST_WAIT, Lane, LeasedJob, StoreError};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Select, TransactionTrait,
};

use crate::SqlLog;
use crate::entity::job;
use crate::entity::job::Column::{Attempt as AttemptNumber, DueAt, Key, LastError, Report, State};
use crate::entity::job_state::JobState;
use crate::error::{corrupt, failed};
use crate::mapping::{json, millis, timestamp};
use crate::transaction::immediate;

#[async_trait]
impl JobQueue for SqlLog {
    async fn take(
        &self,
        lanes: &[Lane],
        now: Timestamp,
        lease: Duration,
        limit: u16,
    ) -> Result<Vec<LeasedJob>, StoreError> {
        let tx = self.db.writer.begin_with_options(immediate()).await.map_err(failed)?;
        let is_due = DueAt.lte(millis(now)).or(DueAt.gt(millis(now + LONGEST_WAIT)));
        let mut due = open(lanes).filter(is_due).order_by_asc(DueAt).limit(u64::from(limit));
        // PostgreSQL: two workers take different rows. SQLite has one writer and no such lock.
        if tx.get_database_backend() == DbBackend::Postgres {
            due = due.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
        }
        let mut taken = Vec::new();
        for row in due.all(&tx).await.map_err(failed)? {
            match leased(&row) {
                Ok(job) => taken.push(job),
                // A newer version on the same database has queued it. It must not block the other jobs.
                Err(error) => postpone(&tx, &row, &error, now + lease).await?,
            }
        }
        if !taken.is_empty() {
            job::Entity::update_many()
                .col_expr(State, Expr::value(JobState::Leased))
                .col_expr(DueAt, Expr::value(millis(now + lease)))
                .col_expr(AttemptNumber, Expr::col(AttemptNumber).add(1))
                .filter(Key.is_in(taken.iter().map(|leased| leased.job.key())))
                .exec(&tx)
                .await
                .map_err(failed)?;
        }
        tx.commit().await.map_err(failed)?;
        Ok(taken)
    }

    async fn finish(&self, leased: &LeasedJob, attempt: &Attempt) -> Result<bool, StoreError> {
        let (state, due, why) = match attempt {
            Attempt::Done(_) => (JobState::Done, None, None),
            Attempt::Withdrawn => return self.withdraw(leased).await,
            Attempt::Retry(due, why) => (JobState::Waiting, Some(*due), Some(why.clone())),
            Attempt::Failed(why) => (JobState::Failed, None, Some(why.clone())),
        };
        // Another worker may have taken the job since: the attempt number is the fence.
        let mut update = job::Entity::update_many()
            .col_expr(State, Expr::value(state))
            .col_expr(LastError, Expr::value(why))
            .filter(Key.eq(leased.job.key()))
            .filter(State.eq(JobState::Leased))
            .filter(AttemptNumber.eq(i64::from(leased.attempt)));
        if let Attempt::Done(report) = attempt {
            update = update.col_expr(Report, Expr::value(report.clone()));
        }
        if let Some(due) = due {
            update = update.col_expr(DueAt, Expr::value(millis(due)));
        }
        Ok(update.exec(&self.db.writer).await.map_err(failed)?.rows_affected == 1)
    }

    async fn counts(&self, lanes: &[Lane]) -> Result<JobCounts, StoreError> {
        let failures = in_lanes(lanes).filter(State.eq(JobState::Failed));
        Ok(JobCounts {
            open: open(lanes).count(&self.db.reader).await.map_err(failed)?,
            failed: failures.count(&self.db.reader).await.map_err(failed)?,
        })
    }

    async fn next_due(&self, lanes: &[Lane]) -> Result<Option<Timestamp>, StoreError> {
        let first = open(lanes).select_only().column_as(DueAt.min(), "due").into_tuple();
        let due: Option<Option<i64>> = first.one(&self.db.reader).await.map_err(failed)?;
        due.flatten().map(|due| timestamp(due, "jobs", "next")).transpose()
    }
}

impl SqlLog {
    /// Deletes a job if this attempt still holds its lease.
    async fn withdraw(&self, leased: &LeasedJob) -> Result<bool, StoreError> {
        let delete = job::Entity::delete_many()
            .filter(Key.eq(leased.job.key()))
            .filter(State.eq(JobState::Leased))
            .filter(AttemptNumber.eq(i64::from(leased.attempt)));
        Ok(delete.exec(&self.db.writer).await.map_err(failed)?.rows_affected == 1)
    }
}

fn in_lanes(lanes: &[Lane]) -> Select<job::Entity> {
    job::Entity::find().filter(job::Column::Lane.is_in(lanes.iter().map(ToString::to_string)))
}

/// The jobs of these lanes that are still to be done.
fn open(lanes: &[Lane]) -> Select<job::Entity> {
    in_lanes(lanes).filter(State.is_in(JobState::OPEN))
}

/// The row of a new job.
pub(crate) fn job_row(
    call: &str,
    of: &Job,
    now: Timestamp,
    due: Timestamp,
) -> Result<job::ActiveModel, StoreError> {
    Ok(job::ActiveModel {
        key: Set(of.key()),
        call_id: Set(call.to_owned()),
        lane: Set(of.lane().to_string()),
        job: Set(json(of)?),
        state: Set(JobState::Waiting),
        queued_at: Set(millis(now)),
        due_at: Set(millis(due)),
        attempt: Set(0),
        last_error: Set(None),
        report: Set(None),
    })
}

pub(crate) fn job_of(row: &job::Model) -> Result<Job, StoreError> {
    serde_json::from_str(&row.job).map_err(|why| corrupt("jobs", "job", &row.key, why))
}

/// Leaves a job that this version cannot read to an instance that can.
async fn postpone(
    tx: &impl ConnectionTrait,
    row: &job::Model,
    why: &StoreError,
    until: Timestamp,
) -> Result<(), StoreError> {
    tracing::error!("a job cannot be read and is left for a newer version: {why}");
    job::Entity::update_many()
        .col_expr(DueAt, Expr::value(millis(until)))
        .col_expr(LastError, Expr::value(why.to_string()))
        .filter(Key.eq(row.key.as_str()))
        .exec(tx)
        .await
        .map_err(failed)?;
    Ok(())
}

/// The leased job. Its attempt is one more than in the row, which was read before the update.
fn leased(row: &job::Model) -> Result<LeasedJob, StoreError> {
    Ok(LeasedJob {
        job: job_of(row)?,
        attempt: u32::try_from(row.attempt + 1).map_err(|why| corrupt("jobs", "attempt", &row.key, why))?,
        queued_at: timestamp(row.queued_at, "jobs", &row.key)?,
    })
}
