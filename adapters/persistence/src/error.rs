//! Database errors in the ports' words.
use frontdesk_ports::StoreError;
use sea_orm::sqlx::error::DatabaseError;
use sea_orm::{DbErr, RuntimeErr, SqlErr};

/// Classifies a database error by its remedy. The text says what failed, never with which values.
pub(crate) fn store_error(error: &DbErr) -> StoreError {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => StoreError::Exists("a row of that name".into()),
        _ if is_about_a_value(error) => StoreError::Refused(error.to_string()),
        _ => StoreError::Unavailable(error.to_string()),
    }
}

/// Whether the database would refuse this again: too large, of the wrong kind, against a constraint. Everything else
/// (locked, full, read-only, gone) passes.
fn is_about_a_value(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) = error
    else {
        return false;
    };
    let Some(code) = error.as_database_error().and_then(DatabaseError::code) else { return false };
    match code.parse::<u32>() {
        // SQLite's extended codes hold the primary one in the low byte: TOOBIG, CONSTRAINT, MISMATCH, RANGE.
        Ok(number) if code.len() != 5 => matches!(number & 0xff, 18 | 19 | 20 | 25),
        // PostgreSQL's classes: 22 is data, 23 is integrity.
        _ => code.len() == 5 && (code.starts_with("22") || code.starts_with("23")),
    }
}

/// Like [`store_error`], for `map_err`.
pub(crate) fn failed(error: DbErr) -> StoreError {
    store_error(&error)
}

/// A stored value that is not valid.
pub(crate) fn corrupt(table: &str, column: &str, row: &str, why: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt(format!("{table}.{column} of row {row}: {why}"))
}
