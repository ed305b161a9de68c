//! Which calls a query asks for, said so that the database finds them by an index, newest first, however many there are.
use frontdesk_domain::{CallId, CallState};
use frontdesk_ports::{CallQuery, StoreError, TextMatch, fold};
use jiff::SignedDuration;
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement, SimpleExpr};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select};

use crate::entity::{call, call_phone, call_tag};
use crate::mapping::millis;
use crate::read::pages::Pages;

/// A call's id is derived from its start as first reported. A later correction of the start is smaller than this.
const CORRECTION: SignedDuration = SignedDuration::from_hours(48);

/// The calls that are asked for, in no order.
pub(crate) async fn filtered(pages: &Pages, query: &CallQuery) -> Result<Select<call::Entity>, StoreError> {
    use call::Column::{
        Assignee, FromNumber, Id, Mailbox, Menu, Outcome, OutcomeReason, Provider, ProviderId, State,
        ToNumber,
    };
    let mut all = Condition::all();
    if let Some(before) = query.before {
        all = all.add(Id.lt(before.to_string()));
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
    if let Some(number) = &query.destination {
        all = all.add(Id.in_subquery(ringing(number)));
    }
    if let Some(tag) = &query.tag {
        all = all.add(Id.in_subquery(tagged(tag)));
    }
    // By the time itself, and by the id, which begins with it: the indexes are in the order of ids, and a search need not go
    // beyond them. The sign forbids the index of the statistics, which is in the order of times.
    let started_at = || Expr::cust("+started_at");
    if let Some(since) = query.since {
        let earliest = since.checked_sub(CORRECTION).unwrap_or(since);
        all = all.add(started_at().gte(millis(since))).add(Id.gte(CallId::floor(earliest).to_string()));
    }
    if let Some(until) = query.until {
        let latest = until.checked_add(CORRECTION).unwrap_or(until);
        all = all.add(started_at().lt(millis(until))).add(Id.lt(CallId::floor(latest).to_string()));
    }
    if let Some(TextMatch { text, callers }) = &query.text {
        all = all.add(pages.containing(&fold(text), callers).await?);
    }
    Ok(call::Entity::find().filter(all))
}

fn literal(condition: &'static str) -> SimpleExpr {
    Expr::cust(condition)
}

/// The calls that rang a phone.
fn ringing(number: &str) -> SelectStatement {
    let phones = call_phone::Entity::find().select_only().column(call_phone::Column::CallId);
    let number = match number.strip_prefix('*') {
        Some(ending) => call_phone::Column::Number.ends_with(ending),
        None => call_phone::Column::Number.eq(number),
    };
    phones.filter(number).into_query()
}

fn tagged(tag: &str) -> SelectStatement {
    use sea_orm::{QuerySelect, QueryTrait};
    call_tag::Entity::find()
        .select_only()
        .column(call_tag::Column::CallId)
        .filter(call_tag::Column::Tag.eq(tag))
        .into_query()
}
