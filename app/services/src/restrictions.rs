//! What limits a call apart from the flow: closures, blocked callers and caps. Held in memory, so that answering a
//! call needs no database: a copy of the store's last answer, and the capacity used since.

pub mod recent_calls;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use frontdesk_domain::dialogue::{CallRestrictions, Closure};
use frontdesk_domain::{CallerId, Timestamp};
use frontdesk_ports::{CallFigures, Clock, OverrideStore, StoreError, Usage};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use parking_lot::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use recent_calls::RecentCalls;

/// How often the store is read. Overrides set by another instance or the command line take effect within this time.
const REFRESH: Duration = Duration::from_secs(3);
/// The span of time over which the calls of a caller are counted.
const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// How long it may take until a call or forward is in the log: the announcement before the phone rings, the first report of
/// it, and the event buffer. It may be counted twice in the meantime.
const LOG_DELAY: SignedDuration = SignedDuration::from_secs(10);
/// How long a forward counts as being in progress while the log cannot be read.
const ASSUMED_TALK_TIME: SignedDuration = SignedDuration::from_mins(10);
/// How far back the log is read for admitted calls at start. Afterwards, if there are other instances, only newer
/// calls are read.
const START_LOOKBACK: SignedDuration = SignedDuration::from_hours(1);
/// This long after the start, the events that a killed server had buffered are in the log.
const START_PERIOD: SignedDuration = SignedDuration::from_secs(10);
/// The maximum number of admitted calls that are read at once.
const MAX_ADMITTED: u32 = 500;

/// Limits on usage; `None` means unlimited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Caps {
    /// Calls forwarded at the same time.
    pub concurrent_forwards: Option<u32>,
    /// Calls forwarded per day.
    pub forwards_a_day: Option<u32>,
    /// Minutes of forwarded calls per day.
    pub forward_minutes_a_day: Option<u32>,
    /// Calls of one caller per hour.
    pub calls_a_caller_an_hour: Option<u32>,
}

impl Caps {
    fn are_set(&self) -> bool {
        *self != Self::default()
    }
}

/// The restrictions that apply in addition to the flow.
pub struct Restrictions {
    store: Arc<dyn OverrideStore>,
    figures: Arc<dyn CallFigures>,
    caps: Caps,
    zone: TimeZone,
    clock: Arc<dyn Clock>,
    known: RwLock<Known>,
    recent: RecentCalls,
    /// Whether other instances may answer calls of the same log.
    has_others: bool,
}

/// The store's last answer, and the usage since.
#[derive(Default)]
struct Known {
    closure: Option<Closure>,
    /// Blocked callers by identity; `None` for all who withhold their number.
    blocked: BTreeSet<Option<String>>,
    used: Usage,
    /// When `used` was read.
    used_at: Option<Timestamp>,
    /// Forwards that may not be in `used` yet.
    forwards: Vec<Timestamp>,
    /// Calls that may not be in `used` yet, by caller.
    calls: BTreeMap<String, Vec<Timestamp>>,
    /// When admitted calls were first and last read.
    admitted_at: Option<(Timestamp, Timestamp)>,
}

impl Known {
    /// Whether the store's last answer is younger than this.
    fn is_younger(&self, than: SignedDuration, now: Timestamp) -> bool {
        self.used_at.is_some_and(|at| now < at + than)
    }
}

/// How many of these times are within the last `span`.
fn within(times: &[Timestamp], span: SignedDuration, now: Timestamp) -> u32 {
    u32::try_from(times.iter().filter(|at| now < **at + span).count()).unwrap_or(u32::MAX)
}

