//! Text search. Common texts are found by reading calls, newest first; rare texts by a trigram index. The query first
//! estimates which of the two applies, because the wrong one takes a hundred times as long.
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use frontdesk_ports::{Change, StoreError};
use parking_lot::Mutex;
use sea_orm::sea_query::{Expr, LikeExpr, Order, Query, SelectStatement, UnionType};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter, QuerySelect,
    Statement, TransactionTrait,
};

use crate::SqlLog;
use crate::entity::call::{self, Column};
use crate::error::failed;
use crate::read::text_index;

/// A text that more calls than this contain is found sooner by reading calls than by asking the index for all of them.
const COMMON: u64 = 5000;
/// The trigram index needs texts of at least three characters.
const INDEXED_LENGTH: usize = 3;
/// On PostgreSQL the newest calls are read first; a text that this many of them contain counts as common.
const NEWEST: u64 = 1000;
const MANY: u64 = 20;

/// What was found last: a page asks for its rows and for their counts.
#[derive(Default)]
pub(crate) struct Texts {
    last: Mutex<Option<Found>>,
    /// Texts are indexed: once they are, they stay so.
    indexed: AtomicBool,
}

#[derive(Clone)]
struct Found {
    text: String,
    at: Change,
    /// The names of the calls, if they are few.
    named: Option<Arc<str>>,
}

impl SqlLog {
    /// The condition that a call contains a text, which is in lower case, or is one of these callers'.
    pub(crate) async fn containing(&self, text: &str, callers: &[String]) -> Result<Condition, StoreError> {
        let literal = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let like = || LikeExpr::new(format!("%{literal}%")).escape('\\');
        let by_reading =
            Condition::any().add(Column::SearchText.like(like())).add(Column::NoteText.like(like()));
        // Named last: without names, the search is planned for its index alone.
        let or_callers = |condition: Condition| match callers {
            [] => condition,
            callers => Condition::any().add(condition).add(Column::FromNumber.is_in(callers)),
        };
        if text.chars().count() < INDEXED_LENGTH {
            return Ok(or_callers(by_reading));
        }
        if self.db.reader.get_database_backend() == DbBackend::Sqlite {
            let matched = self.matched(text, by_reading.clone(), callers).await.map_err(failed)?;
            return Ok(matched.unwrap_or_else(|| or_callers(by_reading)));
        }
        let by_name = |named: Arc<str>| {
            Expr::cust_with_values("calls.id = ANY(string_to_array($1, ','))", [named.to_string()])
        };
        let named = self.named(text, &by_reading).await?;
        Ok(or_callers(named.map_or(by_reading, |named| Condition::all().add(by_name(named)))))
    }

    /// On SQLite: the index as a part of the question, unless the text is common. Calls that are not over are read: the index
    /// holds the others, and there are few of them. The parts are united within one list of ids, each found by an index of its
    /// own: joined by OR, none of them would use one.
    async fn matched(
        &self,
        text: &str,
        by_reading: Condition,
        callers: &[String],
    ) -> Result<Option<Condition>, DbErr> {
        let phrase = format!("\"{}\"", text.replace('"', "\"\""));
        let count = Statement::from_sql_and_values(
            DbBackend::Sqlite,
            "SELECT count(*) AS found FROM (SELECT rowid FROM call_text WHERE call_text MATCH ? LIMIT ?)",
            [phrase.as_str().into(), (COMMON + 1).into()],
        );
        let row = self.db.reader.query_one_raw(count).await?;
        let found: i64 = row.map(|row| row.try_get("", "found")).transpose()?.unwrap_or(0);
        if found.unsigned_abs() > COMMON {
            return Ok(None);
        }
        let by_index = Expr::cust_with_values(
            "serial IN (SELECT rowid FROM call_text WHERE call_text MATCH ?)",
            [phrase],
        );
        let mut ids = ids_of(Condition::all().add(by_index));
        let live = Condition::all().add(Expr::cust("state <> 'ended'")).add(by_reading);
        ids.union(UnionType::All, ids_of(live));
        if !callers.is_empty() {
            ids.union(UnionType::All, ids_of(Condition::all().add(Column::FromNumber.is_in(callers))));
        }
        Ok(Some(Condition::all().add(Column::Id.in_subquery(ids))))
    }

    /// On PostgreSQL: the calls by their names, unless the text is common.
    async fn named(&self, text: &str, condition: &Condition) -> Result<Option<Arc<str>>, StoreError> {
        let at = *self.changed.borrow();
        let last = self.texts.last.lock().clone();
        if let Some(found) = last.filter(|found| found.text == text && found.at == at) {
            return Ok(found.named);
        }
        if !self.is_indexed().await {
            return Ok(None);
        }
        let named = match self.find_named(condition).await {
            Ok(named) => named,
            Err(error) => {
                tracing::debug!("the index of texts gave no answer, calls are read: {error}");
                None
            }
        };
        let found = Found { text: text.to_owned(), at, named: named.clone() };
        *self.texts.last.lock() = Some(found);
        Ok(named)
    }

    async fn is_indexed(&self) -> bool {
        let pool = self.db.reader.get_postgres_connection_pool();
        let known = self.texts.indexed.load(Ordering::Relaxed);
        let there = known || text_index::is_there(pool).await.unwrap_or(false);
        self.texts.indexed.store(there, Ordering::Relaxed);
        there
    }

    async fn find_named(&self, condition: &Condition) -> Result<Option<Arc<str>>, DbErr> {
        let mut newest = Query::select();
        newest.columns([Column::SearchText, Column::NoteText]).from(call::Entity);
        newest.order_by(Column::Id, Order::Desc).limit(NEWEST);
        let mut containing = Query::select();
        containing.expr_as(Expr::val(1), "one").from_subquery(newest, call::Entity);
        containing.cond_where(condition.clone()).limit(MANY);
        let mut count = Query::select();
        count.expr_as(Expr::cust("count(*)"), "found").from_subquery(containing, "containing");
        let row = self.db.reader.query_one(&count).await?;
        let found: i64 = row.map(|row| row.try_get("", "found")).transpose()?.unwrap_or(0);
        if found.unsigned_abs() >= MANY {
            return Ok(None);
        }
        let tx = self.db.reader.begin().await?;
        // Forces the index: the planner has no statistics on rare texts.
        tx.execute_unprepared("SET LOCAL enable_seqscan = off").await?;
        let named = call::Entity::find().select_only().column(Column::Id).filter(condition.clone());
        let named: Vec<String> = named.limit(COMMON + 1).into_tuple().all(&tx).await?;
        tx.commit().await?;
        Ok((named.len() as u64 <= COMMON).then(|| named.join(",").into()))
    }
}

/// The ids of the calls that a condition fits.
fn ids_of(condition: Condition) -> SelectStatement {
    let mut ids = Query::select();
    ids.column(Column::Id).from(call::Entity).cond_where(condition);
    ids
}
