//! Limits how often passwords and codes can be guessed.
use std::collections::BTreeMap;
use std::time::Duration;

use frontdesk_domain::Timestamp;
use parking_lot::{Mutex, MutexGuard};

/// The most failed attempts for one key within [`WINDOW`].
const MAX_FAILURES: usize = 10;
/// How long a failed attempt counts.
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// The most keys that are remembered.
const MAX_KEYS: usize = 10_000;

/// An account, and the address or the purpose of the attempt.
type Key = (String, String);

/// Failed attempts by account and address.
#[derive(Default)]
pub(crate) struct Throttle(Mutex<BTreeMap<Key, Vec<Timestamp>>>);

impl Throttle {
    /// Counts an attempt before it is made, so that concurrent attempts count as well. Returns how long to wait if there
    /// were too many.
    pub fn count(&self, key: &Key, now: Timestamp) -> Result<(), Duration> {
        let mut attempts = self.attempts();
        if attempts.len() >= MAX_KEYS && !attempts.contains_key(key) {
            attempts.retain(|_, at| at.last().is_some_and(|at| now < *at + WINDOW));
        }
        if attempts.len() >= MAX_KEYS && !attempts.contains_key(key) {
            // The key with the oldest last attempt makes room.
            let oldest = attempts.iter().min_by_key(|(_, at)| at.last().copied()).map(|(key, _)| key.clone());
            oldest.map(|key| attempts.remove(&key));
        }
        let recent = attempts.entry(key.clone()).or_default();
        recent.retain(|at| now < *at + WINDOW);
        match recent.first() {
            Some(oldest) if recent.len() >= MAX_FAILURES => {
                Err(Duration::try_from((*oldest + WINDOW).duration_since(now)).unwrap_or_default())
            }
            _ => {
                recent.push(now);
                Ok(())
            }
        }
    }

    /// Forgets the attempts for a key after one that succeeded.
    pub fn reset(&self, key: &Key) {
        self.attempts().remove(key);
    }

    fn attempts(&self) -> MutexGuard<'_, BTreeMap<Key, Vec<Timestamp>>> {
        self.0.lock()
    }
}
