//! Transactions of the writer, and the numbering of changes.
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, SqliteTransactionMode, TransactionOptions};

use crate::entity::change_counter;

/// A transaction that takes the write lock at its start. On SQLite, one that takes it later fails at once when another
/// transaction writes.
pub(crate) fn immediate() -> TransactionOptions {
    TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    }
}

/// The ids of the counters: changes of calls, and changes of contacts.
pub(crate) const CALL_CHANGES: i32 = 1;
pub(crate) const CONTACT_CHANGES: i32 = 2;

/// Reserves `count` change numbers and returns the last number before them. The counter's row stays locked until the
/// commit, so numbers become visible in order, and no two transactions fold the same call at once.
pub(crate) async fn reserve_changes(tx: &impl ConnectionTrait, count: u64) -> Result<u64, DbErr> {
    reserve_changes_of(CALL_CHANGES, tx, count).await
}

/// Like [`reserve_changes`], with the given counter.
pub(crate) async fn reserve_changes_of(
    counter: i32,
    tx: &impl ConnectionTrait,
    count: u64,
) -> Result<u64, DbErr> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let update = Query::update()
        .table(change_counter::Entity)
        .value(change_counter::Column::Value, Expr::col(change_counter::Column::Value).add(count))
        .and_where(change_counter::Column::Id.eq(counter))
        .returning_col(change_counter::Column::Value)
        .to_owned();
    let row = tx.query_one(&update).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("the change counter".into()))?;
    let value: i64 = row.try_get("", "value")?;
    Ok(u64::try_from(value - count).unwrap_or(0))
}
