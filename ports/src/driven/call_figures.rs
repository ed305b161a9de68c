//! Figures over many calls, counted by the store.
use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use frontdesk_domain::{CallerId, LegId, Outcome, Reason, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{CallQuery, Change, StoreError};

/// The interval by which calls are counted, in milliseconds: time zones differ by quarters of an hour.
pub const QUARTER_MS: i64 = 900_000;
/// A day of UTC, in milliseconds.
pub const DAY_MS: i64 = 86_400_000;
/// The precision of waiting times: a tenth of a second.
pub const WAIT_STEP_MS: i64 = 100;

/// Counts of the calls that began within a span of time. Calls that are not over have no outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// By quarter of an hour and outcome, in that order.
    pub quarters: Vec<QuarterCount>,
    /// Milliseconds from the start to being put through, in full tenths of a second, and how many calls waited that long;
    /// ascending.
    pub waits: Vec<(u64, u64)>,
    /// By every phone that was rung: `answered` if it took the call, `missed` if not.
    pub destinations: Vec<(String, Option<Outcome>, u64)>,
    /// By the last menu of the call.
    pub menus: Vec<(String, Option<Outcome>, Option<Reason>, u64)>,
    /// By the carrier that the calls came by.
    pub carriers: Vec<(String, Option<Outcome>, u64)>,
    /// By user, what they did about the calls.
    pub users: Vec<(String, FollowUp)>,
}

/// The calls that began within a quarter of an hour and have the same outcome. Kept small: a year has 100,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "(i32, Option<Outcome>, u32)", into = "(i32, Option<Outcome>, u32)")]
pub struct QuarterCount {
    /// The quarter of an hour, counted from 1970, UTC.
    quarter: i32,
    /// The outcome; calls that are not over have none.
    pub outcome: Option<Outcome>,
    /// How many calls.
    pub calls: u32,
}

impl QuarterCount {
    /// A count of calls that began within the quarter of an hour of `at`.
    pub fn new(at: Timestamp, outcome: Option<Outcome>, calls: u64) -> Self {
        // Timestamps reach from the year -9999 to 9999: 800 million quarters.
        let quarter = i32::try_from(at.as_millisecond().div_euclid(QUARTER_MS)).unwrap_or(i32::MAX);
        Self { quarter, outcome, calls: u32::try_from(calls).unwrap_or(u32::MAX) }
    }

    /// When the quarter of an hour began.
    pub fn began_at(&self) -> Timestamp {
        Timestamp::from_millisecond(i64::from(self.quarter) * QUARTER_MS).unwrap_or(Timestamp::MIN)
    }

    /// Whether both are of the same quarter of an hour.
    pub fn is_same_quarter(&self, other: &Self) -> bool {
        self.quarter == other.quarter
    }
}

impl From<(i32, Option<Outcome>, u32)> for QuarterCount {
    fn from((quarter, outcome, calls): (i32, Option<Outcome>, u32)) -> Self {
        Self { quarter, outcome, calls }
    }
}

impl From<QuarterCount> for (i32, Option<Outcome>, u32) {
    fn from(QuarterCount { quarter, outcome, calls }: QuarterCount) -> Self {
        (quarter, outcome, calls)
    }
}

/// How many calls a user has marked done or is assigned to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FollowUp {
    /// Calls that the user marked done.
    pub done: u64,
    /// Calls that are assigned to the user.
    pub assigned: u64,
}

/// The days of which the figures may be outdated once calls that began on `days` have changed: the start of a call may have been
/// corrected, by less than two days, which moves it to another day.
pub fn affected_days(days: &BTreeSet<i64>) -> BTreeSet<i64> {
    days.iter().flat_map(|day| day - 2..=day + 2).collect()
}

