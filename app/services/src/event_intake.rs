//! Event intake: makes the events of a request durable before the carrier is answered, and updates the call log
//! afterwards (`drain`). Every event of a call enters the log here or through a job that appends to it directly.
//!
//! ```text
//! request ── store ──> inbox (PostgreSQL) or spool (SQLite)      acknowledged here
//!                          │ drain
//!                          ▼
//!                      call log                                   folded, with effects queued
//! ```
//!
//! If the primary buffer fails, the spool takes over; if the spool fails too, the log is tried directly. `state` tracks
//! the current failures.

mod drain;
mod state;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use frontdesk_ports::{CallLog, Clock, EventBuffer, LoggedEvent, OperationsLog, Spool, StoreError};
use parking_lot::Mutex;
use tokio::sync::{Notify, watch};

use state::State;

pub use drain::Drained;

/// How long a request waits for the database before the spool takes over. A caller may be waiting.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(1);
/// How long a request waits for the spool.
const SPOOL_TIMEOUT: Duration = Duration::from_millis(500);
/// How long a reader waits until the log contains what was stored before.
const READER_TIMEOUT: Duration = Duration::from_millis(500);
/// More waiting events than this are reported, although they are being drained.
const MAX_NORMAL_BACKLOG: u64 = 5000;

/// Where an event is made durable before the carrier is answered. The call log is updated asynchronously, because
/// appending is much cheaper than folding a call, and folding many events at once is cheaper than folding each.
pub enum PrimaryBuffer {
    /// The inbox of a database server, which can outlive this machine. The spool is the fallback.
    Inbox(Arc<dyn EventBuffer>),
    /// The spool. SQLite and the spool share a disk and fail together, so there is no point in asking SQLite first.
    Spool,
}

/// Whether events can be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IntakeHealth {
    /// Every event is in the log, or about to be.
    Healthy,
    /// Events wait in a buffer.
    Buffering {
        /// How many.
        waiting: u64,
        /// Whether the database is unavailable, and not only behind.
        unavailable: bool,
    },
    /// Events cannot be stored at all.
    Failing,
}

/// Stores events and updates the log.
pub struct EventIntake {
    primary: PrimaryBuffer,
    log: Arc<dyn CallLog>,
    spool: Arc<dyn Spool>,
    outages: Arc<dyn OperationsLog>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    /// Notified when there is something to drain.
    wake: Notify,
    /// Notified when a reader waits for the log to catch up.
    reader_waits: Notify,
    /// Events buffered since the start, and those of them that are in the log.
    buffered: AtomicU64,
    drained: watch::Sender<u64>,
    /// The maximum number of events that are appended to the log at once.
    chunk: AtomicUsize,
}

impl EventIntake {
    /// Stores events in `primary` or `spool` and then in `log`, and records outages in `outages`.
    pub fn new(
        primary: PrimaryBuffer,
        log: Arc<dyn CallLog>,
        spool: Arc<dyn Spool>,
        outages: Arc<dyn OperationsLog>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let mut state = State::default();
        if let Some(loss) = spool.loss() {
            let now = clock.now();
            state.spool_damaged(loss.since.unwrap_or(now), now);
        }
        Self {
            buffered: AtomicU64::new(spool.waiting()),
            primary,
            log,
            spool,
            outages,
            clock,
            state: Mutex::new(state),
            wake: Notify::new(),
            reader_waits: Notify::new(),
            drained: watch::Sender::new(0),
            chunk: AtomicUsize::new(drain::MAX_CHUNK),
        }
    }

    /// Stores events. `Ok` means that they are on disk: in the inbox, the spool or the log.
    #[tracing::instrument(target = "trace", skip_all, fields(otel.kind = "client", events = events.len()))]
    pub async fn store(&self, events: Vec<LoggedEvent>) -> Result<(), StoreError> {
        let events = Arc::new(events);
        if let PrimaryBuffer::Inbox(inbox) = &self.primary
            && !self.state.lock().database_is_unavailable()
        {
            if self.store_in_inbox(&**inbox, &events).await {
                self.on_stored();
                return Ok(());
            }
            self.on_database_failed(&events);
        }
        let Err(error) = self.store_in_spool(&events).await else { return Ok(()) };
        // The last resort: the database has not been tried yet, or may be available again.
        let events = Arc::unwrap_or_clone(events);
        match self.append(events.clone(), DATABASE_TIMEOUT).await {
            Ok(()) => {
                tracing::warn!("the spool failed; the call log was updated directly: {error}");
                Ok(())
            }
            Err(StoreError::Unavailable(_)) => Err(self.on_lost(&events, error)),
            Err(error) => self.set_aside(events, &error).await,
        }
    }

    async fn store_in_inbox(&self, inbox: &dyn EventBuffer, events: &Arc<Vec<LoggedEvent>>) -> bool {
        let late = |_| StoreError::Unavailable(format!("no answer within {DATABASE_TIMEOUT:?}"));
        let stored = tokio::time::timeout(DATABASE_TIMEOUT, inbox.store(events.clone())).await;
        if let Err(error) = stored.map_err(late).flatten() {
            tracing::warn!("events could not be stored in the inbox: {error}");
            return false;
        }
        self.buffered.fetch_add(events.len() as u64, Ordering::Relaxed);
        self.wake.notify_one();
        true
    }

