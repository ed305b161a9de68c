//! What limits a call apart from the flow: closures, blocked callers and caps. Held in memory, so that answering a
//! call needs no database: a copy of the store's last answer, and the capacity used since.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use frontdesk_domain::{CallRestrictions, CallerId, Closure, Timestamp};
use frontdesk_ports::{CallFigures, Clock, OverrideStore, StoreError, Usage};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use parking_lot::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// How often the store is read. Overrides set by another instance or the command line take effect within this time.
const REFRESH: Duration = Duration::from_secs(3);
/// What counts as often is counted over this long.
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// The most that may be used up. `None`: as much as there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Caps {
    /// Calls forwarded at the same time.
    pub concurrent_forwards: Option<u32>,
    /// Calls forwarded a day.
    pub forwards_a_day: Option<u32>,
    /// Minutes of forwarded calls a day.
    pub forward_minutes_a_day: Option<u32>,
    /// Calls of one caller an hour.
    pub calls_a_caller_an_hour: Option<u32>,
}

impl Caps {
    fn are_set(&self) -> bool {
        *self != Self::default()
    }
}

/// What holds beside the flow.
pub struct Restrictions {
    store: Arc<dyn OverrideStore>,
    figures: Arc<dyn CallFigures>,
    caps: Caps,
    zone: TimeZone,
    clock: Arc<dyn Clock>,
    known: RwLock<Known>,
}

/// The store's last word, and what was given out since.
#[derive(Default)]
struct Known {
    closure: Option<Closure>,
    /// By their keys; `None` for all who withhold their number.
    blocked: BTreeSet<Option<String>>,
    used: Usage,
    forwards_since: u32,
    calls_since: BTreeMap<String, u32>,
}

impl Restrictions {
    /// Over a store; nothing is known before the first refresh.
    pub fn new(
        store: Arc<dyn OverrideStore>,
        figures: Arc<dyn CallFigures>,
        caps: Caps,
        zone: TimeZone,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { store, figures, caps, zone, clock, known: RwLock::default() }
    }

    /// What holds for a caller now.
    pub fn of(&self, from: &CallerId, called: &str) -> CallRestrictions {
        let known = self.read();
        CallRestrictions {
            is_blocked: known.blocked.contains(&from.identity(called)),
            calls_too_often: self.calls_too_often(&known, from, called),
            may_not_forward: self.may_not_forward(&known),
            closure: known.closure.clone(),
        }
    }

    /// The closure in effect.
    pub fn closure(&self, now: Timestamp) -> Option<Closure> {
        self.read().closure.clone().filter(|closure| closure.from <= now && now < closure.until)
    }

    fn calls_too_often(&self, known: &Known, from: &CallerId, called: &str) -> bool {
        let (Some(cap), Some(key)) = (self.caps.calls_a_caller_an_hour, counted_as(from, called)) else {
            return false;
        };
        // The store names the callers who reached the cap; calls since its last answer are counted here.
        known.used.frequent_callers.contains(&key)
            || known.calls_since.get(&key).is_some_and(|calls| *calls >= cap)
    }

    fn may_not_forward(&self, known: &Known) -> bool {
        let reached = |cap: Option<u32>, used: u32| cap.is_some_and(|cap| used >= cap);
        let minutes = u32::try_from(known.used.forward_seconds_today / 60).unwrap_or(u32::MAX);
        let since = known.forwards_since;
        reached(self.caps.concurrent_forwards, known.used.forwards_now.saturating_add(since))
            || reached(self.caps.forwards_a_day, known.used.forwards_today.saturating_add(since))
            || reached(self.caps.forward_minutes_a_day, minutes)
    }

    /// A caller has been answered for the first time.
    pub fn called(&self, from: &CallerId, called: &str) {
        if let (true, Some(key)) = (self.caps.calls_a_caller_an_hour.is_some(), counted_as(from, called)) {
            let mut known = self.write();
            *known.calls_since.entry(key).or_default() += 1;
        }
    }

    /// A call is being forwarded.
    pub fn forwarded(&self) {
        if self.caps.are_set() {
            let mut known = self.write();
            known.forwards_since = known.forwards_since.saturating_add(1);
        }
    }

    /// Asks the store. What it cannot say stays as it was.
    pub async fn refresh(&self) -> Result<(), StoreError> {
        let closed = self.store.closed().await?;
        let blocked = self.store.blocked().await?;
        {
            let mut known = self.write();
            known.closure = closed.map(|closed| closed.closure);
            known.blocked = blocked.into_iter().map(|blocked| blocked.caller.identity("")).collect();
        }
        if !self.caps.are_set() {
            return Ok(());
        }
        // What is given out while the store is asked is not in its answer.
        let (forwards, calls) = {
            let known = self.read();
            (known.forwards_since, known.calls_since.clone())
        };
        let now = self.clock.now();
        let often = self.caps.calls_a_caller_an_hour.unwrap_or(u32::MAX);
        let used =
            self.figures.usage(self.midnight(now), now.saturating_sub(HOUR).unwrap_or(now), often).await?;
        let mut known = self.write();
        known.used = used;
        known.forwards_since = known.forwards_since.saturating_sub(forwards);
        for (caller, counted) in calls {
            if let Some(since) = known.calls_since.get_mut(&caller) {
                *since = since.saturating_sub(counted);
            }
        }
        known.calls_since.retain(|_, since| *since > 0);
        Ok(())
    }

    fn read(&self) -> RwLockReadGuard<'_, Known> {
        self.known.read()
    }

    fn write(&self) -> RwLockWriteGuard<'_, Known> {
        self.known.write()
    }

    fn midnight(&self, now: Timestamp) -> Timestamp {
        let today = now.to_zoned_datetime(self.zone.clone()).start_of_day();
        today.map_or(now, |midnight| midnight.timestamp())
    }

    /// Goes on asking, for ever.
    pub async fn run(&self) {
        let mut failing = false;
        loop {
            match self.refresh().await {
                Ok(()) => failing = false,
                Err(error) => {
                    if !std::mem::replace(&mut failing, true) {
                        tracing::warn!(
                            "closures, blocked callers and caps could not be refreshed and stay as they are: {error}"
                        );
                    }
                }
            }
            tokio::time::sleep(REFRESH).await;
        }
    }
}

/// What a caller's calls are counted by; callers without identity are not counted together.
fn counted_as(from: &CallerId, called: &str) -> Option<String> {
    from.identity(called).filter(|_| from.identifies(called))
}

#[cfg(test)]
mod tests;
