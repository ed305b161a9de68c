//! The one writer: commits everything that waits in one transaction, so that the price of a durable commit is shared
//! by all requests in flight. Idle, a request waits for its own commit and nothing else.

use std::sync::Arc;

use frontdesk_ports::{Change, Clock, Ids, LoggedEvent, StoreError};
use sea_orm::DatabaseConnection;
use tokio::sync::{mpsc, oneshot, watch};

use crate::commit::commit;

/// Requests that may wait before a further one is turned away.
const QUEUE: usize = 4096;
/// Events in one transaction; bounds its size and the statement's parameters.
const BATCH: usize = 1000;

struct Job {
    events: Vec<LoggedEvent>,
    done: oneshot::Sender<Result<(), StoreError>>,
}

/// A handle to the writer. The writer ends when the last handle is dropped, after what waits is committed.
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
        tokio::spawn(run(waiting, db, clock, ids, changed));
        Self { jobs }
    }

    /// Returns once the events are durable. Dropping the future does not undo them.
    pub async fn append(&self, events: Vec<LoggedEvent>) -> Result<(), StoreError> {
        let (done, outcome) = oneshot::channel();
        let stopped = || StoreError::Unavailable("the writer has stopped".into());
        self.jobs.send(Job { events, done }).await.map_err(|_| stopped())?;
        outcome.await.map_err(|_| stopped())?
    }
}

async fn run(
    mut waiting: mpsc::Receiver<Job>,
    db: DatabaseConnection,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    changed: watch::Sender<Change>,
) {
    while let Some(first) = waiting.recv().await {
        let mut size = first.events.len();
        let mut jobs = vec![first];
        while size < BATCH {
            let Ok(job) = waiting.try_recv() else { break };
            size += job.events.len();
            jobs.push(job);
        }
        let all = jobs.iter().flat_map(|job| job.events.clone()).collect();
        let outcome = commit(&db, all, &*ids, clock.now()).await;
        tell(&changed, &outcome);
        let alone = outcome.is_err() && jobs.len() > 1;
        let outcome = outcome.map(|_| ());
        for job in jobs {
            let outcome = if alone {
                // One job that cannot be kept must not take the others down with it.
                let outcome = commit(&db, job.events, &*ids, clock.now()).await;
                tell(&changed, &outcome);
                outcome.map(|_| ())
            } else {
                outcome.clone()
            };
            // Whoever has stopped waiting does not want to know.
            let _ = job.done.send(outcome);
        }
    }
}

/// Tells readers of the last change, if there was one.
fn tell(changed: &watch::Sender<Change>, outcome: &Result<Option<Change>, StoreError>) {
    if let Ok(Some(change)) = outcome {
        changed.send_if_modified(|known| {
            let newer = change > known;
            *known = (*known).max(*change);
            newer
        });
    }
}
