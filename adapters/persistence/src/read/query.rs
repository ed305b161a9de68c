//! Which calls a query asks for, said so that the database finds them by an index, newest first, however many there are.
use frontdesk_domain::{CallId, CallState};
use frontdesk_ports::{CallQuery, StoreError, TextMatch, fold};
use jiff::SignedDuration;
use sea_orm::sea_query::{Expr, ExprTrait, JoinType, Order, SelectStatement, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};

use crate::entity::{call, call_phone, call_tag};
use crate::mapping::millis;
use crate::read::pages::Pages;

/// A call's id is derived from its start as first reported. A later correction of the start is smaller than this.
const CORRECTION: SignedDuration = SignedDuration::from_hours(48);

/// The calls that are asked for, newest first.
pub(crate) async fn newest_first(
    pages: &Pages,
    query: &CallQuery,
) -> Result<Select<call::Entity>, StoreError> {
    use call::Column::{
        Assignee, FromNumber, Id, Mailbox, Menu, Outcome, OutcomeReason, Provider, ProviderId, State,
        ToNumber,
    };
    let By { calls, id, rest } = By::of(query);
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
    // Written out, so that the database sees that the index of these calls alone will do.
    let live = query.state.map(|state| state != CallState::Ended).or(query.live);
    all = all.add_option(live.filter(|live| *live).map(|_| literal("state <> 'ended'")));
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
            Some(ending) => column.ends_with(ending),
            None => column.eq(wanted.as_str()),
        }));
    }
    all = all.add_option(rest.map(|listed| Id.in_subquery(listed)));
    // By the time itself, and by the id, which begins with it: the indexes are in the order of ids, and a search need not go
    // beyond them. The sign forbids the index of the statistics, which is in the order of times.
    let started_at = || Expr::cust("+started_at");
    if let Some(since) = query.since {
        let earliest = since.checked_sub(CORRECTION).unwrap_or(since);
        all =
            all.add(started_at().gte(millis(since))).add(id.clone().gte(CallId::floor(earliest).to_string()));
    }
    if let Some(until) = query.until {
        let latest = until.checked_add(CORRECTION).unwrap_or(until);
        all = all.add(started_at().lt(millis(until))).add(id.clone().lt(CallId::floor(latest).to_string()));
    }
    if let Some(TextMatch { text, callers }) = &query.text {
        all = all.add(pages.containing(&fold(text), callers).await?);
    }
    Ok(calls.filter(all).order_by(id, Order::Desc))
}

fn literal(condition: &'static str) -> SimpleExpr {
    Expr::cust(condition)
}

/// Where the ids of the calls come from, in their order.
struct By {
    calls: Select<call::Entity>,
    /// The column to sort by: that of the table which lists the calls, so that its key gives the order.
    id: Expr,
    /// Calls that are listed by another table, which are looked up.
    rest: Option<SelectStatement>,
}

impl By {
    /// The calls of a phone or of a tag are listed by tables of their own. Without those, every call is.
    fn of(query: &CallQuery) -> Self {
        let mut calls = call::Entity::find();
        let phone = query.destination.as_deref();
        // The end of a number may be that of several phones, each of which lists a call.
        if let Some(number) = phone.filter(|number| !number.starts_with('*')) {
            let id = joined(&mut calls, call_phone::Column::CallId, call_phone::Column::Number, number);
            return Self { calls, id, rest: query.tag.as_deref().map(tagged) };
        }
        let rest = phone.map(ringing);
        if let Some(tag) = &query.tag {
            let id = joined(&mut calls, call_tag::Column::CallId, call_tag::Column::Tag, tag);
            return Self { calls, id, rest };
        }
        Self { calls, id: Expr::col((call::Entity, call::Column::Id)), rest }
    }
}

/// Joins the rows of another table that have this key; their calls.
fn joined<C: ColumnTrait>(calls: &mut Select<call::Entity>, call: C, key: C, value: &str) -> Expr {
    let id = Expr::col(call.as_column_ref());
    let same = id.clone().equals((call::Entity, call::Column::Id));
    let table = call.entity_name();
    QueryTrait::query(calls).join(JoinType::InnerJoin, table, same).and_where(key.eq(value));
    id
}

/// The calls that rang a phone, by the end of its number.
fn ringing(number: &str) -> SelectStatement {
    let phones = call_phone::Entity::find().select_only().column(call_phone::Column::CallId);
    let ending = number.trim_start_matches('*');
    phones.filter(call_phone::Column::Number.ends_with(ending)).into_query()
}

fn tagged(tag: &str) -> SelectStatement {
    let tags = call_tag::Entity::find().select_only().column(call_tag::Column::CallId);
    tags.filter(call_tag::Column::Tag.eq(tag)).into_query()
}
