//! EventIntake what happens: in the spool and the log, in the order that suits the log. What the spool holds goes into the
//! log at once (`draining`), or as soon as a log that was away is back. The one history events of calls come in.

mod drain;
mod outage;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use frontdesk_ports::{
    CallLog, Clock, EventBuffer, LoggedEvent, OperationsLog, OutageCause, Spool, StoreError,
};
use tokio::sync::{Notify, watch};

pub use drain::Drained;
use outage::{OngoingOutage, State};

/// How long the log is waited for before the spool takes over. A caller may be waiting.
const LOG_PATIENCE: Duration = Duration::from_secs(1);
/// How long the spool is waited for.
const SPOOL_PATIENCE: Duration = Duration::from_millis(500);
/// How long a reader waits for the log to have caught up with what was kept before.
const READERS_PATIENCE: Duration = Duration::from_millis(500);
/// So many events may wait in a spool that is drained all the time before people are told that the log is behind.
const BEHIND: u64 = 5000;

/// Who is asked first to keep an event. The log follows a moment later: appending is far cheaper than folding a call, and
/// folding is cheaper for many events than for each.
pub enum PrimaryBuffer {
    /// The log's server, which may outlive this machine; the spool stands by.
    Inbox(Arc<dyn EventBuffer>),
    /// The spool, for a log on the same disk.
    Spool,
}

/// How things stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IntakeHealth {
    /// Everything is in the log, or about to be.
    Healthy,
    /// Events wait in the spool.
    Buffering {
        /// How many.
        waiting: u64,
        /// Whether the log is away, and not only behind.
        away: bool,
    },
    /// An event could not be kept at all.
    Failing,
}

/// Keeps events.
pub struct EventIntake {
    first: PrimaryBuffer,
    log: Arc<dyn CallLog>,
    spool: Arc<dyn Spool>,
    operations_log: Arc<dyn OperationsLog>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    wake: Notify,
    /// Somebody waits for the log to have caught up.
    wanted: Notify,
    /// Events that were kept since we started, and those that have gone on into the log.
    spooled: AtomicU64,
    drained: watch::Sender<u64>,
    /// Events that the log is asked to take at once.
    chunk: AtomicUsize,
}

