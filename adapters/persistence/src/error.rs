//! Maps database errors to those of the ports, and defines the errors of opening a database.
use std::path::PathBuf;

use frontdesk_ports::StoreError;
use sea_orm::sqlx::error::DatabaseError;
use sea_orm::{DbErr, RuntimeErr, SqlErr};

/// Classifies a database error by how to handle it. The text says what failed, but contains no values.
pub(crate) fn store_error(error: &DbErr) -> StoreError {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => StoreError::Exists("a row of that name".into()),
        _ if is_about_a_value(error) => StoreError::Refused(error.to_string()),
        _ => StoreError::Unavailable(error.to_string()),
    }
}

/// Whether a retry would fail again: the value is too large, has the wrong type or violates a constraint. All other errors
/// (locked, full, read-only, unreachable) are temporary.
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

/// A database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The address names an unsupported kind of database.
    #[error("{0:?} is not a database address; use sqlite://PATH or postgres://…")]
    Scheme(String),
    /// The address cannot be parsed. It may contain a password, so it is not repeated.
    #[error(
        "the database's address cannot be read: {0}; write it as postgres://USER:PASSWORD@HOST/NAME, with special characters of the password encoded (# is %23, / is %2F, ? is %3F, @ is %40)"
    )]
    Address(String),
    /// The folder or file cannot be created.
    #[error("cannot create {path}: {source}")]
    File {
        /// The folder or file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A pooler in transaction mode, which may run each transaction on another connection.
    #[error(
        "a pooler in transaction mode is between frontdesk and PostgreSQL; it breaks prepared statements and LISTEN. Name \
         the server itself, or set pool_mode = session for this database"
    )]
    TransactionPooler,
    /// A pooler refuses the connection's parameters.
    #[error(
        "a pooler refuses the connection: {0}. Add ignore_startup_parameters = extra_float_digits, options to pgbouncer.ini, \
         and pool_mode = session for this database"
    )]
    PoolerParameters(String),
    /// This version of SQLite can corrupt its write-ahead log.
    #[error("SQLite {0} can corrupt its write-ahead log; 3.51.3 or newer is needed")]
    OldSqlite(String),
    /// The database cannot be opened.
    #[error("cannot open the database: {0}")]
    Database(#[from] DbErr),
}
