//! A message that is being recorded, and what ends it.
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::dialogue::Dialogue;
use crate::keys::Key;

/// How long the driver may take to hand over a recording. After that the call continues without it.
const HAND_OVER_TIMEOUT: Duration = Duration::from_secs(10);

/// The same after the caller has hung up, when no party waits for it.
const HAND_OVER_TIMEOUT_AFTER_HANG_UP: Duration = Duration::from_secs(600);

/// A message that is being recorded.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Recording {
    finish_on_key: Key,
    silence: Duration,
    /// When the recording reaches its maximum length.
    longest: Timestamp,
    /// When the recording ends because of silence.
    silent: Timestamp,
    /// Set once the driver was asked to stop: until when the session waits for the recording.
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

    /// The caller has hung up: allows more time to hand over the recording.
    pub fn on_hang_up(&mut self, now: Timestamp) {
        self.stopped = Some(now + HAND_OVER_TIMEOUT_AFTER_HANG_UP);
    }

    /// Starts to wait for the recording. Returns whether the driver must be asked to stop.
    pub fn stop(&mut self, now: Timestamp) -> bool {
        let is_first = !self.is_stopped();
        if is_first {
            self.stopped = Some(now + HAND_OVER_TIMEOUT);
        }
        is_first
    }
}
