//! The inbox (PostgreSQL only): events whose requests have been answered and that are not in the call log yet. A request
//! becomes one row. One statement inserts the rows of all pending requests, so a caller waits for one round trip. The
//! instance that inserted a row folds it into the log a moment later; if that instance is gone, another one does.
//!
//! A row goes through these states:
//!
//! ```text
//! insert ──> owned ──── read by `oldest`, folded, then deleted by `forget`
//!              │ older than CLAIM_AFTER_SECONDS (its owner is gone, or its request timed out before the insert)
//!              ▼
//!          claimed by another instance ──> owned by that one
//!              │ cannot be decoded
//!              ▼
//!          unreadable ──> left for an instance with a newer version
//! ```
//!
//! Folding a row again has no effect, because a repeated event is ignored.
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use frontdesk_ports::{EventBatch, EventBuffer, Ids, LoggedEvent, StoreError};
use parking_lot::Mutex;
use sea_orm::sqlx::{self, PgPool};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, RuntimeErr, Statement};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use crate::Database;
use crate::error::store_error;

/// Requests that may be queued for their insert. Further requests wait for a free slot.
const MAX_QUEUED: usize = 4096;
/// Maximum number of rows per insert and per batch.
const MAX_ROWS: usize = 500;
/// Rows older than this many seconds (database clock) may be claimed by any instance. Normal processing takes about 0.1 s.
const CLAIM_AFTER_SECONDS: f64 = 5.0;
/// How often an instance looks for rows to claim.
const CLAIM_INTERVAL: Duration = Duration::from_secs(2);
/// A server that does not answer within this time counts as unavailable.
const QUERY_TIMEOUT: Duration = Duration::from_secs(5);

/// An undecoded row: its id and its events as JSON.
type Row = (i64, Vec<u8>);

/// An inbox on PostgreSQL. Pending inserts are written before its writer ends.
pub struct SqlInbox {
    pool: PgPool,
    /// The id of this instance in the rows that it owns.
    owner: String,
    inserts: mpsc::Sender<Insert>,
    /// The number of events in our rows; approximate until all of them have been read.
    waiting: Arc<AtomicU64>,
    progress: Mutex<Progress>,
}

/// A request's events that are to be inserted.
struct Insert {
    events: Vec<u8>,
    count: u64,
    done: oneshot::Sender<Result<(), StoreError>>,
}

/// How far this instance has folded the inbox.
#[derive(Default)]
struct Progress {
    /// The last batch that was read.
    batch: Option<BatchRows>,
    /// Rows that a newer version inserted and that this one cannot decode.
    unreadable: Vec<i64>,
    /// All of our rows up to this id are folded. One task inserts them, so their ids ascend.
    folded_up_to: i64,
    claimed_at: Option<Instant>,
}

/// The rows of a batch.
#[derive(Clone)]
struct BatchRows {
    number: u64,
    ids: Vec<i64>,
    events: u64,
}

impl SqlInbox {
    /// The inbox of a database server; `None` for a SQLite file.
    pub fn on_server(db: &Database, ids: &dyn Ids) -> Option<Self> {
        if db.writer.get_database_backend() != DbBackend::Postgres {
            return None;
        }
        let pool = db.writer.get_postgres_connection_pool().clone();
        let owner = hex::encode(&ids.random()[24..]);
        let (inserts, queue) = mpsc::channel(MAX_QUEUED);
        let waiting = Arc::new(AtomicU64::new(0));
        tokio::spawn(write_inserts(queue, pool.clone(), owner.clone(), waiting.clone()));
        Some(Self { pool, owner, inserts, waiting, progress: Mutex::default() })
    }

    /// Reads the oldest rows of this instance.
    async fn read_own(&self) -> Result<Vec<Row>, StoreError> {
        let (folded_up_to, unreadable) = {
            let progress = self.progress.lock();
            (progress.folded_up_to, progress.unreadable.clone())
        };
        let query = sqlx::query_as(
            "SELECT id, events FROM inbox WHERE owner = $1 AND id > $2 AND id <> ALL($3) ORDER BY id LIMIT $4",
        );
        let query = query.bind(&self.owner).bind(folded_up_to).bind(unreadable).bind(max_rows());
        within_timeout(query.fetch_all(&self.pool)).await
    }

    /// Claims rows that other instances left behind, at most every [`CLAIM_INTERVAL`]. This includes our own rows with an id up
    /// to `folded_up_to`: they were inserted after their request had timed out, and so out of order.
    async fn claim(&self) -> Result<Vec<Row>, StoreError> {
        let (folded_up_to, unreadable) = {
            let mut progress = self.progress.lock();
            if progress.claimed_at.is_some_and(|at| at.elapsed() < CLAIM_INTERVAL) {
                return Ok(Vec::new());
            }
            progress.claimed_at = Some(Instant::now());
            (progress.folded_up_to, progress.unreadable.clone())
        };
        let query = sqlx::query_as(
            "UPDATE inbox SET owner = $1, stored_at = now() WHERE id IN (
                 SELECT id FROM inbox
                 WHERE (owner <> $1 OR id <= $5) AND stored_at < now() - make_interval(secs => $2) AND id <> ALL($3)
                 ORDER BY id LIMIT $4 FOR UPDATE SKIP LOCKED
             ) RETURNING id, events",
        );
        let query = query.bind(&self.owner).bind(CLAIM_AFTER_SECONDS).bind(unreadable).bind(max_rows());
        let mut rows: Vec<Row> = within_timeout(query.bind(folded_up_to).fetch_all(&self.pool)).await?;
        rows.sort_by_key(|(id, _)| *id);
        if let Some((first, _)) = rows.first() {
            let mut progress = self.progress.lock();
            progress.folded_up_to = progress.folded_up_to.min(first - 1);
            // After a full batch there may be more rows: claim again without a pause.
            progress.claimed_at = progress.claimed_at.filter(|_| rows.len() < MAX_ROWS);
        }
        Ok(rows)
    }
}

