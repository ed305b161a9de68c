//! Caches the statistics of whole days, so that a year is not counted again for each view: the sums of spans in memory,
//! and each day in the database, where it survives a restart. Days with changed calls are counted again. Sums in memory
//! expire after a while in any case, because another instance may have deleted calls.
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use frontdesk_domain::Timestamp;
use frontdesk_ports::{
    AdmittedCall, CallFigures, CallLog, CallQuery, Change, Clock, DAY_MS, DailyFigures, Figures, StoreError,
    Tally, Usage, affected_days,
};
use parking_lot::Mutex;

/// How long a sum is cached.
const MAX_AGE: Duration = Duration::from_secs(15 * 60);
/// The maximum number of cached sums; the oldest are evicted first. A view needs two: its period and the one before.
const MAX_SUMS: usize = 16;
/// The maximum number of days that are summed up, counted back from the last: ten years. Earlier calls have a wrong time.
const MAX_DAYS: i64 = 3660;
/// The number of days that are read at once: a year of a long log takes tens of megabytes.
const CHUNK_DAYS: i64 = 30;
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
    /// The last change that is included in the sums.
    seen: Change,
}

/// The sum of a span of days.
struct Sum {
    days: Range<i64>,
    summed_at: Timestamp,
    figures: Arc<Figures>,
}

impl StatsCache {
    /// Caches what `figures` counts over the calls of `log`, in memory and in `stored`.
    pub fn new(
        figures: Arc<dyn CallFigures>,
        log: Arc<dyn CallLog>,
        stored: Arc<dyn DailyFigures>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { figures, log, stored, clock, cache: Mutex::default() }
    }

    /// Drops the sums that include days with changed calls. Returns the last change that was processed.
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

    /// The sum of the figures of whole days.
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
            let part = first..days.end.min(first + CHUNK_DAYS);
            first = part.end;
            parts.push(self.sum_of_part(part, as_of).await?);
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

    /// The sum of the figures of some days. Days that are not stored are counted.
    async fn sum_of_part(&self, days: Range<i64>, as_of: Change) -> Result<Figures, StoreError> {
        let mut known = self.stored.stored_days(days.clone()).await.unwrap_or_else(|error| {
            tracing::debug!("stored figures of days could not be read and are counted instead: {error}");
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
            tracing::debug!("figures of days could not be stored: {error}");
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
        let Some(first) = self.figures.first_start().await? else { return Ok(Figures::default()) };
        // No day before the first call needs to be counted.
        let first = midnight(first.as_millisecond().div_euclid(DAY_MS));
        let first = since.map_or(first, |since| since.max(first));
        let days = self.whole_days(first, until);
        let days = days.start.max(days.end - MAX_DAYS)..days.end;
        if days.is_empty() {
            return self.figures.figures(since, until).await;
        }
        let mut parts = vec![self.sum(days.clone()).await?];
        if first < midnight(days.start) {
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

    async fn admitted(&self, since: Timestamp, most: u32) -> Result<Vec<AdmittedCall>, StoreError> {
        self.figures.admitted(since, most).await
    }

    async fn first_start(&self) -> Result<Option<Timestamp>, StoreError> {
        self.figures.first_start().await
    }

    async fn days_changed(&self, after: Change) -> Result<BTreeSet<i64>, StoreError> {
        self.figures.days_changed(after).await
    }
}

#[cfg(test)]
mod tests;
