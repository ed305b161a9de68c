//! What requests were answered for, on a database server that instances share: a row each, one statement for all who wait,
//! so that a caller waits for one round trip. The log takes it in a moment later; should this instance be gone by then,
//! another does. Taken in twice, an event is one event.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use frontdesk_ports::{Backlog, Ids, LoggedEvent, Portion, StoreError};
use sea_orm::sqlx::{self, PgPool};
use sea_orm::{DbBackend, DbErr, RuntimeErr};
use tokio::sync::{mpsc, oneshot};

use crate::Database;
use crate::error::store_error;

/// Requests that may wait before a further one is turned away.
const QUEUE: usize = 4096;
/// Requests of one statement, and of one portion.
const TOGETHER: usize = 500;
/// After so many seconds by the server's clock, what an instance has kept is anybody's: it takes a tenth of one.
const LEFT: f64 = 5.0;

/// An inbox on PostgreSQL. What waits is written before it ends.
pub struct SqlInbox {
    pool: PgPool,
    owner: String,
    jobs: mpsc::Sender<Job>,
    waiting: Arc<AtomicU64>,
    given: Mutex<Given>,
}

struct Job {
    told: Vec<u8>,
    events: u64,
    done: oneshot::Sender<Result<(), StoreError>>,
}

/// What portions are made of.
#[derive(Default)]
struct Given {
    /// The rows of a portion, and how many events of ours are among them.
    portions: HashMap<u64, (Vec<i64>, u64)>,
    /// Rows of others that we cannot read: of a newer version, which will.
    foreign: Vec<i64>,
}

impl SqlInbox {
    /// The inbox of a database server; a SQLite file has none.
    pub fn on_server(db: &Database, ids: &dyn Ids) -> Option<Self> {
        if db.writer.get_database_backend() != DbBackend::Postgres {
            return None;
        }
        let pool = db.writer.get_postgres_connection_pool().clone();
        let owner = hex::encode(&ids.random()[24..]);
        let (jobs, waits) = mpsc::channel(QUEUE);
        let waiting = Arc::new(AtomicU64::new(0));
        tokio::spawn(write(waits, pool.clone(), owner.clone(), waiting.clone()));
        Some(Self { pool, owner, jobs, waiting, given: Mutex::default() })
    }

    fn given(&self) -> MutexGuard<'_, Given> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes all that wait at once, until nobody can wait any more.
async fn write(mut waits: mpsc::Receiver<Job>, pool: PgPool, owner: String, waiting: Arc<AtomicU64>) {
    let mut jobs = Vec::new();
    while waits.recv_many(&mut jobs, TOGETHER).await > 0 {
        let told: Vec<&[u8]> = jobs.iter().map(|job: &Job| &*job.told).collect();
        let insert = sqlx::query("INSERT INTO inbox (owner, told) SELECT $1, unnest($2)");
        let outcome = insert.bind(&owner).bind(told).execute(&pool).await.map(|_| ()).map_err(failed);
        for job in jobs.drain(..) {
            if outcome.is_ok() {
                waiting.fetch_add(job.events, Ordering::Relaxed);
            }
            // Whoever has stopped waiting does not want to know.
            let _ = job.done.send(outcome.clone());
        }
    }
}

fn failed(error: sqlx::Error) -> StoreError {
    store_error(&DbErr::Query(RuntimeErr::SqlxError(Arc::new(error))))
}

#[async_trait]
impl Backlog for SqlInbox {
    async fn keep(&self, events: Arc<Vec<LoggedEvent>>) -> Result<(), StoreError> {
        if events.is_empty() {
            return Ok(());
        }
        let told = serde_json::to_vec(&*events).map_err(|why| StoreError::Refused(why.to_string()))?;
        let (done, outcome) = oneshot::channel();
        let stopped = || StoreError::Unavailable("the inbox has stopped".into());
        let job = Job { told, events: events.len() as u64, done };
        self.jobs.send(job).await.map_err(|_| stopped())?;
        outcome.await.map_err(|_| stopped())?
    }

    async fn oldest(&self) -> Result<Option<Portion>, StoreError> {
        let foreign = self.given().foreign.clone();
        let wanted = sqlx::query_as(
            "SELECT id, owner = $1, told FROM inbox \
             WHERE (owner = $1 OR kept_at < now() - make_interval(secs => $2)) AND id <> ALL($3) ORDER BY id LIMIT $4",
        );
        let limit = i64::try_from(TOGETHER).unwrap_or(i64::MAX);
        let rows: Vec<(i64, bool, Vec<u8>)> = wanted
            .bind(&self.owner)
            .bind(LEFT)
            .bind(foreign)
            .bind(limit)
            .fetch_all(&self.pool)
            .await
            .map_err(failed)?;
        let (mut taken, mut ours, mut events) = (Vec::new(), 0, Vec::new());
        for (id, own, told) in rows {
            match serde_json::from_slice::<Vec<LoggedEvent>>(&told) {
                Ok(told) => {
                    ours += if own { told.len() as u64 } else { 0 };
                    events.extend(told);
                    taken.push(id);
                }
                Err(why) => {
                    tracing::error!("inbox {id} cannot be read here and is left to a newer version: {why}");
                    self.given().foreign.push(id);
                }
            }
        }
        let Some(last) = taken.last() else { return Ok(None) };
        let number = u64::try_from(*last).unwrap_or(0);
        self.given().portions.insert(number, (taken, ours));
        Ok(Some(Portion { number, events }))
    }

    async fn forget(&self, number: u64) -> Result<(), StoreError> {
        let Some((rows, ours)) = self.given().portions.get(&number).cloned() else { return Ok(()) };
        let delete = sqlx::query("DELETE FROM inbox WHERE id = ANY($1)").bind(rows);
        delete.execute(&self.pool).await.map_err(failed)?;
        self.given().portions.remove(&number);
        self.waiting.fetch_sub(ours, Ordering::Relaxed);
        Ok(())
    }

    fn waiting(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }
}
