//! Text search. Common texts are found by reading calls, newest first; rare texts by a trigram index. The query first
//! estimates which of the two applies, because the wrong one takes a hundred times as long.
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use frontdesk_ports::{Change, StoreError};
use parking_lot::Mutex;
use sea_orm::sea_query::{Expr, Order, Query, SelectStatement, UnionType};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter, QuerySelect,
    Statement, TransactionTrait, Value,
};

use crate::entity::call::{self, Column};
use crate::error::failed;
use crate::like::containing;
use crate::read::pages::Pages;
use crate::read::text_index;

/// Above this number of matching calls, reading calls is faster than getting all matches from the index.
const COMMON: u64 = 5000;
/// On SQLite, the ids of up to this number of matching calls are read at once; if there are more, the index counts them first.
const FEW: u64 = 200;
/// The trigram index needs texts of at least three characters.
const INDEXED_LENGTH: usize = 3;
/// On PostgreSQL, a text is common if at least `COMMON_AMONG_NEWEST` of the `NEWEST` newest calls contain it.
const NEWEST: u64 = 1000;
const COMMON_AMONG_NEWEST: u64 = 20;

/// The last result, because a page queries its rows and then their counts.
#[derive(Default)]
pub(crate) struct Texts {
    last: Mutex<Option<Found>>,
    /// Whether texts are indexed. Once `true`, it stays so.
    indexed: AtomicBool,
}

#[derive(Clone)]
struct Found {
    text: String,
    callers: Vec<String>,
    at: Change,
    /// The ids of the matching calls, if they are few.
    named: Option<Arc<str>>,
}

/// The condition that calls contain a text.
pub(crate) struct TextCondition {
    pub condition: Condition,
    /// Whether no index finds them, so that calls are read one by one.
    pub reads_calls: bool,
}

impl Pages {
    /// The condition that a call contains a text (in lower case), or is from one of these callers.
    pub(crate) async fn containing(
        &self,
        text: &str,
        callers: &[String],
    ) -> Result<TextCondition, StoreError> {
        let like = || containing(text);
        let by_reading =
            Condition::any().add(Column::SearchText.like(like())).add(Column::NoteText.like(like()));
        let named = match text.chars().count() {
            0..INDEXED_LENGTH => None,
            _ => self.named(text, callers, &by_reading).await?,
        };
        let Some(named) = named else {
            return Ok(TextCondition { condition: or_callers(by_reading, callers), reads_calls: true });
        };
        let found = |condition| TextCondition { condition, reads_calls: false };
        let listed = |list: &'static str, named| Condition::all().add(Expr::cust_with_values(list, [named]));
        if self.db.get_database_backend() == DbBackend::Sqlite {
            return Ok(found(listed("calls.id IN (SELECT value FROM json_each(?))", format!("[{named}]"))));
        }
        let by_name = listed("calls.id = ANY(string_to_array($1, ','))", named.to_string());
        Ok(found(or_callers(by_name, callers)))
    }

    /// The ids of the calls that contain a text, separated by commas; `None` if they are many. On SQLite they include the calls
    /// from these callers.
    async fn named(
        &self,
        text: &str,
        callers: &[String],
        by_reading: &Condition,
    ) -> Result<Option<Arc<str>>, StoreError> {
        let at = *self.changed.borrow();
        let last = self.texts.last.lock().clone();
        let is_same = |found: &Found| found.text == text && found.callers == callers && found.at == at;
        if let Some(found) = last.filter(is_same) {
            return Ok(found.named);
        }
        let named = if self.db.get_database_backend() == DbBackend::Sqlite {
            self.find_on_sqlite(text, by_reading, callers).await.map_err(failed)?
        } else if self.is_indexed().await {
            self.find_on_postgres(by_reading).await.unwrap_or_else(|error| {
                tracing::debug!("the text index failed, reading calls instead: {error}");
                None
            })
        } else {
            return Ok(None);
        };
        let (text, callers) = (text.to_owned(), callers.to_owned());
        *self.texts.last.lock() = Some(Found { text, callers, at, named: named.clone() });
        Ok(named)
    }

    async fn find_on_sqlite(
        &self,
        text: &str,
        by_reading: &Condition,
        callers: &[String],
    ) -> Result<Option<Arc<str>>, DbErr> {
        match self.matched(text, by_reading, callers, FEW).await? {
            Some(named) => Ok(Some(named)),
            None if self.is_indexed_often(text).await? => Ok(None),
            None => self.matched(text, by_reading, callers, COMMON).await,
        }
    }

