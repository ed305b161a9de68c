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

/// Between two comparisons: a clock drifts by far less in that time than a lease lasts.
const EVERY: Duration = Duration::from_secs(60);

/// Our own clock, put right by the server's.
pub struct ServerClock {
    own: Arc<dyn Clock>,
    server: Option<PgPool>,
    /// How far the server's clock is ahead of this machine's, in milliseconds.
    ahead: Arc<AtomicI64>,
}

/// Compares the two as long as it lives.
pub struct Comparing(JoinHandle<()>);

impl Drop for Comparing {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl ServerClock {
    /// On PostgreSQL; a SQLite file has no clock but ours.
    pub fn new(db: &Database, own: Arc<dyn Clock>) -> Self {
        let is_server = db.reader.get_database_backend() == DbBackend::Postgres;
        let server = is_server.then(|| db.reader.get_postgres_connection_pool().clone());
        Self { own, server, ahead: Arc::default() }
    }

    /// Compares the two once.
    pub async fn compare(&self) -> Result<(), StoreError> {
        let Some(server) = &self.server else { return Ok(()) };
        let before = self.own.now();
        let asked = sqlx::query_scalar("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)");
        let server_time: i64 = asked
            .fetch_one(server)
            .await
            .map_err(|error| store_error(&DbErr::Query(RuntimeErr::SqlxError(Arc::new(error)))))?;
        // It was read somewhere between the question and the answer.
        let (before, after) = (before.as_millisecond(), self.own.now().as_millisecond());
        self.ahead.store(server_time - (before + (after - before) / 2), Ordering::Relaxed);
        Ok(())
    }

    /// Compares the two from time to time.
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
