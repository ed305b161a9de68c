//! Draining: appends buffered events to the log.
use std::sync::atomic::Ordering;
use std::time::Duration;

use frontdesk_ports::{EventBatch, EventBuffer, LoggedEvent, StoreError};

use super::EventIntake;

/// How long the log may take for one chunk, or to answer a ping.
const APPEND_TIMEOUT: Duration = Duration::from_secs(5);
/// Pause before the log is tried again.
const RETRY_PAUSE: Duration = Duration::from_millis(500);
/// The maximum number of events appended at once. Limits memory use, and lets other requests to the log run in between.
pub(super) const MAX_CHUNK: usize = 1000;
/// A log that is too slow gets smaller chunks, down to this size.
const MIN_CHUNK: usize = 16;
/// How long the log may be behind while no reader waits. A call causes several requests; their events are folded and
/// written together.
const GATHER_TIME: Duration = Duration::from_millis(100);
/// How often an idle instance looks for events that other instances left in the inbox.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// The result of one round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drained {
    /// No events are waiting.
    Empty,
    /// A batch was appended to the log.
    Batch,
    /// The log or a buffer failed.
    Blocked,
}

impl Drained {
    /// The result of draining two buffers.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Blocked, _) | (_, Self::Blocked) => Self::Blocked,
            (Self::Batch, _) | (_, Self::Batch) => Self::Batch,
            (Self::Empty, Self::Empty) => Self::Empty,
        }
    }
}

impl EventIntake {
    /// Drains the buffers until the program ends.
    pub async fn run(&self) {
        loop {
            match self.drain_once().await {
                Drained::Batch => self.gather().await,
                Drained::Empty if self.inbox().is_some() => {
                    let _ = tokio::time::timeout(POLL_INTERVAL, self.wake.notified()).await;
                }
                Drained::Empty => self.wake.notified().await,
                Drained::Blocked => tokio::time::sleep(RETRY_PAUSE).await,
            }
        }
    }

    /// Waits until there are enough events for a chunk, a reader waits, or [`GATHER_TIME`] has passed.
    async fn gather(&self) {
        if self.waiting() < MAX_CHUNK as u64 {
            let _ = tokio::time::timeout(GATHER_TIME, self.reader_waits.notified()).await;
        }
    }

    /// Drains the buffers until they are empty or the log does not work.
    pub async fn drain(&self) {
        while self.drain_once().await == Drained::Batch {}
    }

    /// Appends one batch of each buffer to the log.
    pub async fn drain_once(&self) -> Drained {
        let is_clean = self.state.lock().is_clean();
        let buffered = self.buffered.load(Ordering::Relaxed);
        if is_clean && self.spool.waiting() == 0 && self.inbox().is_none() {
            self.all_drained(buffered);
            return Drained::Empty;
        }
        if !is_clean && !self.log_answers().await {
            return Drained::Blocked;
        }
        let mut drained = Drained::Empty;
        for buffer in [self.inbox(), Some(&*self.spool as &dyn EventBuffer)].into_iter().flatten() {
            drained = drained.and(self.drain_batch(buffer).await);
        }
        // A log that answers a ping and refuses events is still unavailable.
        if !is_clean && drained != Drained::Blocked {
            self.on_database_recovered();
        }
        if drained == Drained::Empty {
            self.all_drained(buffered);
            if !self.record_outages().await {
                return Drained::Blocked;
            }
        }
        drained
    }

    async fn log_answers(&self) -> bool {
        tokio::time::timeout(APPEND_TIMEOUT, self.log.ping()).await.is_ok_and(|pong| pong.is_ok())
    }

    /// Wakes readers that wait for the first `buffered` events.
    fn all_drained(&self, buffered: u64) {
        self.drained.send_if_modified(|drained| {
            // The counts can differ: an event whose request timed out is drained, but was not counted as buffered.
            let changed = *drained != buffered;
            *drained = buffered;
            changed
        });
    }

    async fn drain_batch(&self, buffer: &dyn EventBuffer) -> Drained {
        match buffer.oldest().await {
            Ok(None) => Drained::Empty,
            Ok(Some(batch)) => self.append_batch(buffer, batch).await,
            Err(error) => {
                tracing::warn!("buffered events could not be read: {error}");
                Drained::Blocked
            }
        }
    }

    async fn append_batch(
        &self,
        buffer: &dyn EventBuffer,
        EventBatch { number, events }: EventBatch,
    ) -> Drained {
        let count = events.len() as u64;
        let mut events = events.into_iter();
        loop {
            let size = self.chunk.load(Ordering::Relaxed);
            let chunk: Vec<LoggedEvent> = events.by_ref().take(size).collect();
            if chunk.is_empty() {
                break;
            }
            let Err(error) = self.append(chunk, APPEND_TIMEOUT).await else { continue };
            // The events were moved into the log call; the buffer still has them.
            let all = match buffer.oldest().await {
                Ok(Some(batch)) if batch.number == number => batch.events,
                other => {
                    tracing::warn!("buffered events could not be read again: {:?}", other.err());
                    return Drained::Blocked;
                }
            };
            if matches!(error, StoreError::Unavailable(_)) {
                // The chunk may have been too large for the timeout.
                self.chunk.store((size / 2).max(MIN_CHUNK), Ordering::Relaxed);
            } else if self.append_singly(&all).await {
                break;
            }
            self.on_database_failed(&all);
            return Drained::Blocked;
        }
        self.chunk.store(MAX_CHUNK, Ordering::Relaxed);
        match buffer.forget(number).await {
            Ok(()) => {
                self.drained.send_modify(|drained| *drained += count);
                Drained::Batch
            }
            Err(error) => {
                tracing::warn!("drained events could not be removed and will be appended again: {error}");
                Drained::Blocked
            }
        }
    }

    /// Appends events one by one after one of them was refused, and sets the refused ones aside. Returns `false` if the
    /// log does not work.
    async fn append_singly(&self, events: &[LoggedEvent]) -> bool {
        for event in events {
            match self.append(vec![event.clone()], APPEND_TIMEOUT).await {
                Ok(()) => {}
                Err(StoreError::Unavailable(_)) => return false,
                Err(error) => {
                    tracing::error!(call.id = %event.event.call, "the call log refused an event permanently: {error}");
                    if self.spool.set_aside(vec![event.clone()], &error.to_string()).await.is_err() {
                        return false;
                    }
                }
            }
        }
        true
    }

    /// Records outages that have ended. Returns `false` if one could not be recorded yet.
    async fn record_outages(&self) -> bool {
        loop {
            let Some(outage) = self.state.lock().next_ended() else { return true };
            if let Err(error) = self.outages.note_outage(&outage).await {
                tracing::warn!("an outage could not be recorded yet: {error}");
                return false;
            }
            self.state.lock().recorded();
        }
    }
}
