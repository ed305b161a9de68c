//! Database errors in the ports' words.

use frontdesk_ports::StoreError;
use sea_orm::{DbErr, SqlErr};

/// Says what can be done about a database error. The text tells what failed, never with which values.
pub(crate) fn store_error(error: &DbErr) -> StoreError {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => StoreError::Exists("a row of that name".into()),
        _ => StoreError::Unavailable(error.to_string()),
    }
}

/// A stored value that cannot be.
pub(crate) fn corrupt(table: &str, column: &str, row: &str, why: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt(format!("{table}.{column} of row {row}: {why}"))
}
