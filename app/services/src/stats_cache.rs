//! Caches the statistics of whole days, so that a year need not be counted again for each view: in memory, and in the
//! database beyond a restart. A day is counted again when one of its calls changes. What is in memory is looked up again
//! after a while in any case: another instance may have deleted calls.
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use frontdesk_domain::Timestamp;
use frontdesk_ports::{
    CallFigures, CallLog, CallQuery, Change, Clock, DAY_MS, DailyFigures, Figures, StoreError, Tally, Usage,
};
use parking_lot::Mutex;

/// How long a day is cached.
const MAX_AGE: Duration = Duration::from_secs(15 * 60);
/// The most days that are cached; the oldest leave first.
const MAX_DAYS: usize = 400;
/// Days are stored once they have been over for so many: until then the start of a call may still be corrected, which moves it
/// to another day.
const SETTLED_AFTER: i64 = 2;

/// Statistics with a cache of past days.
pub struct StatsCache {
    figures: Arc<dyn CallFigures>,
    log: Arc<dyn CallLog>,
    stored: Arc<dyn DailyFigures>,
    clock: Arc<dyn Clock>,
    cache: Mutex<Cache>,
}

#[derive(Default)]
struct Cache {
    /// By days since 1970, UTC: when it was counted, and what.
    days: BTreeMap<i64, (Timestamp, Arc<Figures>)>,
    /// Changes up to this one are in them.
    seen: Change,
    /// How often each day has changed: a count that was running during a change is not cached.
    changes: BTreeMap<i64, u64>,
}

impl Cache {
    fn insert(&mut self, now: Timestamp, days: impl IntoIterator<Item = (i64, Arc<Figures>)>) {
        self.days.extend(days.into_iter().map(|(day, figures)| (day, (now, figures))));
        while self.days.len() > MAX_DAYS {
            // Views of distant days are rare, so the newest days stay.
            self.days.pop_first();
        }
    }
}

impl StatsCache {
    /// Keeps what `figures` counts of the calls of `log`, here and in `stored`.
    pub fn new(
        figures: Arc<dyn CallFigures>,
        log: Arc<dyn CallLog>,
        stored: Arc<dyn DailyFigures>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { figures, log, stored, clock, cache: Mutex::default() }
    }

    /// Forgets the days that calls have changed of.
    async fn refresh(&self) -> Result<(), StoreError> {
        let latest = self.log.latest_change().await?;
        let seen = self.cache.lock().seen;
        if latest == seen {
            return Ok(());
        }
        // At first nothing is cached, and no count is running.
        let nothing = seen == Change::default();
        let changed = if nothing { BTreeSet::new() } else { self.figures.days_changed(seen).await? };
        let mut cache = self.cache.lock();
        for day in changed {
            cache.days.remove(&day);
            *cache.changes.entry(day).or_default() += 1;
        }
        cache.seen = cache.seen.max(latest);
        Ok(())
    }

    /// The figures of each day: from memory, else from the database, else counted.
    async fn days(&self, days: Range<i64>) -> Result<Vec<Arc<Figures>>, StoreError> {
        let mut known = self.in_memory(&days);
        let is_missing = |day: &i64, known: &BTreeMap<_, _>| !known.contains_key(day);
        let mut missing = days.clone().filter(|day| is_missing(day, &known));
        if let Some(first) = missing.next() {
            let last = missing.next_back().unwrap_or(first);
            for (day, figures) in self.load(first..last + 1).await {
                known.entry(day).or_insert(figures);
            }
        }
        let (as_of, mut counted) = (self.cache.lock().seen, Vec::new());
        for day in days.filter(|day| is_missing(day, &known)) {
            counted.push((day, self.count(day).await?));
        }
        self.store(&counted, as_of).await;
        known.extend(counted);
        Ok(known.into_values().collect())
    }

    /// The days that memory has, and has not had for long.
    fn in_memory(&self, days: &Range<i64>) -> BTreeMap<i64, Arc<Figures>> {
        let (now, cache) = (self.clock.now(), self.cache.lock());
        let fresh = cache.days.range(days.clone()).filter(|(_, (at, _))| now < *at + MAX_AGE);
        fresh.map(|(day, (_, figures))| (*day, figures.clone())).collect()
    }

