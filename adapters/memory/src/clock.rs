//! A clock that tests set, and ids that are the same in every run.
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use frontdesk_domain::Timestamp;
use frontdesk_ports::{Clock, Ids};
use parking_lot::Mutex;

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    /// A clock that is set to `now`.
    pub fn at(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        let mut now = self.0.lock();
        *now += by;
    }

    /// Sets the clock.
    pub fn set(&self, now: Timestamp) {
        *self.0.lock() = now;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock()
    }
}

/// Sequential ids: unique, and the same in every run.
#[derive(Debug, Default)]
pub struct SeededIds(AtomicU64);

impl Ids for SeededIds {
    fn random(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        let next = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        bytes[..8].copy_from_slice(&next.to_be_bytes());
        bytes[24..].copy_from_slice(&next.to_be_bytes());
        bytes
    }
}
