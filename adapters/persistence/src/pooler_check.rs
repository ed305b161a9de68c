//! Detects a pooler between us and PostgreSQL that may run each transaction on another connection (PgBouncer with
//! `pool_mode = transaction`). Prepared statements, `LISTEN` and session settings do not survive that, and statements would
//! fail intermittently, so such a pooler is refused at startup.
use std::time::Duration;

use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::{self, ConnectOptions as _, Connection};

use crate::error::ConnectError;

/// How long the check may take. A pooler with one free connection would keep the second one waiting.
const CHECK_TIMEOUT: Duration = Duration::from_secs(5);
/// SQLSTATE of a protocol violation, which is PgBouncer's answer to a startup parameter that it does not know.
const PROTOCOL_VIOLATION: &str = "08P01";

/// Fails if there is a pooler in transaction mode. `options` are those of our own pool, because a pooler may reject their
/// startup parameters. An unreachable server is not an error here.
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

/// Whether two open connections share one server process, or one of them changes its process between statements.
async fn is_transaction_pooler(options: &PgConnectOptions) -> Result<bool, sqlx::Error> {
    // Not prepared: behind a pooler, the second connection may already have the first one's prepared statement.
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