    /// What the database has stored.
    async fn load(&self, days: Range<i64>) -> BTreeMap<i64, Arc<Figures>> {
        let stored = self.stored.stored_days(days).await.unwrap_or_else(|error| {
            tracing::debug!("the figures of days are counted: {error}");
            BTreeMap::new()
        });
        let stored: BTreeMap<_, _> =
            stored.into_iter().map(|(day, figures)| (day, Arc::new(figures))).collect();
        self.cache.lock().insert(self.clock.now(), stored.clone());
        stored
    }

    async fn count(&self, day: i64) -> Result<Arc<Figures>, StoreError> {
        let changes = self.cache.lock().changes.get(&day).copied();
        let figures = Arc::new(self.figures.figures(Some(midnight(day)), Some(midnight(day + 1))).await?);
        let (now, mut cache) = (self.clock.now(), self.cache.lock());
        if cache.changes.get(&day).copied() == changes {
            cache.insert(now, [(day, figures.clone())]);
        }
        Ok(figures)
    }

    /// Stores the days that are settled.
    async fn store(&self, counted: &[(i64, Arc<Figures>)], as_of: Change) {
        let settled = self.clock.now().as_millisecond().div_euclid(DAY_MS) - SETTLED_AFTER;
        let days: Vec<(i64, &Figures)> = counted
            .iter()
            .filter(|(day, _)| *day < settled)
            .map(|(day, figures)| (*day, &**figures))
            .collect();
        if let Err(error) = self.stored.store_days(&days, as_of).await {
            tracing::debug!("the figures of days are not stored: {error}");
        }
    }

    /// The whole days of a span that are over.
    fn whole_days(&self, since: Timestamp, until: Option<Timestamp>) -> Range<i64> {
        let until = until.unwrap_or(Timestamp::MAX).min(self.clock.now());
        let first = -(-since.as_millisecond()).div_euclid(DAY_MS);
        first..until.as_millisecond().div_euclid(DAY_MS)
    }
}

fn midnight(day: i64) -> Timestamp {
    Timestamp::from_millisecond(day.saturating_mul(DAY_MS)).unwrap_or(Timestamp::MAX)
}

#[async_trait]
impl CallFigures for StatsCache {
    async fn figures(
        &self,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> Result<Figures, StoreError> {
        let days = since.map(|since| self.whole_days(since, until)).unwrap_or_default();
        let many = usize::try_from(days.end.saturating_sub(days.start)).unwrap_or(0);
        if many == 0 || many > MAX_DAYS {
            return self.figures.figures(since, until).await;
        }
        self.refresh().await?;
        let mut parts = Vec::with_capacity(many + 2);
        if since.is_some_and(|since| since < midnight(days.start)) {
            parts.push(Arc::new(self.figures.figures(since, Some(midnight(days.start))).await?));
        }
        parts.extend(self.days(days.clone()).await?);
        if until.is_none_or(|until| midnight(days.end) < until) {
            parts.push(Arc::new(self.figures.figures(Some(midnight(days.end)), until).await?));
        }
        Ok(Figures::sum(parts.iter().map(|part| &**part)))
    }

    async fn tally(&self, query: &CallQuery, most: u32) -> Result<Tally, StoreError> {
        self.figures.tally(query, most).await
    }

    async fn usage(&self, day: Timestamp, hour: Timestamp, often: u32) -> Result<Usage, StoreError> {
        self.figures.usage(day, hour, often).await
    }

    async fn days_changed(&self, after: Change) -> Result<BTreeSet<i64>, StoreError> {
        self.figures.days_changed(after).await
    }
}

#[cfg(test)]
mod tests {
    use adapters_memory::{ManualClock, MemoryLog, SeededIds};
    use frontdesk_domain::{CallEvent, CallerId, Ending, EventKind, LegId, Outcome, Parties};
    use frontdesk_ports::LoggedEvent;

    use super::*;

    fn event(call: &str, at: &str, kind: EventKind) -> LoggedEvent {
        CallEvent {
            call: LegId::new("twilio", call).unwrap(),
            at: at.parse().unwrap(),
            kind,
            received_at: None,
        }
        .into()
    }

    fn started(call: &str, at: &str) -> LoggedEvent {
        let from = CallerId::read("+33123456789");
        let parties = Parties { from, to: "+33199000000".into(), from_name: None, from_place: None };
        event(call, at, EventKind::Started(parties))
    }

    fn ended(call: &str, at: &str) -> LoggedEvent {
        let ending = Ending { status: "completed".into(), failed: false, seconds: Some(3), parties: None };
        event(call, at, EventKind::Ended(ending))
    }

