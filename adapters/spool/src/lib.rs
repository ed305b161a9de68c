//! Events that are not in the call log yet, in append-only files on this machine.
//!
//! One thread owns the files (`file`): it writes all pending appends at once and syncs once, so that they share the cost of a
//! sync. Each line of a file is an event with its checksum (`line`); the events of a file are a batch. Several programs may share
//! a folder: each locks a subfolder of its own, and adopts the files of terminated programs (`place`).

mod count;
mod file;
mod line;
mod place;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use async_trait::async_trait;
use frontdesk_ports::{EventBatch, EventBuffer, LoggedEvent, Spool, SpoolLoss, StoreError};
use tokio::sync::{mpsc, oneshot};

pub use file::ASIDE;
use file::{Files, Written};
pub use line::{Lines, read_lines, write_line};
use place::Place;
pub use place::{OpenError, is_in_use, running_programs_hold_events};

/// Capacity of the queue; when it is full, a further request waits.
const QUEUE: usize = 4096;

/// When this many appends shared the last sync, the next one waits a moment for more, because a sync costs the same
/// for one as for many. A single append does not wait.
const BATCHING_THRESHOLD: usize = 4;
/// How long a sync waits for more appends.
const BATCHING_DELAY: Duration = Duration::from_micros(100);

/// A spool in a folder. Dropping it ends its thread once pending appends are written.
pub struct FileSpool {
    command: mpsc::Sender<Command>,
    waiting: Arc<AtomicU64>,
    loss: Option<SpoolLoss>,
}

type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

enum Command {
    Keep(Written, Reply<()>),
    Oldest(Reply<Option<EventBatch>>),
    Forget(u64, Reply<()>),
    SetAside(Vec<u8>, String, Reply<()>),
}

impl FileSpool {
    /// Opens the spool in `folder`, which is created if missing.
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        let place = Place::take(folder)?;
        let waiting = Arc::new(AtomicU64::new(0));
        let files = Files::open(place, waiting.clone())?;
        let loss = files.loss;
        let (command, waits) = mpsc::channel(QUEUE);
        let started = thread::Builder::new().name("spool".into()).spawn(move || run(waits, files));
        started.map_err(|source| OpenError { path: folder.to_owned(), source })?;
        Ok(Self { command, waiting, loss })
    }

    async fn ask<T>(&self, command: impl FnOnce(Reply<T>) -> Command) -> Result<T, StoreError> {
        let (reply, outcome) = oneshot::channel();
        let stopped = || StoreError::Unavailable("the spool has stopped".into());
        self.command.send(command(reply)).await.map_err(|_| stopped())?;
        outcome.await.map_err(|_| stopped())?
    }
}

/// Collects pending appends up to the next command of another kind.
fn gather(
    waits: &mut mpsc::Receiver<Command>,
    batch: &mut Vec<Written>,
    replies: &mut Vec<Reply<()>>,
) -> Option<Command> {
    loop {
        match waits.try_recv().ok()? {
            Command::Keep(written, reply) => {
                batch.push(written);
                replies.push(reply);
            }
            other => return Some(other),
        }
    }
}

/// The thread that owns the files.
fn run(mut waits: mpsc::Receiver<Command>, mut files: Files) {
    let (mut next, mut before) = (None, 0);
    while let Some(command) = next.take().or_else(|| waits.blocking_recv()) {
        match command {
            Command::Keep(written, reply) => {
                let (mut batch, mut replies) = (vec![written], vec![reply]);
                next = gather(&mut waits, &mut batch, &mut replies);
                if next.is_none() && before >= BATCHING_THRESHOLD && batch.len() < before {
                    thread::sleep(BATCHING_DELAY);
                    next = gather(&mut waits, &mut batch, &mut replies);
                }
                before = batch.len();
                let outcome = files.append(batch);
                // Callers that timed out no longer need the answer.
                for reply in replies {
                    drop(reply.send(outcome.clone()));
                }
            }
            Command::Oldest(reply) => drop(reply.send(files.oldest())),
            Command::Forget(number, reply) => {
                files.forget(number);
                drop(reply.send(Ok(())));
            }
            Command::SetAside(lines, why, reply) => drop(reply.send(files.set_aside(&lines, &why))),
        }
    }
}

fn lines(events: &[LoggedEvent]) -> Result<Vec<u8>, StoreError> {
    let mut lines = Vec::with_capacity(events.len() * 1024);
    for logged in events {
        let written = write_line(logged, &mut lines);
        written.map_err(|error| StoreError::Refused(error.to_string()))?;
    }
    Ok(lines)
}

#[async_trait]
impl EventBuffer for FileSpool {
    async fn store(&self, events: Arc<Vec<LoggedEvent>>) -> Result<(), StoreError> {
        let lines = lines(&events)?;
        self.ask(|reply| Command::Keep((events, lines), reply)).await
    }

    async fn oldest(&self) -> Result<Option<EventBatch>, StoreError> {
        self.ask(Command::Oldest).await
    }

    async fn forget(&self, number: u64) -> Result<(), StoreError> {
        self.ask(|reply| Command::Forget(number, reply)).await
    }

    fn waiting(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Spool for FileSpool {
    async fn set_aside(&self, events: Vec<LoggedEvent>, why: &str) -> Result<(), StoreError> {
        let lines = lines(&events)?;
        self.ask(|reply| Command::SetAside(lines, why.to_owned(), reply)).await
    }

    fn loss(&self) -> Option<SpoolLoss> {
        self.loss
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.store(Arc::default()).await
    }
}
