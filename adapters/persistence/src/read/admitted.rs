//! Admitted calls: what an instance needs to know of the calls that other instances answer.
use std::collections::BTreeMap;

use frontdesk_domain::{CallerId, LegId, Timestamp};
use frontdesk_ports::{AdmittedCall, StoreError};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, DbErr, QueryResult};

use crate::entity::call::{self, Column};
use crate::error::{corrupt, store_error};
use crate::mapping::millis;

const WAS_FORWARDED: &str = "was_forwarded";

/// The newest calls in progress.
pub(super) fn in_progress(most: u32) -> SelectStatement {
    let mut select = newest(Column::Id, most);
    // A literal, not a bound parameter: otherwise the planner cannot use the partial index.
    select.and_where(Expr::cust("state <> 'ended'"));
    select
}

/// The newest calls that began at `since` or later.
pub(super) fn began(since: Timestamp, most: u32) -> SelectStatement {
    let mut select = newest(Column::StartedAt, most);
    select.and_where(Expr::col(Column::StartedAt).gte(millis(since)));
    select
}

fn newest(by: Column, most: u32) -> SelectStatement {
    let mut select = Query::select();
    select.from(call::Entity);
    select.columns([Column::Id, Column::Provider, Column::ProviderId, Column::FromNumber]);
    // Events decide: a refused call has no outcome until the carrier reports its end, a forwarded one no phone until it is rung.
    let has = |kind: &str| {
        format!("EXISTS (SELECT 1 FROM call_events WHERE call_id = calls.id AND kind = '{kind}')")
    };
    let forwarded = format!("CASE WHEN {} THEN 1 ELSE 0 END", has("forward"));
    select.expr_as(Expr::cust(forwarded), Alias::new(WAS_FORWARDED));
    select.and_where(Expr::cust(format!("NOT {}", has("refused"))));
    // The caller of a call without a first request is unknown.
    select.and_where(Column::ToNumber.is_not_null());
    select.order_by(by, Order::Desc).limit(u64::from(most));
    select
}

/// The calls of both queries, without duplicates, oldest first.
pub(super) fn calls<'a>(
    rows: impl Iterator<Item = &'a QueryResult>,
) -> Result<Vec<AdmittedCall>, StoreError> {
    let text = |row: &QueryResult, column| row.try_get("", column).map_err(|e: DbErr| store_error(&e));
    let mut calls = BTreeMap::new();
    for row in rows {
        let (provider, id): (String, String) = (text(row, "provider")?, text(row, "provider_id")?);
        let leg = LegId::new(&provider, &id).map_err(|why| corrupt("calls", "provider_id", &id, why))?;
        let from: Option<String> = row.try_get("", "from_number").map_err(|e| store_error(&e))?;
        let was_forwarded: i32 = row.try_get("", WAS_FORWARDED).map_err(|e| store_error(&e))?;
        let from = from.map_or(CallerId::Withheld, |from| CallerId::read(&from));
        calls.insert(text(row, "id")?, AdmittedCall { leg, from, was_forwarded: was_forwarded == 1 });
    }
    Ok(calls.into_values().collect())
}
