//! Which calls a query asks for, said so that the database finds them by an index, newest first, however many there are.

use frontdesk_domain::{CallId, CallState};
use frontdesk_ports::{CallQuery, StoreError, TextMatch};
use jiff::SignedDuration;
use sea_orm::sea_query::{Expr, LikeExpr, SelectStatement, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, QueryFilter,
    QuerySelect, Select, Statement,
};

use crate::entity::{call, call_tag};
use crate::error::store_error;
use crate::rows::millis;

/// A call's id was made from its start as first told, which may be corrected later, but not by more than this.
const CORRECTION: SignedDuration = SignedDuration::from_hours(48);
/// A text that more calls than this contain is found sooner by reading calls than by asking the index for all of them.
const COMMON: i64 = 5000;
/// The index knows texts of three letters and more.
const INDEXED_LENGTH: usize = 3;

/// The calls that are asked for, in no order.
pub(crate) async fn filtered(
    db: &DatabaseConnection,
    query: &CallQuery,
) -> Result<Select<call::Entity>, StoreError> {
    use call::Column::{
        ForwardedTo, FromNumber, Id, Mailbox, Menu, Outcome, OutcomeReason, ProviderId, StartedAt, State,
        ToNumber,
    };
    let mut all = Condition::all();
    if let Some(before) = query.before {
        all = all.add(Id.lt(before.to_string()));
    }
    if let Some(outcome) = query.outcome {
        all = all.add(Outcome.eq(outcome.word()));
    }
    if let Some(reason) = query.reason {
        all = all.add(OutcomeReason.eq(reason.word()));
    }
    // Written out, so that the database sees that the index of these calls alone will do.
    let live = query.state.map(|state| state != CallState::Ended).or(query.live);
    all = all.add_option(live.filter(|live| *live).map(|_| literal("state <> 'ended'")));
    all = all.add_option(query.live.filter(|live| !*live).map(|_| State.eq(CallState::Ended.word())));
    all = all.add_option(query.attention.then(|| literal("attention = 1")));
    all = all.add_option(
        query.handled.map(|handled| literal(if handled { "handled = 1" } else { "handled = 0" })),
    );
    if let Some(state) = query.state {
        all = all.add(State.eq(state.word()));
    }
    for (column, wanted) in [
        (FromNumber, &query.from),
        (ToNumber, &query.to),
        (ForwardedTo, &query.destination),
        (Mailbox, &query.mailbox),
        (Menu, &query.menu),
        (ProviderId, &query.provider_id),
    ] {
        all = all.add_option(wanted.as_ref().map(|wanted| column.eq(wanted.as_str())));
    }
    if let Some(tag) = &query.tag {
        all = all.add(Id.in_subquery(tagged(tag)));
    }
    // By the time itself, and by the id, which begins with it: other indexes are in the order of ids, and a search need
    // not go beyond them.
    if let Some(since) = query.since {
        let earliest = since.checked_sub(CORRECTION).unwrap_or(since);
        all = all.add(StartedAt.gte(millis(since))).add(Id.gte(CallId::floor(earliest).to_string()));
    }
    if let Some(until) = query.until {
        let latest = until.checked_add(CORRECTION).unwrap_or(until);
        all = all.add(StartedAt.lt(millis(until))).add(Id.lt(CallId::floor(latest).to_string()));
    }
    if let Some(TextMatch(text)) = &query.text {
        all = all.add(containing(db, &text.to_lowercase()).await?);
    }
    Ok(call::Entity::find().filter(all))
}

fn literal(condition: &'static str) -> SimpleExpr {
    Expr::cust(condition)
}

fn tagged(tag: &str) -> SelectStatement {
    use sea_orm::QueryTrait;
    call_tag::Entity::find()
        .select_only()
        .column(call_tag::Column::CallId)
        .filter(call_tag::Column::Tag.eq(tag))
        .into_query()
}

/// Calls that contain a text, in lower case.
async fn containing(db: &DatabaseConnection, text: &str) -> Result<Condition, StoreError> {
    use call::Column::{NoteText, SearchText};
    let literal = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let like = || LikeExpr::new(format!("%{literal}%")).escape('\\');
    let by_reading = Condition::any().add(SearchText.like(like())).add(NoteText.like(like()));
    if text.chars().count() < INDEXED_LENGTH {
        return Ok(by_reading);
    }
    if db.get_database_backend() == DbBackend::Postgres {
        return Ok(named_by_index(db, &by_reading).await?.unwrap_or(by_reading));
    }
    if db.get_database_backend() == DbBackend::Sqlite {
        let phrase = format!("\"{}\"", text.replace('"', "\"\""));
        let count = Statement::from_sql_and_values(
            DbBackend::Sqlite,
            "SELECT count(*) AS found FROM (SELECT rowid FROM call_text WHERE call_text MATCH ? LIMIT ?)",
            [phrase.as_str().into(), (COMMON + 1).into()],
        );
        let row = db.query_one_raw(count).await.map_err(|e| store_error(&e))?;
        let found: i64 =
            row.map(|row| row.try_get("", "found")).transpose().map_err(|e| store_error(&e))?.unwrap_or(0);
        if found <= COMMON {
            let by_index = Expr::cust_with_values(
                "serial IN (SELECT rowid FROM call_text WHERE call_text MATCH ?)",
                [phrase],
            );
            return Ok(Condition::all().add(by_index));
        }
    }
    Ok(by_reading)
}

/// The calls of that condition by their names, if they are few. Asked by itself and not as a part of the whole question,
/// PostgreSQL sees that its index of texts is the way to rare ones.
async fn named_by_index(
    db: &DatabaseConnection,
    condition: &Condition,
) -> Result<Option<Condition>, StoreError> {
    let few = u64::try_from(COMMON).unwrap_or(u64::MAX);
    let named = call::Entity::find().select_only().column(call::Column::Id).filter(condition.clone());
    let named: Vec<String> = named.limit(few + 1).into_tuple().all(db).await.map_err(|e| store_error(&e))?;
    let is_rare = named.len() as u64 <= few;
    let by_name = || Expr::cust_with_values("calls.id = ANY(string_to_array($1, ','))", [named.join(",")]);
    Ok(is_rare.then(|| Condition::all().add(by_name())))
}