    /// Whether more ended calls than [`COMMON`] contain a text. The index alone answers, much faster than the ids are found.
    async fn is_indexed_often(&self, text: &str) -> Result<bool, DbErr> {
        let count =
            "SELECT count(*) AS found FROM (SELECT rowid FROM call_text WHERE call_text MATCH ? LIMIT ?)";
        let values = [phrase(text).into(), Value::from(COMMON + 1)];
        let row =
            self.db.query_one_raw(Statement::from_sql_and_values(DbBackend::Sqlite, count, values)).await?;
        let found: i64 = row.map(|row| row.try_get("", "found")).transpose()?.unwrap_or(0);
        Ok(found.unsigned_abs() > COMMON)
    }

    /// On SQLite: the text index contains the calls that have ended; the few others are read. The parts are combined by UNION,
    /// so that each uses an index of its own; combined by OR, none of them would use one. `None` if there are more than `most`
    /// calls.
    async fn matched(
        &self,
        text: &str,
        by_reading: &Condition,
        callers: &[String],
        most: u64,
    ) -> Result<Option<Arc<str>>, DbErr> {
        let by_index = Expr::cust_with_values(
            "serial IN (SELECT rowid FROM call_text WHERE call_text MATCH ? LIMIT ?)",
            [phrase(text).into(), Value::from(most + 1)],
        );
        let mut ids = ids_of(Condition::all().add(by_index));
        let live = Condition::all().add(Expr::cust("state <> 'ended'")).add(by_reading.clone());
        ids.union(UnionType::All, ids_of(live));
        if !callers.is_empty() {
            ids.union(UnionType::All, ids_of(Condition::all().add(Column::FromNumber.is_in(callers))));
        }
        let rows = self.db.query_all(&ids).await?;
        if rows.len() as u64 > most {
            return Ok(None);
        }
        let named = rows.iter().map(|row| row.try_get::<String>("", "id").map(|id| format!("\"{id}\"")));
        Ok(Some(named.collect::<Result<Vec<_>, _>>()?.join(",").into()))
    }

    async fn is_indexed(&self) -> bool {
        let pool = self.db.get_postgres_connection_pool();
        let known = self.texts.indexed.load(Ordering::Relaxed);
        let there = known || text_index::is_indexed(pool).await.unwrap_or(false);
        self.texts.indexed.store(there, Ordering::Relaxed);
        there
    }

    /// Whether enough of the newest calls contain a text that reading calls fills a page sooner than an index would.
    async fn is_common(&self, by_reading: &Condition) -> Result<bool, DbErr> {
        let mut newest = Query::select();
        newest.columns([Column::SearchText, Column::NoteText]).from(call::Entity);
        newest.order_by(Column::Id, Order::Desc).limit(NEWEST);
        let mut containing = Query::select();
        containing.expr_as(Expr::val(1), "one").from_subquery(newest, call::Entity);
        containing.cond_where(by_reading.clone()).limit(COMMON_AMONG_NEWEST);
        let mut count = Query::select();
        count.expr_as(Expr::cust("count(*)"), "found").from_subquery(containing, "containing");
        let row = self.db.query_one(&count).await?;
        let found: i64 = row.map(|row| row.try_get("", "found")).transpose()?.unwrap_or(0);
        Ok(found.unsigned_abs() >= COMMON_AMONG_NEWEST)
    }

    async fn find_on_postgres(&self, condition: &Condition) -> Result<Option<Arc<str>>, DbErr> {
        if self.is_common(condition).await? {
            return Ok(None);
        }
        let tx = self.db.begin().await?;
        // Forces the index: the planner has no statistics on rare texts.
        tx.execute_unprepared("SET LOCAL enable_seqscan = off").await?;
        let named = call::Entity::find().select_only().column(Column::Id).filter(condition.clone());
        let named: Vec<String> = named.limit(COMMON + 1).into_tuple().all(&tx).await?;
        tx.commit().await?;
        Ok((named.len() as u64 <= COMMON).then(|| named.join(",").into()))
    }
}

/// The condition, or calls from these callers. Without callers there is no OR, so the plan uses the condition's index alone.
fn or_callers(condition: Condition, callers: &[String]) -> Condition {
    match callers {
        [] => condition,
        callers => Condition::any().add(condition).add(Column::FromNumber.is_in(callers)),
    }
}

/// A text as a phrase of the full-text index of SQLite.
fn phrase(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// The ids of the calls that match a condition.
fn ids_of(condition: Condition) -> SelectStatement {
    let mut ids = Query::select();
    ids.column(Column::Id).from(call::Entity).cond_where(condition);
    ids
}
