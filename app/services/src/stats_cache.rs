//! Caches the statistics of whole days, so that a year need not be counted again for each view: the sums of spans in
//! memory, and each day in the database, beyond a restart. What a changed call belongs to is counted again. What is in
//! memory is looked up again after a while in any case: another instance may have deleted calls.
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use frontdesk_domain::Timestamp;
use frontdesk_ports::{
    CallFigures, CallLog, CallQuery, Change, Clock, DAY_MS, DailyFigures, Figures, StoreError, Tally, Usage,
    affected_days,
};
use parking_lot::Mutex;

/// How long a sum is cached.
const MAX_AGE: Duration = Duration::from_secs(15 * 60);
/// The most sums that are cached; the oldest leave first. A view has two: its period and the one before.
const MAX_SUMS: usize = 16;
/// The longest span that is summed up by days.
const MAX_DAYS: usize = 400;
/// Days that are read at once: a year of a long log takes tens of megabytes.
const PORTION: i64 = 30;
/// Days are stored this many days after their end: until then the start of a call may still be corrected, which moves it
/// to another day.
const FINAL_AFTER: i64 = 2;

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
    /// The sums of spans of days since 1970, UTC.
    sums: Vec<Sum>,
    /// Changes up to this one are in them.
    seen: Change,
}

/// The sum of a span of days.
struct Sum {
    days: Range<i64>,
    summed_at: Timestamp,
    figures: Arc<Figures>,
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

    /// Forgets the sums with days that calls have changed of. Returns the last change that was looked at.
    async fn refresh(&self) -> Result<Change, StoreError> {
        let latest = self.log.latest_change().await?;
        let seen = self.cache.lock().seen;
        if latest == seen {
            return Ok(seen);
        }
        // At first nothing is cached.
        let nothing = seen == Change::default();
        let changed = if nothing { BTreeSet::new() } else { self.figures.days_changed(seen).await? };
        let changed = affected_days(&changed);
        let mut cache = self.cache.lock();
        cache.sums.retain(|sum| changed.range(sum.days.clone()).next().is_none());
        cache.seen = cache.seen.max(latest);
        Ok(cache.seen)
    }

    /// The figures of whole days, together.
    async fn sum(&self, days: Range<i64>) -> Result<Arc<Figures>, StoreError> {
        let as_of = self.refresh().await?;
        let now = self.clock.now();
        let is_fresh = |sum: &&Sum| sum.days == days && sum.summed_at <= now && now < sum.summed_at + MAX_AGE;
        if let Some(sum) = self.cache.lock().sums.iter().find(is_fresh) {
            return Ok(sum.figures.clone());
        }
        let mut parts = Vec::new();
        let mut first = days.start;
        while first < days.end {
            let portion = first..days.end.min(first + PORTION);
            first = portion.end;
            parts.push(self.sum_of_portion(portion, as_of).await?);
        }
        let figures = Arc::new(Figures::sum(&parts));
        let mut cache = self.cache.lock();
        // A call may have changed while its day was counted.
        if cache.seen == as_of {
            cache.sums.retain(|sum| sum.days != days);
            cache.sums.push(Sum { days, summed_at: now, figures: figures.clone() });
            let excess = cache.sums.len().saturating_sub(MAX_SUMS);
            cache.sums.drain(..excess);
        }
        Ok(figures)
    }

    /// The figures of some days, together: those that are stored, and the others counted.
    async fn sum_of_portion(&self, days: Range<i64>, as_of: Change) -> Result<Figures, StoreError> {
        let mut known = self.stored.stored_days(days.clone()).await.unwrap_or_else(|error| {
            tracing::debug!("the figures of days are counted: {error}");
            BTreeMap::new()
        });
        let mut counted = Vec::new();
        for day in days.filter(|day| !known.contains_key(day)) {
            let figures = self.figures.figures(Some(midnight(day)), Some(midnight(day + 1))).await?;
            counted.push((day, figures));
        }
        self.store(&counted, as_of).await;
        known.extend(counted);
        Ok(Figures::sum(known.values()))
    }

    /// Stores the days that no longer change.
    async fn store(&self, counted: &[(i64, Figures)], as_of: Change) {
        let last_final = self.clock.now().as_millisecond().div_euclid(DAY_MS) - FINAL_AFTER;
        let is_final = |(day, _): &&(i64, Figures)| *day < last_final;
        let days: Vec<_> = counted.iter().filter(is_final).map(|(day, figures)| (*day, figures)).collect();
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
        let mut parts = vec![self.sum(days.clone()).await?];
        if since.is_some_and(|since| since < midnight(days.start)) {
            parts.push(Arc::new(self.figures.figures(since, Some(midnight(days.start))).await?));
        }
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
        let ending = Ending { seconds: Some(3), ..Ending::new("completed") };
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
    async fn past_days_are_not_counted_again_after_a_restart() {
        let (log, clock, cache) = desk().await;
        let span = || (Some(time("2026-11-21T00:00:00Z")), None);
        cache.figures(span().0, span().1).await.unwrap();
        let day = |text: &str| time(text).as_millisecond().div_euclid(DAY_MS);
        let stored = async || {
            let all =
                log.stored_days(day("2026-11-01T00:00:00Z")..day("2026-12-01T00:00:00Z")).await.unwrap();
            all.into_keys().collect::<Vec<_>>()
        };
        let past = day("2026-11-21T00:00:00Z")..day("2026-11-23T00:00:00Z");
        assert_eq!(stored().await, past.clone().collect::<Vec<_>>(), "the 23rd may still change");
        // What is stored is used: a figure that nobody would count.
        let mut odd = log
            .figures(Some(time("2026-11-22T00:00:00Z")), Some(time("2026-11-23T00:00:00Z")))
            .await
            .unwrap();
        odd.waits.push((4200, 7));
        log.store_days(&[(past.end - 1, &odd)], log.latest_change().await.unwrap()).await.unwrap();
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
        let summed_at = || cache.cache.lock().sums.iter().map(|sum| sum.summed_at).collect::<Vec<_>>();
        let before = summed_at();
        ask().await;
        assert_eq!(summed_at(), before, "kept");
        clock.advance(MAX_AGE);
        ask().await;
        assert!(summed_at()[0] > before[0], "looked up again");
    }
}
