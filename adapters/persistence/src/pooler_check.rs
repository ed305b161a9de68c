//! Finds a pooler between us and PostgreSQL that gives each transaction another connection (PgBouncer with
//! `pool_mode = transaction`). Prepared statements, `LISTEN` and session settings do not survive that, and some
//! statements would fail now and then; so it is refused at the start.
use std::time::Duration;

use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::{self, ConnectOptions as _, Connection};

use crate::error::ConnectError;

/// How long the check may take. A pooler with one free connection would keep the second one waiting.
const CHECK_TIMEOUT: Duration = Duration::from_secs(5);
/// SQLSTATE of a protocol violation: PgBouncer answers so to a startup parameter that it does not know.
const PROTOCOL_VIOLATION: &str = "08P01";

/// Refuses a pooler in transaction mode. The options are those of the pool, whose parameters a pooler may not know. An unreachable server is not an error here.
pub(crate) async fn refuse_transaction_pooler(options: PgConnectOptions) -> Result<(), ConnectError> {
    let found = tokio::time::timeout(CHECK_TIMEOUT, is_transaction_pooler(&options));
    match found.await.unwrap_or(Ok(false)) {
        Ok(true) => Err(ConnectError::TransactionPooler),
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(PROTOCOL_VIOLATION) => {
            Err(ConnectError::PoolerParameters(error.message().to_owned()))
        }
        Ok(false) | Err(_) => Ok(()),
    }
}

/// Whether two connections that are open at the same time are one at the server.
async fn is_transaction_pooler(options: &PgConnectOptions) -> Result<bool, sqlx::Error> {
    // Unprepared: a prepared statement of the first may be known to the second already.
    let ask = async |connection: &mut sqlx::PgConnection| {
        let pid = sqlx::raw_sql("SELECT pg_backend_pid()");
        sqlx::Row::try_get::<i32, _>(&sqlx::Executor::fetch_one(connection, pid).await?, 0)
    };
    let mut first = options.clone().disable_statement_logging().connect().await?;
    let mut second = options.clone().disable_statement_logging().connect().await?;
    let pids = [ask(&mut first).await?, ask(&mut second).await?, ask(&mut first).await?];
    first.close().await?;
    second.close().await?;
    Ok(pids[0] == pids[1] || pids[0] != pids[2])
}