    async fn store_in_spool(&self, events: &Arc<Vec<LoggedEvent>>) -> Result<(), StoreError> {
        let late = |_| StoreError::Unavailable(format!("the spool did not answer within {SPOOL_TIMEOUT:?}"));
        let stored = tokio::time::timeout(SPOOL_TIMEOUT, self.spool.store(events.clone())).await;
        stored.map_err(late).flatten()?;
        self.buffered.fetch_add(events.len() as u64, Ordering::Relaxed);
        if self.state.lock().buffered(events, self.clock.now()) {
            metrics::counter!("frontdesk_events_spooled_total").increment(events.len() as u64);
        }
        self.wake.notify_one();
        Ok(())
    }

    /// Sets aside events that the log refuses permanently, for an operator to inspect.
    async fn set_aside(&self, events: Vec<LoggedEvent>, why: &StoreError) -> Result<(), StoreError> {
        tracing::error!("the call log refused events permanently; they are set aside: {why}");
        let stored = self.spool.set_aside(events.clone(), &why.to_string()).await;
        stored.map_err(|error| self.on_lost(&events, error))
    }

    async fn append(&self, events: Vec<LoggedEvent>, timeout: Duration) -> Result<(), StoreError> {
        // A timeout does not undo an append that has begun. Appending an event again has no effect.
        let late = |_| StoreError::Unavailable(format!("no answer within {timeout:?}"));
        let appended = tokio::time::timeout(timeout, self.log.append(events)).await.map_err(late).flatten();
        if let Err(error) = &appended {
            tracing::warn!("events could not be appended to the call log: {error}");
        }
        appended
    }

    fn on_stored(&self) {
        if self.state.lock().stored(self.clock.now()) {
            self.wake.notify_one();
        }
    }

    fn on_database_failed(&self, events: &[LoggedEvent]) {
        if self.state.lock().database_failed(events, self.clock.now()) {
            tracing::error!("database unavailable; events are buffered, callers are answered");
        }
    }

    fn on_database_recovered(&self) {
        if self.state.lock().database_recovered(self.clock.now()) {
            tracing::info!(
                waiting = self.spool.waiting(),
                "database available again; storing the buffered events"
            );
        }
    }

    fn on_lost(&self, events: &[LoggedEvent], error: StoreError) -> StoreError {
        metrics::counter!("frontdesk_events_unrecorded_total").increment(events.len() as u64);
        if self.state.lock().lost(events, self.clock.now()) {
            tracing::error!("events cannot be stored, neither in the database nor in the spool: {error}");
        }
        self.wake.notify_one();
        error
    }

    /// The last known health, without accessing a store.
    pub fn health(&self) -> IntakeHealth {
        let (unavailable, failing) = {
            let state = self.state.lock();
            (state.database_is_unavailable(), state.is_losing_events())
        };
        // If the primary buffer is an inbox, events in the spool always indicate a failure.
        let normal = match self.primary {
            PrimaryBuffer::Inbox(_) if self.spool.waiting() > 0 => 0,
            PrimaryBuffer::Inbox(_) | PrimaryBuffer::Spool => MAX_NORMAL_BACKLOG,
        };
        match self.waiting() {
            _ if failing => IntakeHealth::Failing,
            waiting if !unavailable && waiting <= normal => IntakeHealth::Healthy,
            waiting => IntakeHealth::Buffering { waiting, unavailable },
        }
    }

    fn inbox(&self) -> Option<&dyn EventBuffer> {
        match &self.primary {
            PrimaryBuffer::Inbox(inbox) => Some(&**inbox),
            PrimaryBuffer::Spool => None,
        }
    }

    /// The number of events that are not in the log yet.
    fn waiting(&self) -> u64 {
        self.spool.waiting() + self.inbox().map_or(0, EventBuffer::waiting)
    }

    /// Tries a write in each store, and returns the health found.
    pub async fn probe(&self) -> IntakeHealth {
        if tokio::time::timeout(DATABASE_TIMEOUT, self.log.ping()).await.is_ok_and(|pong| pong.is_ok()) {
            self.on_stored();
            self.wake.notify_one();
            return match self.health() {
                IntakeHealth::Buffering { waiting: 0, .. } => IntakeHealth::Healthy,
                other => other,
            };
        }
        match tokio::time::timeout(SPOOL_TIMEOUT, self.spool.ping()).await {
            Ok(Ok(())) => {
                let waiting = match self.health() {
                    IntakeHealth::Buffering { waiting, .. } => waiting,
                    IntakeHealth::Healthy | IntakeHealth::Failing => self.waiting(),
                };
                IntakeHealth::Buffering { waiting, unavailable: true }
            }
            _ => IntakeHealth::Failing,
        }
    }

    /// Returns once the log contains what was stored before, so that a reader finds it there. Returns after half a second
    /// in any case, and at once while the database is unavailable.
    pub async fn caught_up(&self) {
        let buffered = self.buffered.load(Ordering::Relaxed);
        if *self.drained.borrow() >= buffered || self.state.lock().database_is_unavailable() {
            return;
        }
        self.reader_waits.notify_one();
        let mut drained = self.drained.subscribe();
        let caught_up = drained.wait_for(|drained| *drained >= buffered);
        if tokio::time::timeout(READER_TIMEOUT, caught_up).await.is_err() {
            tracing::debug!("a reader continues although the log has not caught up");
        }
    }
}

#[cfg(test)]
mod tests;
