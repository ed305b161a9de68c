//! The only writer: commits all pending events in one transaction. Requests do not wait for it: their events are already
//! durable in the spool or the inbox.
//!
//! On SQLite a commit takes some milliseconds of CPU time on this machine. There the writer has a thread of its own with low
//! priority, so that requests come first.
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use frontdesk_ports::{Change, Clock, Ids, LoggedEvent, StoreError};
use futures_util::FutureExt;
use sea_orm::{DatabaseConnection, DbBackend};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use crate::listen_notify::raise_by;
use crate::write::commit::Committer;

/// Capacity of the queue; when it is full, a further request waits.
const QUEUE: usize = 4096;
/// Events in one transaction; bounds its size and the statement's parameters.
const BATCH: usize = 1000;
/// The longest a commit may take. After that its result is unknown, and the events are appended again from their buffer.
const COMMIT_TIMEOUT: Duration = Duration::from_secs(5);

/// The niceness of the writer's thread (Unix).
const WRITER_NICENESS: i32 = 10;

struct Job {
    events: Vec<LoggedEvent>,
    done: oneshot::Sender<Result<(), StoreError>>,
}

/// A handle to the writer. The writer ends when the last handle is dropped and all pending events are committed.
#[derive(Clone)]
pub(crate) struct Writer {
    jobs: mpsc::Sender<Job>,
}

impl Writer {
    pub fn start(
        db: DatabaseConnection,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        changed: watch::Sender<Change>,
    ) -> Self {
        let (jobs, waiting) = mpsc::channel(QUEUE);
        let here = db.get_database_backend() == DbBackend::Sqlite;
        let work = run(waiting, db, clock, ids, changed);
        if here {
            in_background(work);
        } else {
            tokio::spawn(work);
        }
        Self { jobs }
    }

    /// Returns once the events are durable. If the future is dropped earlier, they may or may not be durable.
    pub async fn append(&self, events: Vec<LoggedEvent>) -> Result<(), StoreError> {
        let (done, outcome) = oneshot::channel();
        let stopped = || StoreError::Unavailable("the writer has stopped".into());
        self.jobs.send(Job { events, done }).await.map_err(|_| stopped())?;
        outcome.await.map_err(|_| stopped())?
    }
}

/// Runs the work on a thread of low priority.
fn in_background(work: impl Future<Output = ()> + Send + 'static) {
    let work = move || {
        // The writer also works if the priority cannot be lowered.
        let _ = rustix::process::nice(WRITER_NICENESS);
        match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime.block_on(work),
            Err(error) => {
                tracing::error!("the call log's writer cannot start, events will not be committed: {error}");
            }
        }
    };
    if let Err(error) = thread::Builder::new().name("log".into()).spawn(work) {
        tracing::error!("the call log's writer has no thread, events will not be committed: {error}");
    }
}

async fn run(
    mut waiting: mpsc::Receiver<Job>,
    db: DatabaseConnection,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    changed: watch::Sender<Change>,
) {
    let mut committer = Committer::new(db, ids);
    while let Some(first) = waiting.recv().await {
        let mut size = first.events.len();
        let mut jobs = vec![first];
        while size < BATCH {
            let Ok(job) = waiting.try_recv() else { break };
            size += job.events.len();
            jobs.push(job);
        }
        // Appends that timed out are tried again from their buffer.
        jobs.retain(|job| !job.done.is_closed());
        if jobs.is_empty() {
            continue;
        }
        let all = match jobs.as_mut_slice() {
            [only] => std::mem::take(&mut only.events),
            several => several.iter().flat_map(|job| job.events.clone()).collect(),
        };
        let (count, begun) = (all.len(), Instant::now());
        let outcome = with_timeout(committer.commit(all, clock.now())).await;
        metrics::histogram!("frontdesk_commit_events").record(u32::try_from(count).unwrap_or(u32::MAX));
        metrics::histogram!("frontdesk_commit_seconds").record(begun.elapsed());
        raise_by(&changed, &outcome);
        // A job that cannot be stored must not fail the others; an unavailable database fails them all.
        let alone = jobs.len() > 1 && !matches!(&outcome, Ok(_) | Err(StoreError::Unavailable(_)));
        let outcome = outcome.map(|_| ());
        for job in jobs {
            let outcome = if alone {
                let outcome = with_timeout(committer.commit(job.events, clock.now())).await;
                raise_by(&changed, &outcome);
                outcome.map(|_| ())
            } else {
                outcome.clone()
            };
            // Callers that timed out no longer need the answer.
            let _ = job.done.send(outcome);
        }
    }
}

/// Commits within a time limit. A database that does not answer must not block all later commits, and a panic, which would
/// be our bug, must not end the writer.
async fn with_timeout<T>(commit: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    let late = |_| StoreError::Unavailable(format!("no commit within {COMMIT_TIMEOUT:?}"));
    let broken = |_| {
        tracing::error!("a commit panicked; its events remain in their buffer");
        StoreError::Unavailable("a commit panicked".into())
    };
    let commit = tokio::time::timeout(COMMIT_TIMEOUT, commit);
    AssertUnwindSafe(commit).catch_unwind().await.map_err(broken)?.map_err(late)?
}
