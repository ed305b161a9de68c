//! Figures counted by the database: each query is one pass over a covering index.
use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use frontdesk_domain::{Outcome, Timestamp};
use frontdesk_ports::{
    AdmittedCall, CallFigures, CallQuery, Change, DAY_MS, Figures, FollowUp, QUARTER_MS, QuarterCount,
    StoreError, Tally, Usage, WAIT_STEP_MS,
};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, JoinType, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryResult, QuerySelect, QueryTrait};

use crate::SqlLog;
use crate::entity::call::{self, Column};
use crate::entity::call_phone;
use crate::error::{corrupt, failed, store_error};
use crate::mapping::{millis, number_of, timestamp};
use crate::read::admitted;
use crate::read::query::{Matching, newest_first};

/// The most calls that are counted for a text that no index finds: each call is read.
const MOST_BY_READING: u32 = 199;

const COUNT: &str = "found";
const QUARTER: &str = "quarter";
const WAIT: &str = "wait";
const DAY: &str = "day";
const FIRST: &str = "first";
const SECONDS: &str = "seconds";
/// The user who marked a call done: a generated column, derived from the follow-up.
const HANDLED_BY: &str = "handled_by";

#[async_trait]
impl CallFigures for SqlLog {
    async fn figures(
        &self,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> Result<Figures, StoreError> {
        let mut figures = Figures::default();
        let quarter = Expr::cust(format!("started_at / {QUARTER_MS}"));
        let mut by_time = counted(since, until);
        by_time.expr_as(quarter.clone(), Alias::new(QUARTER)).column(Column::Outcome);
        by_time.add_group_by([quarter.clone(), Expr::col(Column::Outcome)]).order_by_expr(quarter, ASC);
        for row in self.rows(&by_time).await? {
            let quarter: i64 = get(&row, QUARTER)?;
            let at = timestamp(quarter.saturating_mul(QUARTER_MS), "calls", "figures")?;
            figures.quarters.push(QuarterCount::new(at, outcome(&row)?, count(&row)?));
        }
        // Filtered by time only: with another condition, the database would choose that condition's index and read far more.
        let mut waits = counted(since, until);
        let step = Expr::cust(format!("wait_ms / {WAIT_STEP_MS}"));
        waits.expr_as(step.clone(), Alias::new(WAIT)).column(Column::Outcome);
        waits.add_group_by([step.clone(), Expr::col(Column::Outcome)]).order_by_expr(step, ASC);
        for row in self.rows(&waits).await? {
            let wait: Option<i64> = get(&row, WAIT)?;
            if let (Some(wait), Some(Outcome::Answered)) = (wait, outcome(&row)?) {
                let wait = u64::try_from(wait.saturating_mul(WAIT_STEP_MS)).unwrap_or(0);
                figures.waits.push((wait, count(&row)?));
            }
        }
        let mut phones = counted(since, until);
        phones.join(JoinType::InnerJoin, call_phone::Entity, Expr::cust("call_phones.call_id = calls.id"));
        phones.columns([call_phone::Column::Number, call_phone::Column::Taken]);
        phones.add_group_by([Expr::col(call_phone::Column::Number), Expr::col(call_phone::Column::Taken)]);
        for row in self.rows(&phones).await? {
            let taken: i32 = get(&row, "taken")?;
            let outcome = if taken == 1 { Outcome::Answered } else { Outcome::Missed };
            figures.destinations.push((get(&row, "number")?, Some(outcome), count(&row)?));
        }
        let mut menus = counted(since, until);
        menus.columns([Column::Menu, Column::Outcome, Column::OutcomeReason]);
        menus.group_by_columns([Column::Menu, Column::Outcome, Column::OutcomeReason]);
        for row in self.rows(&menus).await? {
            let reason: Option<String> = get(&row, "outcome_reason")?;
            let reason = reason.map(|word| word.parse()).transpose();
            let reason = reason.map_err(|why| corrupt("calls", "outcome_reason", "figures", why))?;
            if let Some(menu) = get(&row, "menu")? {
                figures.menus.push((menu, outcome(&row)?, reason, count(&row)?));
            }
        }
        let mut carriers = counted(since, until);
        carriers.columns([Column::Provider, Column::Outcome]);
        carriers.group_by_columns([Column::Provider, Column::Outcome]);
        for row in self.rows(&carriers).await? {
            figures.carriers.push((get(&row, "provider")?, outcome(&row)?, count(&row)?));
        }
        figures.users = self.follow_up(since, until).await?;
        Ok(figures)
    }

    async fn tally(&self, query: &CallQuery, most: u32) -> Result<Tally, StoreError> {
        let query = CallQuery { before: None, ..query.clone() };
        let Matching { calls, reads_calls } = newest_first(&self.pages, &query).await?;
        let most = if reads_calls { Ord::min(most, MOST_BY_READING) } else { most };
        let newest = calls.select_only().column(Column::Outcome).limit(u64::from(most) + 1).into_query();
        let mut tally = Query::select();
        tally.from_subquery(newest, Alias::new("newest")).column(Column::Outcome);
        tally.expr_as(Expr::cust("count(*)"), Alias::new(COUNT)).group_by_col(Column::Outcome);
        let mut by_outcome = Vec::new();
        for row in self.rows(&tally).await? {
            by_outcome.push((outcome(&row)?, count(&row)?));
        }
        let more = by_outcome.iter().map(|(_, count)| count).sum::<u64>() > u64::from(most);
        Ok(Tally { by_outcome, more })
    }

    async fn usage(&self, day: Timestamp, hour: Timestamp, often: u32) -> Result<Usage, StoreError> {
        let mut forwards = counted(Some(day), None);
        forwards.expr_as(Expr::cust("CAST(coalesce(sum(talk_seconds), 0) AS BIGINT)"), Alias::new(SECONDS));
        forwards.and_where(Column::ForwardedTo.is_not_null());
        let forwards = self.rows(&forwards).await?;
        let mut now = counted(Some(day), None);
        // A caller who is asked for a message is no longer being forwarded.
        now.and_where(Column::ForwardedTo.is_not_null()).and_where(Column::Mailbox.is_null());
        now.and_where(Column::State.ne("ended"));
        let now = self.rows(&now).await?;
        let mut callers = counted(Some(hour), None);
        callers.column(Column::FromNumber).and_where(Column::FromNumber.is_not_null());
        // Rejected calls do not count, so that a refused caller may call again later.
        callers.and_where(Column::Outcome.is_null().or(Column::Outcome.ne(Outcome::Rejected.as_str())));
        callers.group_by_col(Column::FromNumber).and_having(Expr::cust("count(*)").gte(i64::from(often)));
        let callers = self.rows(&callers).await?;
        let one = |rows: &[QueryResult]| rows.first().map(count).transpose().map(Option::unwrap_or_default);
        let small = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        let seconds: Option<i64> = forwards.first().map(|row| get(row, SECONDS)).transpose()?;
        Ok(Usage {
            forwards_now: small(one(&now)?),
            forwards_today: small(one(&forwards)?),
            forward_seconds_today: seconds.and_then(|seconds| u64::try_from(seconds).ok()).unwrap_or(0),
            frequent_callers: callers.iter().map(|row| get(row, "from_number")).collect::<Result<_, _>>()?,
        })
    }

    async fn admitted(&self, since: Timestamp, most: u32) -> Result<Vec<AdmittedCall>, StoreError> {
        let in_progress = self.rows(&admitted::in_progress(most)).await?;
        let began = self.rows(&admitted::began(since, most)).await?;
        admitted::calls(in_progress.iter().chain(&began))
    }

    async fn first_start(&self) -> Result<Option<Timestamp>, StoreError> {
        let mut first = Query::select();
        first.from(call::Entity).expr_as(Expr::col(Column::StartedAt).min(), Alias::new(FIRST));
        let rows = self.rows(&first).await?;
        let Some(at) = rows.first().map(|row| get::<Option<i64>>(row, FIRST)).transpose()?.flatten() else {
            return Ok(None);
        };
        timestamp(at, "calls", "the first").map(Some)
    }

    async fn days_changed(&self, after: Change) -> Result<BTreeSet<i64>, StoreError> {
        let mut days = Query::select();
        days.from(call::Entity).distinct();
        days.expr_as(Expr::cust(format!("started_at / {DAY_MS}")), Alias::new(DAY));
        days.and_where(Expr::col(Column::Change).gt(number_of(after)));
        days.and_where(Column::StartedAt.is_not_null());
        self.rows(&days).await?.iter().map(|row| get(row, DAY)).collect()
    }
}

const ASC: sea_orm::sea_query::Order = sea_orm::sea_query::Order::Asc;

fn counted(since: Option<Timestamp>, until: Option<Timestamp>) -> SelectStatement {
    let mut select = Query::select();
    select.from(call::Entity).expr_as(Expr::cust("count(*)"), Alias::new(COUNT));
    select.and_where(Column::StartedAt.is_not_null());
    select.and_where_option(since.map(|since| Expr::col(Column::StartedAt).gte(millis(since))));
    select.and_where_option(until.map(|until| Expr::col(Column::StartedAt).lt(millis(until))));
    select
}

impl SqlLog {
    /// How many calls of a time span each user has marked done or is assigned to.
    async fn follow_up(
        &self,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> Result<Vec<(String, FollowUp)>, StoreError> {
        let mut select = counted(since, until);
        // Literals, not bound parameters: otherwise the planner cannot use the partial index.
        select.and_where(Expr::cust("(handled_by IS NOT NULL OR assignee IS NOT NULL)"));
        let columns = [Alias::new(HANDLED_BY), Alias::new("assignee")];
        select.columns(columns.clone()).group_by_columns(columns);
        let mut users = BTreeMap::<String, FollowUp>::new();
        for row in self.rows(&select).await? {
            let calls = count(&row)?;
            if let Some(user) = get(&row, HANDLED_BY)? {
                users.entry(user).or_default().done += calls;
            }
            if let Some(user) = get(&row, "assignee")? {
                users.entry(user).or_default().assigned += calls;
            }
        }
        Ok(users.into_iter().collect())
    }

    async fn rows(&self, select: &SelectStatement) -> Result<Vec<QueryResult>, StoreError> {
        self.db.reader.query_all(select).await.map_err(failed)
    }
}

fn get<T: sea_orm::TryGetable>(row: &QueryResult, column: &str) -> Result<T, StoreError> {
    row.try_get("", column).map_err(|e: DbErr| store_error(&e))
}

fn count(row: &QueryResult) -> Result<u64, StoreError> {
    get::<i64>(row, COUNT).map(|count| u64::try_from(count).unwrap_or(0))
}

fn outcome(row: &QueryResult) -> Result<Option<Outcome>, StoreError> {
    let word: Option<String> = get(row, "outcome")?;
    let outcome = word.map(|word| word.parse()).transpose();
    outcome.map_err(|why| corrupt("calls", "outcome", "figures", why))
}
