//! Keeping what happens: in the log, or in the spool while the log cannot take it. What the spool holds goes into the
//! log as soon as that is back. The one way events of calls come in.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use frontdesk_domain::{LegId, Timestamp};
use frontdesk_ports::{CallLog, Clock, Ledger, LoggedEvent, Outage, OutageCause, Portion, Spool, StoreError};
use tokio::sync::Notify;

/// How long the log is waited for before the spool takes over. A caller may be waiting.
const LOG_PATIENCE: Duration = Duration::from_secs(1);
/// How long the spool is waited for.
const SPOOL_PATIENCE: Duration = Duration::from_millis(500);
/// How long the log may take for a portion of the spool, or for a sign of life.
const DRAIN_PATIENCE: Duration = Duration::from_secs(5);
/// Between two looks whether the log is back.
const DRAIN_PAUSE: Duration = Duration::from_millis(500);
/// Events of the spool that go into the log at once; calls get in between.
const DRAIN_CHUNK: usize = 250;
/// Callers of an outage that are told apart.
const MOST_CALLERS: usize = 100_000;

/// How things stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Everything is in the log.
    Well,
    /// Events wait in the spool.
    Spooling {
        /// How many.
        waiting: u64,
        /// Whether the log is away, and not only behind.
        away: bool,
    },
    /// An event could not be kept at all.
    Losing,
}

/// What draining the spool has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drained {
    /// Nothing waits.
    Empty,
    /// A portion has gone into the log.
    Portion,
    /// The log does not take it yet.
    Blocked,
}

/// Keeps events.
pub struct Keeping {
    log: Arc<dyn CallLog>,
    spool: Arc<dyn Spool>,
    ledger: Arc<dyn Ledger>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    wake: Notify,
}

#[derive(Default)]
struct State {
    /// The log does not take events; the spool does.
    away: Option<Episode>,
    /// Events could not be kept at all.
    losing: Option<Episode>,
    /// Episodes that are over and must be told to the ledger.
    over: Vec<Outage>,
}

/// A span of time in which something is wrong.
struct Episode {
    began_at: Timestamp,
    callers: BTreeSet<LegId>,
}

impl Episode {
    fn over(&self, cause: OutageCause, ended_at: Timestamp) -> Outage {
        let calls = u32::try_from(self.callers.len()).unwrap_or(u32::MAX);
        Outage { cause, began_at: self.began_at, ended_at, calls, added: 0, repaired: 0, messages: 0 }
    }
}

