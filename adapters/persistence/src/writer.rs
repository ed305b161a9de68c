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
        let mut events = first.events;
        let mut done = vec![first.done];
        while events.len() < BATCH {
            let Ok(job) = waiting.try_recv() else { break };
            events.extend(job.events);
            done.push(job.done);
        }
        let outcome = commit(&db, events, &*ids, clock.now()).await;
        if let Ok(Some(change)) = &outcome {
            changed.send_if_modified(|known| {
                let newer = change > known;
                *known = (*known).max(*change);
                newer
            });
        }
        let outcome = outcome.map(|_| ());
        for done in done {
            // Whoever has stopped waiting does not want to know.
            let _ = done.send(outcome.clone());
        }
    }
}