impl Figures {
    /// The sum of the figures of spans that do not overlap; every list is sorted.
    pub fn sum<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Self {
        let (mut quarters, mut waits) = (Vec::new(), BTreeMap::new());
        let (mut destinations, mut carriers) = (ByNameAndOutcome::new(), ByNameAndOutcome::new());
        let (mut menus, mut users) = (BTreeMap::new(), BTreeMap::new());
        for part in parts {
            // Sorted later, all at once: there are many, and those of consecutive spans are already in order.
            quarters.extend_from_slice(&part.quarters);
            for (wait, calls) in &part.waits {
                *waits.entry(*wait).or_default() += calls;
            }
            add(&mut destinations, &part.destinations);
            add(&mut carriers, &part.carriers);
            for (menu, outcome, reason, calls) in &part.menus {
                *menus.entry((menu, *outcome, *reason)).or_default() += calls;
            }
            for (user, FollowUp { done, assigned }) in &part.users {
                let of_user: &mut FollowUp = users.entry(user).or_default();
                of_user.done += done;
                of_user.assigned += assigned;
            }
        }
        quarters.sort_by_key(|count: &QuarterCount| (count.quarter, count.outcome));
        quarters.dedup_by(|next, sum| {
            let is_same = next.is_same_quarter(sum) && next.outcome == sum.outcome;
            sum.calls += if is_same { next.calls } else { 0 };
            is_same
        });
        Self {
            quarters,
            waits: waits.into_iter().collect(),
            destinations: listed(destinations),
            menus: menus
                .into_iter()
                .map(|((menu, outcome, reason), calls): ((&String, _, _), _)| {
                    (menu.clone(), outcome, reason, calls)
                })
                .collect(),
            carriers: listed(carriers),
            users: users.into_iter().map(|(user, count)| (user.clone(), count)).collect(),
        }
    }
}

type ByNameAndOutcome<'a> = BTreeMap<(&'a str, Option<Outcome>), u64>;

fn add<'a>(sums: &mut ByNameAndOutcome<'a>, counts: &'a [(String, Option<Outcome>, u64)]) {
    for (name, outcome, calls) in counts {
        *sums.entry((name, *outcome)).or_default() += calls;
    }
}

fn listed(sums: ByNameAndOutcome<'_>) -> Vec<(String, Option<Outcome>, u64)> {
    sums.into_iter().map(|((name, outcome), calls)| (name.to_owned(), outcome, calls)).collect()
}

/// How many calls fit a query, by outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// The number of calls by outcome; calls in progress have none.
    pub by_outcome: Vec<(Option<Outcome>, u64)>,
    /// Whether counting stopped at its limit, one call above it.
    pub more: bool,
}

impl Tally {
    /// The number of all calls.
    pub fn all(&self) -> u64 {
        self.by_outcome.iter().map(|(_, count)| count).sum()
    }

    /// The number of calls with that outcome.
    pub fn of(&self, outcome: Option<Outcome>) -> u64 {
        self.by_outcome.iter().find(|(of, _)| *of == outcome).map_or(0, |(_, count)| *count)
    }
}

/// The usage that caps limit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// Calls that are being forwarded now.
    pub forwards_now: u32,
    /// Calls of the day that were forwarded.
    pub forwards_today: u32,
    /// The total talk time of those calls, in seconds.
    pub forward_seconds_today: u64,
    /// Callers who reached the cap within the hour, in the form that the log stores.
    pub frequent_callers: BTreeSet<String>,
}

/// A call that was admitted, as far as the log knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdmittedCall {
    /// The caller's leg.
    pub leg: LegId,
    /// Who calls, in the form in which callers are compared.
    pub from: CallerId,
    /// Whether phones were to be rung for it.
    pub was_forwarded: bool,
}

/// Counts calls.
#[async_trait]
pub trait CallFigures: Send + Sync {
    /// Figures of calls that began at `since` or later and before `until`.
    async fn figures(
        &self,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> Result<Figures, StoreError>;

    /// The number of calls that fit a query, without regard to its limit and cursor. Counts the newest `most` calls
    /// at most, or fewer where counting them would read much of the log; [`Tally::more`] says so.
    async fn tally(&self, query: &CallQuery, most: u32) -> Result<Tally, StoreError>;

    /// The usage since the start of the day (`day`) and of the hour (`hour`); `often` is the number of calls within the hour
    /// that make a caller a frequent one.
    async fn usage(&self, day: Timestamp, hour: Timestamp, often: u32) -> Result<Usage, StoreError>;

    /// The calls in progress, and those that began at `since` or later, oldest first; of each kind, at most the newest `most`.
    /// Refused calls, and calls with a caller who is not known yet, are not included.
    async fn admitted(&self, since: Timestamp, most: u32) -> Result<Vec<AdmittedCall>, StoreError>;

    /// When the first call of the log began.
    async fn first_start(&self) -> Result<Option<Timestamp>, StoreError>;

    /// The days of UTC, counted from 1970, on which calls began that have changed after `after`.
    async fn days_changed(&self, after: Change) -> Result<BTreeSet<i64>, StoreError>;
}
