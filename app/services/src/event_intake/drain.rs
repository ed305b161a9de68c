//! Taking what the backlogs hold into the log.

use std::sync::atomic::Ordering;
use std::time::Duration;

use frontdesk_ports::{EventBatch, EventBuffer, LoggedEvent, StoreError};

use super::EventIntake;

/// How long the log may take for a portion of the spool, or for a sign of life.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two looks whether the log is back.
const PAUSE: Duration = Duration::from_millis(500);
/// Events that go into the log at once: requests that go there too get in between, and memory stays small.
pub(super) const CHUNK: usize = 1000;
/// A log that does not take so many in time is asked with fewer, down to these.
const LEAST_CHUNK: usize = 16;
/// So long the log may lie behind the spool while nobody reads. Calls come in several requests each; told together, a
/// call is folded and written once.
const GATHER: Duration = Duration::from_millis(100);

/// So often an instance with nothing to do looks for what others, now gone, have left on the log's server.
const LOOK: Duration = Duration::from_secs(2);

/// What draining has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drained {
    /// Nothing waits.
    Empty,
    /// A portion has gone into the log.
    EventBatch,
    /// The log does not take it yet.
    Blocked,
}

impl EventIntake {
    /// Takes what waits into the log, for ever.
    pub async fn run(&self) {
        loop {
            match self.drain_once().await {
                Drained::EventBatch => self.gather().await,
                Drained::Empty if self.inbox().is_some() => {
                    let _ = tokio::time::timeout(LOOK, self.wake.notified()).await;
                }
                Drained::Empty => self.wake.notified().await,
                Drained::Blocked => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// Lets events gather until there are many, somebody wants to read, or a moment has passed.
    async fn gather(&self) {
        if self.waiting() < CHUNK as u64 {
            let _ = tokio::time::timeout(GATHER, self.wanted.notified()).await;
        }
    }

    /// Takes what waits into the log as long as the log takes it.
    pub async fn drain(&self) {
        while self.drain_once().await == Drained::EventBatch {}
    }

    /// Takes one portion into the log, if the log is there.
    pub async fn drain_once(&self) -> Drained {
        let (away, nothing_to_tell) = {
            let state = self.state();
            (state.away.is_some(), state.over.is_empty() && state.losing.is_none())
        };
        let spooled = self.spooled.load(Ordering::Relaxed);
        if self.spool.waiting() == 0 && self.inbox().is_none() && !away && nothing_to_tell {
            self.all_drained(spooled);
            return Drained::Empty;
        }
        let in_question = away || !nothing_to_tell;
        if in_question && !self.log_is_there().await {
            return Drained::Blocked;
        }
        // A portion of each, so that neither waits for the other to be empty.
        let mut drained = Drained::Empty;
        for backlog in [self.inbox(), Some(&*self.spool as &dyn EventBuffer)].into_iter().flatten() {
            let outcome = match backlog.oldest().await {
                Ok(None) => Drained::Empty,
                Ok(Some(portion)) => self.take_in(backlog, portion).await,
                Err(error) => {
                    tracing::warn!("a backlog cannot be read: {error}");
                    Drained::Blocked
                }
            };
            drained = match (drained, outcome) {
                (Drained::Blocked, _) | (_, Drained::Blocked) => Drained::Blocked,
                (Drained::EventBatch, _) | (_, Drained::EventBatch) => Drained::EventBatch,
                (Drained::Empty, Drained::Empty) => Drained::Empty,
            };
        }
        // A log that answers and yet takes nothing is still away.
        if in_question && drained != Drained::Blocked {
            self.found_back();
        }
        if drained == Drained::Empty {
            self.all_drained(spooled);
            if !self.tell_ledger().await {
                return Drained::Blocked;
            }
        }
        drained
    }

    async fn log_is_there(&self) -> bool {
        tokio::time::timeout(PATIENCE, self.log.ping()).await.is_ok_and(|pong| pong.is_ok())
    }

    /// Lets those go on who wait for what had been spooled then.
    fn all_drained(&self, spooled: u64) {
        self.drained.send_if_modified(|drained| {
            // Events that were spooled though nobody waited for it any more were drained and never counted as spooled.
            let news = *drained != spooled;
            *drained = spooled;
            news
        });
    }

    async fn take_in(&self, backlog: &dyn EventBuffer, EventBatch { number, events }: EventBatch) -> Drained {
        let count = events.len() as u64;
        let mut events = events.into_iter();
        loop {
            let size = self.chunk.load(Ordering::Relaxed);
            let chunk: Vec<LoggedEvent> = events.by_ref().take(size).collect();
            if chunk.is_empty() {
                break;
            }
            let Err(error) = self.log_takes(chunk, PATIENCE).await else { continue };
            // The backlog still has them; if it cannot say so now, it will.
            let all = match backlog.oldest().await {
                Ok(Some(portion)) if portion.number == number => portion.events,
                other => {
                    tracing::warn!("a backlog cannot be read again: {:?}", other.err());
                    return Drained::Blocked;
                }
            };
            if matches!(error, StoreError::Unavailable(_)) {
                // Perhaps it was too much at once.
                self.chunk.store((size / 2).max(LEAST_CHUNK), Ordering::Relaxed);
            } else if self.take_in_singly(&all).await {
                break;
            }
            self.found_away(&all);
            return Drained::Blocked;
        }
        self.chunk.store(CHUNK, Ordering::Relaxed);
        match backlog.forget(number).await {
            Ok(()) => {
                self.drained.send_modify(|drained| *drained += count);
                Drained::EventBatch
            }
            Err(error) => {
                tracing::warn!("a portion cannot be forgotten and will be told again: {error}");
                Drained::Blocked
            }
        }
    }

    /// Something in there is refused: what is not goes in, the rest is set aside. `false` if the log is away.
    async fn take_in_singly(&self, events: &[LoggedEvent]) -> bool {
        for event in events {
            match self.log_takes(vec![event.clone()], PATIENCE).await {
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
            if let Err(error) = self.operations_log.note_outage(&outage).await {
                tracing::warn!("an outage could not be noted yet: {error}");
                return false;
            }
            self.state().over.remove(0);
        }
    }
}
