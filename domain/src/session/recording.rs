//! A message while it is recorded: what ends it.
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::dialogue::Dialogue;
use crate::keys::Key;

/// How long the driver may take to hand over a recording. After that the call continues without it.
const HAND_OVER_TIMEOUT: Duration = Duration::from_secs(10);

/// The same once the caller has hung up, when nobody waits any more.
const HAND_OVER_TIMEOUT_AFTER_HANG_UP: Duration = Duration::from_secs(600);

/// A message that is being recorded.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Recording {
    finish_on_key: Key,
    silence: Duration,
    /// The time at which it ends for its length.
    longest: Timestamp,
    /// The time at which it ends for silence.
    silent: Timestamp,
    /// Set once the driver was asked to stop: the time at which it is no longer waited for.
    stopped: Option<Timestamp>,
    pub then: Dialogue,
}

impl Recording {
    pub fn new(
        now: Timestamp,
        max_length: Duration,
        silence: Duration,
        finish_on_key: Key,
        then: Dialogue,
    ) -> Self {
        let (longest, silent) = (now + max_length, now + silence);
        Self { finish_on_key, silence, longest, silent, stopped: None, then }
    }

    pub fn deadline(&self) -> Timestamp {
        self.stopped.unwrap_or_else(|| self.longest.min(self.silent))
    }

    pub fn is_finished_by(&self, key: Key) -> bool {
        self.finish_on_key == key
    }

    pub fn is_stopped(&self) -> bool {
        self.stopped.is_some()
    }

    /// The caller speaks.
    pub fn on_spoke(&mut self, now: Timestamp) {
        self.silent = now + self.silence;
    }

    /// The caller has hung up: the recording may take its time.
    pub fn on_hang_up(&mut self, now: Timestamp) {
        self.stopped = Some(now + HAND_OVER_TIMEOUT_AFTER_HANG_UP);
    }

    /// Begins to wait for the recording; whether the driver has to be asked.
    pub fn stop(&mut self, now: Timestamp) -> bool {
        let is_first = !self.is_stopped();
        if is_first {
            self.stopped = Some(now + HAND_OVER_TIMEOUT);
        }
        is_first
    }
}
