//! What requests were answered for, on a database server that instances share: a row each, one statement for all who wait,
//! so that a caller waits for one round trip. The log takes it in a moment later; should this instance be gone by then,
//! another does. Taken in twice, an event is one event.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use frontdesk_ports::{Backlog, Ids, LoggedEvent, Portion, StoreError};
use sea_orm::sqlx::{self, PgPool};
use sea_orm::{DbBackend, DbErr, RuntimeErr};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use crate::Database;
use crate::error::store_error;

/// Requests that may wait before a further one is turned away.
const QUEUE: usize = 4096;
/// Requests of one statement, and of one portion.
const TOGETHER: usize = 500;
/// After so many seconds by the server's clock, what an instance has kept is anybody's: it takes a tenth of one.
const LEFT: f64 = 5.0;
/// So often an instance looks for that.
const LOOK: Duration = Duration::from_secs(2);
/// A server that does not answer for so long is away. Ours to say: it may be gone without a word.
const PATIENCE: Duration = Duration::from_secs(5);

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

/// What has been given out.
#[derive(Default)]
struct Given {
    /// The last portion: its number, its rows, and how many events of ours are among them.
    last: Option<(u64, Vec<i64>, u64)>,
    /// Rows that we cannot read: of a newer version, which will.
    foreign: Vec<i64>,
    /// Our rows up to this one are gone: one task writes them, so they come in order.
    floor: i64,
    looked: Option<Instant>,
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
        // Counted first: they may be taken in before we hear that they are there.
        waiting.fetch_add(jobs.iter().map(|job| job.events).sum(), Ordering::Relaxed);
        let insert = sqlx::query("INSERT INTO inbox (owner, told) SELECT $1, unnest($2)");
        let outcome = patiently(insert.bind(&owner).bind(told).execute(&pool)).await.map(|_| ());
        for job in jobs.drain(..) {
            // Whoever has stopped waiting does not want to know.
            let _ = job.done.send(outcome.clone());
        }
    }
}

/// An answer of the server's, or that it is away.
async fn patiently<T>(asked: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, StoreError> {
    let late = |_| StoreError::Unavailable(format!("no answer within {PATIENCE:?}"));
    let failed = |error| store_error(&DbErr::Query(RuntimeErr::SqlxError(Arc::new(error))));
    tokio::time::timeout(PATIENCE, asked).await.map_err(late)?.map_err(failed)
}

impl SqlInbox {
    /// The oldest rows of ours.
    async fn own(&self) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
        let (floor, foreign) = {
            let given = self.given();
            (given.floor, given.foreign.clone())
        };
        let wanted = sqlx::query_as(
            "SELECT id, told FROM inbox WHERE owner = $1 AND id > $2 AND id <> ALL($3) ORDER BY id LIMIT $4",
        );
        let wanted = wanted.bind(&self.owner).bind(floor).bind(foreign).bind(limit());
        patiently(wanted.fetch_all(&self.pool)).await
    }

    /// Makes rows ours that others have left, if it is time to look.
    async fn left(&self) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
        let (floor, foreign) = {
            let mut given = self.given();
            if given.looked.is_some_and(|looked| looked.elapsed() < LOOK) {
                return Ok(Vec::new());
            }
            given.looked = Some(Instant::now());
            (given.floor, given.foreign.clone())
        };
        // Also our own that came after we had given up waiting for them, and so out of turn.
        let claim = sqlx::query_as(
            "UPDATE inbox SET owner = $1, kept_at = now() WHERE id IN (
                 SELECT id FROM inbox
                 WHERE (owner <> $1 OR id <= $5) AND kept_at < now() - make_interval(secs => $2) AND id <> ALL($3)
                 ORDER BY id LIMIT $4 FOR UPDATE SKIP LOCKED
             ) RETURNING id, told",
        );
        let claim = claim.bind(&self.owner).bind(LEFT).bind(foreign).bind(limit()).bind(floor);
        let mut claimed: Vec<(i64, Vec<u8>)> = patiently(claim.fetch_all(&self.pool)).await?;
        claimed.sort_by_key(|(id, _)| *id);
        if let Some((first, _)) = claimed.first() {
            let mut given = self.given();
            given.floor = given.floor.min(first - 1);
        }
        Ok(claimed)
    }
}

fn limit() -> i64 {
    i64::try_from(TOGETHER).unwrap_or(i64::MAX)
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
        let mut rows = self.own().await?;
        let all_of_ours = rows.len() < TOGETHER;
        if rows.is_empty() {
            rows = self.left().await?;
        }
        let (mut taken, mut events, mut foreign) = (Vec::new(), Vec::new(), Vec::new());
        for (id, told) in rows {
            match serde_json::from_slice::<Vec<LoggedEvent>>(&told) {
                Ok(told) => {
                    events.extend(told);
                    taken.push(id);
                }
                Err(why) => {
                    tracing::error!("inbox {id} cannot be read here and is left to a newer version: {why}");
                    foreign.push(id);
                }
            }
        }
        let count = events.len() as u64;
        if all_of_ours {
            // What others have taken in for us, and what came to nothing, is not counted any longer.
            self.waiting.store(count, Ordering::Relaxed);
        }
        let mut given = self.given();
        given.foreign.extend(foreign);
        // Named by the first: more may have come when it is asked for again.
        let Some(first) = taken.first() else { return Ok(None) };
        let number = u64::try_from(*first).unwrap_or(0);
        given.last = Some((number, taken, count));
        Ok(Some(Portion { number, events }))
    }

    async fn forget(&self, number: u64) -> Result<(), StoreError> {
        let last = self.given().last.clone();
        let Some((_, rows, events)) = last.filter(|(last, ..)| *last == number) else { return Ok(()) };
        let delete = sqlx::query("DELETE FROM inbox WHERE id = ANY($1)").bind(&rows);
        patiently(delete.execute(&self.pool)).await?;
        let mut given = self.given();
        given.last = None;
        given.floor = rows.last().copied().unwrap_or(0).max(given.floor);
        let _ = self.waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |waiting| {
            Some(waiting.saturating_sub(events))
        });
        Ok(())
    }

    fn waiting(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }
}
