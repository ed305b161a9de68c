//! The follow-up of calls: a document in the call's row, and the columns and tags that calls are searched by.
use async_trait::async_trait;
use frontdesk_domain::{CallId, Outcome};
use frontdesk_ports::work::Work;
use frontdesk_ports::{Change, Resolved, StoreError, WorkStore};
use sea_orm::sea_query::{Condition, Expr, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, TransactionTrait,
};

use crate::SqlLog;
use crate::entity::call::{self, Column};
use crate::entity::call_tag;
use crate::error::failed;
use crate::listen_notify::raise;
use crate::mapping::{json, number_of, record_of};
use crate::transaction::{immediate, reserve_changes};

#[async_trait]
impl WorkStore for SqlLog {
    async fn save_work(&self, id: CallId, work: &Work) -> Result<bool, StoreError> {
        let tx = self.db.writer.begin_with_options(immediate()).await.map_err(failed)?;
        let last = reserve_changes(&tx, 1).await.map_err(failed)?;
        let row = call::Entity::find_by_id(id.to_string()).one(&tx).await.map_err(failed)?;
        let version = i64::try_from(work.version).unwrap_or(i64::MAX);
        let Some(row) = row.filter(|row| row.work_version + 1 == version) else { return Ok(false) };
        let asks = record_of(&row)?.call.asks_for_attention() && work.handled.is_none();
        let change = i64::try_from(last + 1).unwrap_or(i64::MAX);
        let update = Query::update()
            .table(call::Entity)
            .value(Column::Work, json(work)?)
            .value(Column::WorkVersion, version)
            .value(Column::WorkChange, change)
            .value(Column::NoteText, work.text())
            .value(Column::Assignee, work.claimed.as_ref().map(|claimed| claimed.by.clone()))
            .value(Column::Handled, i32::from(work.handled.is_some()))
            .value(Column::Attention, i32::from(asks))
            .value(Column::Change, change)
            .and_where(Column::Id.eq(id.to_string()))
            .to_owned();
        tx.execute(&update).await.map_err(failed)?;
        let tags_of_call = call_tag::Column::CallId.eq(id.to_string());
        call_tag::Entity::delete_many().filter(tags_of_call).exec(&tx).await.map_err(failed)?;
        let tag =
            |tag: &String| call_tag::ActiveModel { tag: Set(tag.clone()), call_id: Set(id.to_string()) };
        if !work.tags.is_empty() {
            call_tag::Entity::insert_many(work.tags.iter().map(tag))
                .exec_without_returning(&tx)
                .await
                .map_err(failed)?;
        }
        tx.commit().await.map_err(failed)?;
        raise(&self.changed, Change(last + 1));
        Ok(true)
    }

    async fn resolved_since(&self, after: Change, limit: u16) -> Result<Vec<Resolved>, StoreError> {
        let outcomes = [Outcome::Answered.as_str(), Outcome::Missed.as_str()];
        let callers = call::Entity::find()
            .select_only()
            .column(Column::FromNumber)
            .filter(Column::Change.gt(number_of(after)))
            .filter(Column::Outcome.is_in(outcomes))
            .filter(Column::FromNumber.is_not_null())
            .into_query();
        let rows = call::Entity::find()
            .filter(Column::FromNumber.in_subquery(callers))
            // Literals, not bound parameters: otherwise the planner cannot use the partial index of these calls by caller.
            .filter(Expr::cust("attention = 1"))
            .filter(Expr::cust("outcome = 'missed'"))
            // Other values, such as a withheld number, do not identify a caller.
            .filter(
                Condition::any()
                    .add(Column::FromNumber.starts_with("+"))
                    .add(Column::FromNumber.starts_with("sip:"))
                    .add(Column::FromNumber.starts_with("client:")),
            )
            .filter(Expr::cust(
                "EXISTS (SELECT 1 FROM calls later WHERE later.from_number = calls.from_number
                 AND later.outcome = 'answered' AND later.id > calls.id)",
            ))
            .limit(u64::from(limit))
            .all(&self.db.reader)
            .await
            .map_err(failed)?;
        let mut resolved = Vec::new();
        for row in rows {
            let later: Option<String> = call::Entity::find()
                .select_only()
                .column(Column::Id)
                .filter(Column::FromNumber.eq(row.from_number.clone()))
                .filter(Column::Outcome.eq(Outcome::Answered.as_str()))
                .filter(Column::Id.gt(row.id.as_str()))
                .order_by_asc(Column::Id)
                .into_tuple()
                .one(&self.db.reader)
                .await
                .map_err(failed)?;
            if let Some(later) = later.and_then(|later| later.parse().ok()) {
                resolved.push(Resolved { missed: record_of(&row)?, later });
            }
        }
        Ok(resolved)
    }
}
