//! Translates a query of the feed into SQL that an index answers, newest first, however long the log is.
use frontdesk_domain::CallId;
use frontdesk_domain::call::CallState;
use frontdesk_ports::{CallQuery, StoreError, TextMatch, fold};
use jiff::SignedDuration;
use sea_orm::sea_query::{Expr, ExprTrait, JoinType, Order, SelectStatement, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};

use crate::entity::{call, call_phone, call_tag};
use crate::like::ending_with;
use crate::mapping::millis;
use crate::read::pages::Pages;

/// A call's id is derived from its start as first reported. A later correction of the start is smaller than this.
const MAX_START_CORRECTION: SignedDuration = SignedDuration::from_hours(48);

/// The calls that match a query, newest first.
pub(crate) async fn newest_first(pages: &Pages, query: &CallQuery) -> Result<Matching, StoreError> {
    use call::Column::{
        Assignee, FromNumber, Id, Mailbox, Menu, Outcome, OutcomeReason, Provider, ProviderId, State,
        ToNumber,
    };
    let LeadingTable { calls, id, also_in } = LeadingTable::of(query);
    let mut all = Condition::all();
    if let Some(before) = query.before {
        all = all.add(id.clone().lt(before.to_string()));
    }
    if let Some(outcome) = query.outcome {
        all = all.add(Outcome.eq(outcome.as_str()));
    }
    if let Some(reason) = query.reason {
        all = all.add(OutcomeReason.eq(reason.as_str()));
    }
    // Literals, not bound parameters: otherwise the planner cannot use the partial indexes.
    let is_live = query.live == Some(true) || query.state.is_some_and(|state| state != CallState::Ended);
    all = all.add_option(is_live.then(|| literal("state <> 'ended'")));
    all = all.add_option(query.live.filter(|live| !*live).map(|_| State.eq(CallState::Ended.as_str())));
    all = all.add_option(query.attention.then(|| literal("attention = 1")));
    all = all.add_option(
        query.handled.map(|handled| literal(if handled { "handled = 1" } else { "handled = 0" })),
    );
    all = all.add_option(query.assigned.then(|| literal("assignee IS NOT NULL")));
    if let Some(state) = query.state {
        all = all.add(State.eq(state.as_str()));
    }
    for (column, wanted) in [
        (FromNumber, &query.from),
        (ToNumber, &query.to),
        (Mailbox, &query.mailbox),
        (Menu, &query.menu),
        (Provider, &query.provider),
        (ProviderId, &query.provider_id),
        (Assignee, &query.assignee),
    ] {
        all = all.add_option(wanted.as_ref().map(|wanted| match wanted.strip_prefix('*') {
            Some(ending) => column.like(ending_with(ending)),
            None => column.eq(wanted.as_str()),
        }));
    }
    all = all.add_option(also_in.map(|listed| Id.in_subquery(listed)));
    // The exact bound is on the start; the looser bound on the id, which begins with the start, ends the scan of an index that is
    // in the order of ids. The unary plus keeps the planner off the index of the statistics, which is in the order of starts.
    let started_at = || Expr::cust("+started_at");
    if let Some(since) = query.since {
        let earliest = since.checked_sub(MAX_START_CORRECTION).unwrap_or(since);
        all =
            all.add(started_at().gte(millis(since))).add(id.clone().gte(CallId::floor(earliest).to_string()));
    }
    if let Some(until) = query.until {
        let latest = until.checked_add(MAX_START_CORRECTION).unwrap_or(until);
        all = all.add(started_at().lt(millis(until))).add(id.clone().lt(CallId::floor(latest).to_string()));
    }
    let mut reads_calls = false;
    if let Some(TextMatch { text, callers }) = &query.text {
        let containing = pages.containing(&fold(text), callers).await?;
        reads_calls = containing.reads_calls;
        all = all.add(containing.condition);
    }
    Ok(Matching { calls: calls.filter(all).order_by(id, Order::Desc), reads_calls })
}

/// The calls that match a query, newest first.
pub(crate) struct Matching {
    pub calls: Select<call::Entity>,
    /// Whether no index finds the text that is searched, so that calls are read one by one.
    pub reads_calls: bool,
}

fn literal(condition: &'static str) -> SimpleExpr {
    Expr::cust(condition)
}

/// The table that drives the query: its index yields the ids of the calls in their order.
struct LeadingTable {
    calls: Select<call::Entity>,
    /// The id in that table.
    id: Expr,
    /// A subquery of call ids in another table, in no order; calls must be among them.
    also_in: Option<SelectStatement>,
}

impl LeadingTable {
    /// The table of phones for a query by phone, the table of tags for a query by tag, and the table of calls for any other.
    fn of(query: &CallQuery) -> Self {
        let mut calls = call::Entity::find();
        let phone = query.destination.as_deref();
        // A suffix can match several phones of one call, and a join would repeat the call.
        if let Some(number) = phone.filter(|number| !number.starts_with('*')) {
            let id = join(&mut calls, call_phone::Column::CallId, call_phone::Column::Number, number);
            return Self { calls, id, also_in: query.tag.as_deref().map(tagged) };
        }
        let also_in = phone.map(calls_that_rang);
        if let Some(tag) = &query.tag {
            let id = join(&mut calls, call_tag::Column::CallId, call_tag::Column::Tag, tag);
            return Self { calls, id, also_in };
        }
        Self { calls, id: Expr::col((call::Entity, call::Column::Id)), also_in }
    }
}

/// Joins the table that lists calls by this key, and returns its column of call ids.
fn join<C: ColumnTrait>(calls: &mut Select<call::Entity>, call: C, key: C, value: &str) -> Expr {
    let id = Expr::col(call.as_column_ref());
    let same = id.clone().equals((call::Entity, call::Column::Id));
    let table = call.entity_name();
    QueryTrait::query(calls).join(JoinType::InnerJoin, table, same).and_where(key.eq(value));
    id
}

/// The calls that rang a phone with a number that ends with these digits.
fn calls_that_rang(number: &str) -> SelectStatement {
    let phones = call_phone::Entity::find().select_only().column(call_phone::Column::CallId);
    let ending = number.trim_start_matches('*');
    phones.filter(call_phone::Column::Number.like(ending_with(ending))).into_query()
}

fn tagged(tag: &str) -> SelectStatement {
    let tags = call_tag::Entity::find().select_only().column(call_tag::Column::CallId);
    tags.filter(call_tag::Column::Tag.eq(tag)).into_query()
}