/// Inserts the rows of all pending requests, until the inbox is dropped.
async fn write_inserts(
    mut queue: mpsc::Receiver<Insert>,
    pool: PgPool,
    owner: String,
    waiting: Arc<AtomicU64>,
) {
    let mut inserts = Vec::new();
    while queue.recv_many(&mut inserts, MAX_ROWS).await > 0 {
        let events: Vec<&[u8]> = inserts.iter().map(|insert: &Insert| &*insert.events).collect();
        // Counted before the insert, because they may be folded before its answer arrives.
        waiting.fetch_add(inserts.iter().map(|insert| insert.count).sum(), Ordering::Relaxed);
        let statement = sqlx::query("INSERT INTO inbox (owner, events) SELECT $1, unnest($2)");
        let statement = statement.bind(&owner).bind(events).execute(&pool);
        let outcome = within_timeout(statement).await.map(|_| ());
        for insert in inserts.drain(..) {
            // Fails if the request has timed out.
            let _ = insert.done.send(outcome.clone());
        }
    }
}

impl SqlInbox {
    /// The number of pending rows of all instances; 0 on SQLite, which has no inbox.
    pub async fn rows(db: &Database) -> Result<u64, StoreError> {
        if db.reader.get_database_backend() != DbBackend::Postgres {
            return Ok(0);
        }
        let count = Statement::from_string(DbBackend::Postgres, "SELECT count(*) FROM inbox");
        let row = db.reader.query_one_raw(count).await.map_err(|error| store_error(&error))?;
        let rows: i64 =
            row.map_or(Ok(0), |row| row.try_get_by_index(0)).map_err(|error| store_error(&error))?;
        Ok(u64::try_from(rows).unwrap_or(0))
    }
}

/// Limits how long a query may take. A connection timeout would not notice a host that has vanished.
async fn within_timeout<T>(query: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, StoreError> {
    let late = |_| StoreError::Unavailable(format!("no answer within {QUERY_TIMEOUT:?}"));
    let failed = |error| store_error(&DbErr::Query(RuntimeErr::SqlxError(Arc::new(error))));
    tokio::time::timeout(QUERY_TIMEOUT, query).await.map_err(late)?.map_err(failed)
}

fn max_rows() -> i64 {
    i64::try_from(MAX_ROWS).unwrap_or(i64::MAX)
}

#[async_trait]
impl EventBuffer for SqlInbox {
    async fn store(&self, events: Arc<Vec<LoggedEvent>>) -> Result<(), StoreError> {
        if events.is_empty() {
            return Ok(());
        }
        let json = serde_json::to_vec(&*events).map_err(|why| StoreError::Refused(why.to_string()))?;
        let (done, outcome) = oneshot::channel();
        let stopped = || StoreError::Unavailable("the inbox has stopped".into());
        let insert = Insert { events: json, count: events.len() as u64, done };
        self.inserts.send(insert).await.map_err(|_| stopped())?;
        outcome.await.map_err(|_| stopped())?
    }

    async fn oldest(&self) -> Result<Option<EventBatch>, StoreError> {
        let mut rows = self.read_own().await?;
        let read_all = rows.len() < MAX_ROWS;
        if rows.is_empty() {
            rows = self.claim().await?;
        }
        let (mut ids, mut events, mut unreadable) = (Vec::new(), Vec::new(), Vec::new());
        for (id, json) in rows {
            match serde_json::from_slice::<Vec<LoggedEvent>>(&json) {
                Ok(decoded) => {
                    events.extend(decoded);
                    ids.push(id);
                }
                Err(why) => {
                    tracing::error!(
                        "inbox row {id} cannot be decoded and is left for a newer version: {why}"
                    );
                    unreadable.push(id);
                }
            }
        }
        let count = events.len() as u64;
        if read_all {
            // Corrects the count: other instances may have claimed rows, and inserts may have failed.
            self.waiting.store(count, Ordering::Relaxed);
        }
        let mut progress = self.progress.lock();
        progress.unreadable.extend(unreadable);
        // The first id is the batch's number: a batch that is read again may have more rows.
        let Some(first) = ids.first() else { return Ok(None) };
        let number = u64::try_from(*first).unwrap_or(0);
        progress.batch = Some(BatchRows { number, ids, events: count });
        Ok(Some(EventBatch { number, events }))
    }

    async fn forget(&self, number: u64) -> Result<(), StoreError> {
        let batch = self.progress.lock().batch.clone().filter(|batch| batch.number == number);
        let Some(batch) = batch else { return Ok(()) };
        let delete = sqlx::query("DELETE FROM inbox WHERE id = ANY($1)").bind(&batch.ids);
        within_timeout(delete.execute(&self.pool)).await?;
        let mut progress = self.progress.lock();
        progress.batch = None;
        progress.folded_up_to = batch.ids.last().copied().unwrap_or(0).max(progress.folded_up_to);
        let _ = self.waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |waiting| {
            Some(waiting.saturating_sub(batch.events))
        });
        Ok(())
    }

    fn waiting(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }
}