impl Keeping {
    /// Keeps events in `log`, failing that in `spool`, and notes outages in `ledger`.
    pub fn new(
        log: Arc<dyn CallLog>,
        spool: Arc<dyn Spool>,
        ledger: Arc<dyn Ledger>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { log, spool, ledger, clock, state: Mutex::default(), wake: Notify::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps events. `Ok` means that they are on disk, in the log or in the spool.
    pub async fn keep(&self, events: Vec<LoggedEvent>) -> Result<(), StoreError> {
        let away = self.state().away.is_some();
        if !away {
            match self.log_takes(events.clone(), LOG_PATIENCE).await {
                Ok(()) => {
                    self.found_well();
                    return Ok(());
                }
                Err(StoreError::Unavailable(_)) => {}
                // The log is there and does not want it: trying again would not help.
                Err(error) => return self.set_aside(events, &error).await,
            }
        }
        let late =
            |_| StoreError::Unavailable(format!("the spool did not take it within {SPOOL_PATIENCE:?}"));
        let spooled = tokio::time::timeout(SPOOL_PATIENCE, self.spool.keep(events.clone())).await;
        match spooled.map_err(late).flatten() {
            Ok(()) => {
                metrics::counter!("frontdesk_events_spooled_total").increment(events.len() as u64);
                self.found_spooling(&events);
                Ok(())
            }
            // The log may be back by now.
            Err(error) if away => match self.log_takes(events.clone(), LOG_PATIENCE).await {
                Ok(()) => Ok(()),
                Err(_) => Err(self.found_losing(&events, error)),
            },
            Err(error) => Err(self.found_losing(&events, error)),
        }
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

    fn episode(&self) -> Episode {
        Episode { began_at: self.clock.now(), callers: BTreeSet::new() }
    }

    fn found_well(&self) {
        let mut state = self.state();
        if let Some(episode) = state.losing.take() {
            let outage = episode.over(OutageCause::EventsLost, self.clock.now());
            state.over.push(outage);
            self.wake.notify_one();
        }
    }

    fn found_spooling(&self, events: &[LoggedEvent]) {
        let mut state = self.state();
        if state.away.is_none() {
            tracing::error!("the log is away; events are spooled, callers are answered");
        }
        if let Some(episode) = state.losing.take() {
            let outage = episode.over(OutageCause::EventsLost, self.clock.now());
            state.over.push(outage);
        }
        let callers = &mut state.away.get_or_insert_with(|| self.episode()).callers;
        add_callers(callers, events);
        self.wake.notify_one();
    }

    fn found_losing(&self, events: &[LoggedEvent], error: StoreError) -> StoreError {
        metrics::counter!("frontdesk_events_unrecorded_total").increment(events.len() as u64);
        let mut state = self.state();
        if state.losing.is_none() {
            tracing::error!("neither the log nor the spool takes events: {error}");
        }
        add_callers(&mut state.losing.get_or_insert_with(|| self.episode()).callers, events);
        self.wake.notify_one();
        error
    }

    /// How things stand, without asking anybody.
    pub fn condition(&self) -> Condition {
        let (away, losing) = {
            let state = self.state();
            (state.away.is_some(), state.losing.is_some())
        };
        match self.spool.waiting() {
            _ if losing => Condition::Losing,
            0 if !away => Condition::Well,
            waiting => Condition::Spooling { waiting, away },
        }
    }

    /// Tries every place that events are kept in.
    pub async fn probe(&self) -> Condition {
        if tokio::time::timeout(LOG_PATIENCE, self.log.ping()).await.is_ok_and(|pong| pong.is_ok()) {
            self.found_well();
            self.wake.notify_one();
            return match self.condition() {
                Condition::Spooling { waiting: 0, .. } => Condition::Well,
                other => other,
            };
        }
        match tokio::time::timeout(SPOOL_PATIENCE, self.spool.ping()).await {
            Ok(Ok(())) => match self.condition() {
                Condition::Spooling { waiting, .. } => Condition::Spooling { waiting, away: true },
                Condition::Well | Condition::Losing => {
                    Condition::Spooling { waiting: self.spool.waiting(), away: true }
                }
            },
            _ => Condition::Losing,
        }
    }

    /// Takes what waits in the spool into the log, for ever.
    pub async fn run(&self) {
        loop {
            match self.drain_once().await {
                Drained::Portion => {}
                Drained::Empty => self.wake.notified().await,
                Drained::Blocked => tokio::time::sleep(DRAIN_PAUSE).await,
            }
        }
    }

    /// Takes one portion of the spool into the log, if the log is there.
    pub async fn drain_once(&self) -> Drained {
        if self.condition() == Condition::Well && self.spool.waiting() == 0 && self.state().over.is_empty() {
            return Drained::Empty;
        }
        if !tokio::time::timeout(DRAIN_PATIENCE, self.log.ping()).await.is_ok_and(|pong| pong.is_ok()) {
            return Drained::Blocked;
        }
        self.found_back();
        let drained = match self.spool.oldest().await {
            Ok(None) => Drained::Empty,
            Ok(Some(portion)) => self.take_in(portion).await,
            Err(error) => {
                tracing::warn!("the spool cannot be read: {error}");
                Drained::Blocked
            }
        };
        if drained == Drained::Empty && !self.tell_ledger().await {
            return Drained::Blocked;
        }
        drained
    }

    /// The log takes events again: those to come go there, those in the spool follow.
    fn found_back(&self) {
        let mut state = self.state();
        if let Some(episode) = state.away.take() {
            tracing::info!("the log is back; {} spooled events follow", self.spool.waiting());
            let outage = episode.over(OutageCause::LogAway, self.clock.now());
            state.over.push(outage);
        }
        if let Some(episode) = state.losing.take() {
            let outage = episode.over(OutageCause::EventsLost, self.clock.now());
            state.over.push(outage);
        }
    }

    async fn take_in(&self, Portion { number, events }: Portion) -> Drained {
        for chunk in events.chunks(DRAIN_CHUNK) {
            match self.log_takes(chunk.to_vec(), DRAIN_PATIENCE).await {
                Ok(()) => {}
                Err(StoreError::Unavailable(_)) => return Drained::Blocked,
                Err(_) => {
                    if !self.take_in_singly(chunk).await {
                        return Drained::Blocked;
                    }
                }
            }
        }
        match self.spool.forget(number).await {
            Ok(()) => Drained::Portion,
            Err(error) => {
                tracing::warn!("a portion of the spool cannot be deleted and will be told again: {error}");
                Drained::Blocked
            }
        }
    }

    /// Something in there is refused: what is not goes in, the rest is set aside. `false` if the log is away.
    async fn take_in_singly(&self, events: &[LoggedEvent]) -> bool {
        for event in events {
            match self.log_takes(vec![event.clone()], DRAIN_PATIENCE).await {
                Ok(()) => {}
                Err(StoreError::Unavailable(_)) => return false,
                Err(error) => {
                    tracing::error!(call.id = %event.event.call, "the log refuses an event for good: {error}");
                    if self.spool.set_aside(vec![event.clone()], &error.to_string()).await.is_err() {
                        return false;
                    }
                }
            }
        }
        true
    }

    /// Notes what is over; what cannot be noted yet is noted later.
    async fn tell_ledger(&self) -> bool {
        loop {
            let Some(outage) = self.state().over.first().cloned() else { return true };
            if let Err(error) = self.ledger.note_outage(&outage).await {
                tracing::warn!("an outage could not be noted yet: {error}");
                return false;
            }
            self.state().over.remove(0);
        }
    }
}

fn add_callers(callers: &mut BTreeSet<LegId>, events: &[LoggedEvent]) {
    for logged in events {
        if callers.len() < MOST_CALLERS {
            callers.insert(logged.event.call.clone());
        }
    }
}

#[cfg(test)]
mod tests;