    /// A log with calls on some days, and the cache of its statistics.
    async fn desk() -> (Arc<MemoryLog>, Arc<ManualClock>, StatsCache) {
        let clock = Arc::new(ManualClock::at("2026-11-25T12:00:00Z".parse().unwrap()));
        let log = Arc::new(MemoryLog::new(clock.clone(), Arc::new(SeededIds::default())));
        for (call, day) in [("a", 22), ("b", 23), ("c", 23), ("d", 24), ("e", 25)] {
            log.append(vec![started(call, &format!("2026-11-{day}T09:00:00Z"))]).await.unwrap();
        }
        let cache = StatsCache::new(log.clone(), log.clone(), log.clone(), clock.clone());
        (log, clock, cache)
    }

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn cached_statistics_equal_counted_ones_for_every_span() {
        let (log, _, cache) = desk().await;
        for (since, until) in [
            ("2026-11-22T00:00:00Z", None),
            ("2026-11-21T23:00:00Z", Some("2026-11-25T23:00:00Z")),
            ("2026-11-23T09:00:00Z", Some("2026-11-24T09:00:00Z")),
            ("2026-11-23T00:00:00Z", Some("2026-11-24T00:00:00Z")),
            ("2026-11-25T10:00:00Z", Some("2026-11-25T11:00:00Z")),
            ("1000-01-01T00:00:00Z", Some("9000-01-01T00:00:00Z")),
        ] {
            let (since, until) = (Some(time(since)), until.map(time));
            for round in 0..2 {
                let counted = log.figures(since, until).await.unwrap();
                let counted = Figures::sum([&counted]);
                assert_eq!(
                    cache.figures(since, until).await.unwrap(),
                    counted,
                    "{since:?} {until:?} {round}"
                );
            }
        }
    }

    #[tokio::test]
    async fn settled_days_are_not_counted_again_after_a_restart() {
        let (log, clock, cache) = desk().await;
        let span = || (Some(time("2026-11-21T00:00:00Z")), None);
        cache.figures(span().0, span().1).await.unwrap();
        let day = |text: &str| time(text).as_millisecond().div_euclid(DAY_MS);
        let stored = async || {
            let all =
                log.stored_days(day("2026-11-01T00:00:00Z")..day("2026-12-01T00:00:00Z")).await.unwrap();
            all.into_keys().collect::<Vec<_>>()
        };
        let settled = day("2026-11-21T00:00:00Z")..day("2026-11-23T00:00:00Z");
        assert_eq!(stored().await, settled.clone().collect::<Vec<_>>(), "the 23rd may still change");
        // What is stored is used: a figure that nobody would count.
        let mut odd = log
            .figures(Some(time("2026-11-22T00:00:00Z")), Some(time("2026-11-23T00:00:00Z")))
            .await
            .unwrap();
        odd.waits.push((4200, 7));
        log.store_days(&[(settled.end - 1, &odd)], log.latest_change().await.unwrap()).await.unwrap();
        let restarted = StatsCache::new(log.clone(), log.clone(), log.clone(), clock.clone());
        let figures = restarted.figures(span().0, span().1).await.unwrap();
        assert_eq!(figures.waits, [(4200, 7)]);
        log.append(vec![ended("a", "2026-11-25T11:59:00Z")]).await.unwrap();
        let figures = restarted.figures(span().0, span().1).await.unwrap();
        assert_eq!(figures.waits, [], "news of that day");
    }

    #[tokio::test]
    async fn a_day_is_counted_again_after_a_change_and_after_a_while() {
        let (log, clock, cache) = desk().await;
        let ask = async || {
            let figures = cache.figures(Some(time("2026-11-22T00:00:00Z")), None).await.unwrap();
            let over = figures.quarters.iter().filter(|(_, outcome, _)| *outcome == Some(Outcome::Abandoned));
            over.map(|(.., calls)| calls).sum::<u64>()
        };
        assert_eq!(ask().await, 0);
        log.append(vec![ended("b", "2026-11-25T11:59:00Z")]).await.unwrap();
        assert_eq!(ask().await, 1, "late news of an old day");
        let counted_at = cache.cache.lock().days.values().map(|(at, _)| *at).max();
        clock.advance(MAX_AGE);
        ask().await;
        assert!(
            cache.cache.lock().days.values().map(|(at, _)| *at).min() > counted_at,
            "all were counted again"
        );
    }
}