impl Restrictions {
    /// Restrictions from `store`; nothing is known before the first refresh.
    pub fn new(
        store: Arc<dyn OverrideStore>,
        figures: Arc<dyn CallFigures>,
        caps: Caps,
        zone: TimeZone,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            store,
            figures,
            caps,
            zone,
            clock,
            known: RwLock::default(),
            recent: RecentCalls::default(),
            has_others: false,
        }
    }

    /// Sets whether other instances share the log. If so, the calls that they admit are read at each refresh; if not, admitted
    /// calls are read at start only.
    #[must_use]
    pub fn beside_others(self, has_others: bool) -> Self {
        Self { has_others, ..self }
    }

    /// The restrictions that apply to a caller now.
    pub fn of(&self, from: &CallerId, called: &str) -> CallRestrictions {
        let (known, now) = (self.read(), self.clock.now());
        CallRestrictions {
            is_blocked: known.blocked.contains(&from.identity(called)),
            calls_too_often: self.calls_too_often(&known, from, called, now),
            may_not_forward: self.may_not_forward(&known, now),
            closure: known.closure.clone(),
        }
    }

    /// The recently admitted calls.
    pub fn recent(&self) -> &RecentCalls {
        &self.recent
    }

    /// The closure in effect.
    pub fn closure(&self, now: Timestamp) -> Option<Closure> {
        self.read().closure.clone().filter(|closure| closure.from <= now && now < closure.until)
    }

    fn calls_too_often(&self, known: &Known, from: &CallerId, called: &str, now: Timestamp) -> bool {
        let (Some(cap), Some(key)) = (self.caps.calls_a_caller_an_hour, counting_key(from, called)) else {
            return false;
        };
        // The store names the callers who reached the cap; calls since its last answer are counted here.
        let is_frequent = known.is_younger(HOUR, now) && known.used.frequent_callers.contains(&key);
        is_frequent || known.calls.get(&key).is_some_and(|calls| within(calls, HOUR, now) >= cap)
    }

    fn may_not_forward(&self, known: &Known, now: Timestamp) -> bool {
        let reached = |cap: Option<u32>, used: u32| cap.is_some_and(|cap| used >= cap);
        let minutes = u32::try_from(known.used.forward_seconds_today / 60).unwrap_or(u32::MAX);
        // While the log cannot be read, it is not known which conversations have ended.
        let logged = if known.is_younger(ASSUMED_TALK_TIME, now) { known.used.forwards_now } else { 0 };
        let in_progress = logged.saturating_add(within(&known.forwards, ASSUMED_TALK_TIME, now));
        let given_out = u32::try_from(known.forwards.len()).unwrap_or(u32::MAX);
        reached(self.caps.concurrent_forwards, in_progress)
            || reached(self.caps.forwards_a_day, known.used.forwards_today.saturating_add(given_out))
            || reached(self.caps.forward_minutes_a_day, minutes)
    }

    /// Counts a call that was admitted.
    pub fn called(&self, from: &CallerId, called: &str) {
        if let (true, Some(key)) = (self.caps.calls_a_caller_an_hour.is_some(), counting_key(from, called)) {
            let now = self.clock.now();
            self.write().calls.entry(key).or_default().push(now);
        }
    }

    /// Counts a call that is being forwarded.
    pub fn forwarded(&self) {
        if self.caps.are_set() {
            let now = self.clock.now();
            self.write().forwards.push(now);
        }
    }

    /// Reads the store. What cannot be read keeps its last value.
    pub async fn refresh(&self) -> Result<(), StoreError> {
        let closed = self.store.closed().await?;
        let blocked = self.store.blocked().await?;
        {
            let mut known = self.write();
            known.closure = closed.map(|closed| closed.closure);
            known.blocked = blocked.into_iter().map(|blocked| blocked.caller.identity("")).collect();
        }
        let now = self.clock.now();
        self.load_admitted(now).await?;
        if !self.caps.are_set() {
            return Ok(());
        }
        let often = self.caps.calls_a_caller_an_hour.unwrap_or(u32::MAX);
        let used =
            self.figures.usage(self.midnight(now), now.saturating_sub(HOUR).unwrap_or(now), often).await?;
        let mut known = self.write();
        (known.used, known.used_at) = (used, Some(now));
        // Older ones are included in `used`.
        let is_recent = |at: &Timestamp| now < *at + LOG_DELAY;
        known.forwards.retain(is_recent);
        known.calls.retain(|_, calls| {
            calls.retain(is_recent);
            !calls.is_empty()
        });
        Ok(())
    }

    /// Remembers the calls that another instance, or this one before a restart, has admitted.
    async fn load_admitted(&self, now: Timestamp) -> Result<(), StoreError> {
        let (first, last) = self.read().admitted_at.unwrap_or((now, now));
        let is_start = now < first + START_PERIOD;
        if !is_start && !self.has_others {
            return Ok(());
        }
        let since =
            if is_start { now.saturating_sub(START_LOOKBACK) } else { last.saturating_sub(LOG_DELAY) };
        for call in self.figures.admitted(since.unwrap_or(now), MAX_ADMITTED).await? {
            self.recent.learn(call);
        }
        self.write().admitted_at = Some((first, now));
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

    /// Refreshes periodically; never returns.
    pub async fn run(&self) {
        let mut failing = false;
        loop {
            match self.refresh().await {
                Ok(()) => failing = false,
                Err(error) => {
                    if !std::mem::replace(&mut failing, true) {
                        tracing::warn!(
                            "closures, blocked callers and caps could not be refreshed; the last known ones still apply: {error}"
                        );
                    }
                }
            }
            tokio::time::sleep(REFRESH).await;
        }
    }
}

/// The key by which a caller's calls are counted; `None` for callers without an identity, whose calls are not counted.
fn counting_key(from: &CallerId, called: &str) -> Option<String> {
    from.identity(called).filter(|_| from.identifies(called))
}

#[cfg(test)]
mod tests;
