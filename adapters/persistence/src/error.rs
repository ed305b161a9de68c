//! Database errors in the ports' words, and why a database cannot be opened.
use std::path::PathBuf;

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

/// A database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The address is of no database that we know.
    #[error("{0:?} is not a database address; use sqlite://PATH or postgres://…")]
    Scheme(String),
    /// The address cannot be read. It holds a password, so it is not repeated.
    #[error(
        "the database's address cannot be read: {0}; write it as postgres://USER:PASSWORD@HOST/NAME, with special characters of the password encoded (# is %23, / is %2F, ? is %3F, @ is %40)"
    )]
    Address(String),
    /// The folder or file cannot be made.
    #[error("cannot create {path}: {source}")]
    File {
        /// The folder or file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A pooler gives each transaction another connection.
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
    /// SQLite is too old to be trusted.
    #[error("SQLite {0} can corrupt its write-ahead log; 3.51.3 or newer is needed")]
    OldSqlite(String),
    /// The database cannot be opened.
    #[error("cannot open the database: {0}")]
    Database(#[from] DbErr),
}