impl EventIntake {
    /// Keeps events in `log` and `spool`, and notes outages in `operations_log`.
    pub fn new(
        first: PrimaryBuffer,
        log: Arc<dyn CallLog>,
        spool: Arc<dyn Spool>,
        operations_log: Arc<dyn OperationsLog>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let spooled = AtomicU64::new(spool.waiting());
        let (wake, wanted, drained) = (Notify::new(), Notify::new(), watch::Sender::new(0));
        let (state, chunk) = (Mutex::default(), AtomicUsize::new(drain::CHUNK));
        Self { first, log, spool, operations_log, clock, state, wake, wanted, spooled, drained, chunk }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps events. `Ok` means that they are on disk, on the log's server or in the spool.
    #[tracing::instrument(target = "trace", skip_all, fields(events = events.len()))]
    pub async fn keep(&self, events: Vec<LoggedEvent>) -> Result<(), StoreError> {
        let events = Arc::new(events);
        if let PrimaryBuffer::Inbox(inbox) = &self.first
            && self.state().away.is_none()
        {
            if self.inbox_takes(&**inbox, &events).await {
                self.found_well();
                return Ok(());
            }
            self.found_away(&events);
        }
        let Err(error) = self.spool_takes(&events).await else { return Ok(()) };
        // The log is the last resort: it was not asked, or may be back by now.
        let events = Arc::unwrap_or_clone(events);
        match self.log_takes(events.clone(), LOG_PATIENCE).await {
            Ok(()) => {
                tracing::warn!("the spool does not take events, the log does: {error}");
                Ok(())
            }
            Err(StoreError::Unavailable(_)) => Err(self.found_losing(&events, error)),
            Err(error) => self.set_aside(events, &error).await,
        }
    }

    async fn inbox_takes(&self, inbox: &dyn EventBuffer, events: &Arc<Vec<LoggedEvent>>) -> bool {
        let late = |_| StoreError::Unavailable(format!("no answer within {LOG_PATIENCE:?}"));
        let taken = tokio::time::timeout(LOG_PATIENCE, inbox.store(events.clone())).await;
        if let Err(error) = taken.map_err(late).flatten() {
            tracing::warn!("the log's server does not take events: {error}");
            return false;
        }
        self.spooled.fetch_add(events.len() as u64, Ordering::Relaxed);
        self.wake.notify_one();
        true
    }

    async fn spool_takes(&self, events: &Arc<Vec<LoggedEvent>>) -> Result<(), StoreError> {
        let late =
            |_| StoreError::Unavailable(format!("the spool did not take it within {SPOOL_PATIENCE:?}"));
        let taken = tokio::time::timeout(SPOOL_PATIENCE, self.spool.store(events.clone())).await;
        taken.map_err(late).flatten()?;
        self.spooled.fetch_add(events.len() as u64, Ordering::Relaxed);
        self.found_spooling(events);
        self.wake.notify_one();
        Ok(())
    }

    async fn set_aside(&self, events: Vec<LoggedEvent>, why: &StoreError) -> Result<(), StoreError> {
        tracing::error!("the log refuses an event for good; it is set aside: {why}");
        let kept = self.spool.set_aside(events.clone(), &why.to_string()).await;
        kept.map_err(|error| self.found_losing(&events, error))
    }

    async fn log_takes(&self, events: Vec<LoggedEvent>, patience: Duration) -> Result<(), StoreError> {
        // Giving up waiting does not undo what the log has begun; told twice, an event is one event.
        let late = |_| StoreError::Unavailable(format!("no answer within {patience:?}"));
        let taken = tokio::time::timeout(patience, self.log.append(events)).await.map_err(late).flatten();
        if let Err(error) = &taken {
            tracing::warn!("the log does not take events: {error}");
        }
        taken
    }

    fn found_well(&self) {
        if self.state().end_losing(self.clock.now()) {
            self.wake.notify_one();
        }
    }

    /// The log does not take these.
    fn found_away(&self, events: &[LoggedEvent]) {
        let now = self.clock.now();
        let mut state = self.state();
        if state.away.is_none() {
            tracing::error!("the log is away; events are spooled, callers are answered");
        }
        state.away.get_or_insert_with(|| OngoingOutage::new(now)).add(events);
    }

    /// The spool has taken these.
    fn found_spooling(&self, events: &[LoggedEvent]) {
        let now = self.clock.now();
        let mut state = self.state();
        state.end_losing(now);
        if let Some(away) = &mut state.away {
            metrics::counter!("frontdesk_events_spooled_total").increment(events.len() as u64);
            away.add(events);
        }
    }

    fn found_losing(&self, events: &[LoggedEvent], error: StoreError) -> StoreError {
        metrics::counter!("frontdesk_events_unrecorded_total").increment(events.len() as u64);
        let now = self.clock.now();
        let mut state = self.state();
        if state.losing.is_none() {
            tracing::error!("neither the log nor the spool takes events: {error}");
        }
        state.losing.get_or_insert_with(|| OngoingOutage::new(now)).add(events);
        self.wake.notify_one();
        error
    }

    /// The log takes events again: those in the spool follow.
    fn found_back(&self) {
        let now = self.clock.now();
        let mut state = self.state();
        if let Some(episode) = state.away.take() {
            tracing::info!("the log is back; {} spooled events follow", self.spool.waiting());
            state.over.push(episode.over(OutageCause::LogAway, now));
        }
        state.end_losing(now);
    }

    /// How things stand, without asking anybody.
    pub fn condition(&self) -> IntakeHealth {
        let (away, losing) = {
            let state = self.state();
            (state.away.is_some(), state.losing.is_some())
        };
        let spooled = self.spool.waiting();
        // What is on its way is unremarkable; beside an inbox, the spool is not on the way.
        let unremarkable = match self.first {
            PrimaryBuffer::Inbox(_) if spooled > 0 => 0,
            PrimaryBuffer::Inbox(_) | PrimaryBuffer::Spool => BEHIND,
        };
        match self.waiting() {
            _ if losing => IntakeHealth::Failing,
            waiting if !away && waiting <= unremarkable => IntakeHealth::Healthy,
            waiting => IntakeHealth::Buffering { waiting, away },
        }
    }

    fn inbox(&self) -> Option<&dyn EventBuffer> {
        match &self.first {
            PrimaryBuffer::Inbox(inbox) => Some(&**inbox),
            PrimaryBuffer::Spool => None,
        }
    }

    /// Events on their way into the log.
    fn waiting(&self) -> u64 {
        self.spool.waiting() + self.inbox().map_or(0, EventBuffer::waiting)
    }

    /// Tries every place that events are kept in.
    pub async fn probe(&self) -> IntakeHealth {
        if tokio::time::timeout(LOG_PATIENCE, self.log.ping()).await.is_ok_and(|pong| pong.is_ok()) {
            self.found_well();
            self.wake.notify_one();
            return match self.condition() {
                IntakeHealth::Buffering { waiting: 0, .. } => IntakeHealth::Healthy,
                other => other,
            };
        }
        match tokio::time::timeout(SPOOL_PATIENCE, self.spool.ping()).await {
            Ok(Ok(())) => match self.condition() {
                IntakeHealth::Buffering { waiting, .. } => IntakeHealth::Buffering { waiting, away: true },
                IntakeHealth::Healthy | IntakeHealth::Failing => {
                    IntakeHealth::Buffering { waiting: self.waiting(), away: true }
                }
            },
            _ => IntakeHealth::Failing,
        }
    }

    /// Returns once the log has what was kept before, so that whoever was told of it finds it there; not later than after
    /// half a second, and at once while the log is away.
    pub async fn settled(&self) {
        let spooled = self.spooled.load(Ordering::Relaxed);
        if *self.drained.borrow() >= spooled || self.state().away.is_some() {
            return;
        }
        self.wanted.notify_one();
        let mut drained = self.drained.subscribe();
        let caught_up = drained.wait_for(|drained| *drained >= spooled);
        if tokio::time::timeout(READERS_PATIENCE, caught_up).await.is_err() {
            tracing::debug!("a reader does not wait any longer for the log to catch up");
        }
    }
}

#[cfg(test)]
mod tests;
