//! The text index on PostgreSQL. For a log that already has calls it is built concurrently, because that takes
//! minutes for a long log and calls must be logged meanwhile.
use frontdesk_ports::StoreError;
use sea_orm::sqlx::{self, Connection, PgConnection, PgPool};
use sea_orm::{DbBackend, DbErr, RuntimeErr};

use crate::Database;
use crate::error::store_error;

/// The instance that holds this advisory lock builds the index.
const LOCK: i64 = 0x66_72_6f_6e_74;

/// Queries the schema of the extension, and whether the index is valid (`NULL` if it does not exist).
const INDEX_STATUS: &str = "
    SELECT (SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
            WHERE e.extname = 'pg_trgm'),
           (SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('calls_text'))";

/// Whether texts are indexed.
pub(crate) async fn is_indexed(pool: &PgPool) -> Result<bool, sqlx::Error> {
    let (_, whole): (Option<String>, Option<bool>) = sqlx::query_as(INDEX_STATUS).fetch_one(pool).await?;
    Ok(whole == Some(true))
}

impl Database {
    /// Creates the text index if it is missing and the server has the extension for it. Returns whether the index exists then;
    /// it does not before the schema is migrated, nor while another instance builds it. On SQLite there is nothing to do.
    pub async fn index_texts(&self) -> Result<bool, StoreError> {
        if self.writer.get_database_backend() != DbBackend::Postgres {
            return Ok(true);
        }
        let pool = self.writer.get_postgres_connection_pool();
        index(pool).await.map_err(|error| store_error(&DbErr::Exec(RuntimeErr::SqlxError(error.into()))))
    }
}

async fn index(pool: &PgPool) -> Result<bool, sqlx::Error> {
    let (place, whole): (Option<String>, Option<bool>) = sqlx::query_as(INDEX_STATUS).fetch_one(pool).await?;
    if whole == Some(true) || place.is_none() {
        return Ok(whole == Some(true));
    }
    // A separate connection, closed afterwards together with its session settings.
    let mut own = PgConnection::connect_with(&pool.connect_options()).await?;
    sqlx::query("SET statement_timeout = 0").execute(&mut own).await?;
    let ours: bool =
        sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(LOCK).fetch_one(&mut own).await?;
    if !ours {
        return Ok(false);
    }
    let (place, whole): (Option<String>, Option<bool>) =
        sqlx::query_as(INDEX_STATUS).fetch_one(&mut own).await?;
    let Some(place) = place else { return Ok(false) };
    if whole == Some(false) {
        // Another process was terminated while it built the index.
        sqlx::query("DROP INDEX CONCURRENTLY IF EXISTS calls_text").execute(&mut own).await?;
    }
    let place = format!("\"{}\"", place.replace('"', "\"\""));
    let make = format!(
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS calls_text ON calls \
         USING gin (search_text {place}.gin_trgm_ops, note_text {place}.gin_trgm_ops)"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(make)).execute(&mut own).await?;
    own.close().await?;
    Ok(true)
}
