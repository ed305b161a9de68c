//! The database server's clock, the only clock that instances share. Job leases use it, so that an instance with a
//! wrong clock neither takes jobs that another instance holds nor holds them for too long.
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use frontdesk_domain::Timestamp;
use frontdesk_ports::{Clock, StoreError};
use jiff::SignedDuration;
use sea_orm::sqlx::{self, PgPool};
use sea_orm::{DbBackend, DbErr, RuntimeErr};
use tokio::task::JoinHandle;

use crate::Database;
use crate::error::store_error;

/// Interval between comparisons. In that time a clock drifts by far less than a lease lasts.
const EVERY: Duration = Duration::from_secs(60);

/// This machine's clock, corrected by the database server's clock.
pub struct ServerClock {
    own: Arc<dyn Clock>,
    server: Option<PgPool>,
    /// How far the server's clock is ahead of this machine's, in milliseconds.
    ahead: Arc<AtomicI64>,
}

/// Compares the two clocks periodically until it is dropped.
pub struct Comparing(JoinHandle<()>);

impl Drop for Comparing {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl ServerClock {
    /// Uses the server's clock on PostgreSQL, and this machine's clock on SQLite.
    pub fn new(db: &Database, own: Arc<dyn Clock>) -> Self {
        let is_server = db.reader.get_database_backend() == DbBackend::Postgres;
        let server = is_server.then(|| db.reader.get_postgres_connection_pool().clone());
        Self { own, server, ahead: Arc::default() }
    }

    /// Compares the two clocks once.
    pub async fn compare(&self) -> Result<(), StoreError> {
        let Some(server) = &self.server else { return Ok(()) };
        let before = self.own.now();
        let asked = sqlx::query_scalar("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)");
        let server_time: i64 = asked
            .fetch_one(server)
            .await
            .map_err(|error| store_error(&DbErr::Query(RuntimeErr::SqlxError(Arc::new(error)))))?;
        // The server read its clock between our two readings; the middle is assumed.
        let (before, after) = (before.as_millisecond(), self.own.now().as_millisecond());
        self.ahead.store(server_time - (before + (after - before) / 2), Ordering::Relaxed);
        Ok(())
    }

    /// Starts to compare the two clocks periodically.
    pub fn keep_comparing(self: &Arc<Self>) -> Comparing {
        let clock = self.clone();
        Comparing(tokio::spawn(async move {
            while clock.server.is_some() {
                if let Err(error) = clock.compare().await {
                    tracing::debug!("the database's clock cannot be read: {error}");
                }
                tokio::time::sleep(EVERY).await;
            }
        }))
    }
}

impl Clock for ServerClock {
    fn now(&self) -> Timestamp {
        let own = self.own.now();
        own.checked_add(SignedDuration::from_millis(self.ahead.load(Ordering::Relaxed))).unwrap_or(own)
    }
}
