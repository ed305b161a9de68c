//! Figures over many calls, counted where the calls are.

use async_trait::async_trait;
use frontdesk_domain::{Outcome, Reason, Timestamp};

use crate::{CallQuery, StoreError};

/// The stretch of time that calls are counted by, in milliseconds: zones differ by quarters of an hour.
pub const QUARTER_MS: i64 = 900_000;

/// Counts of the calls that began within a span of time. Calls that are not over have no outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// By quarter of an hour and outcome.
    pub quarters: Vec<(Timestamp, Option<Outcome>, u64)>,
    /// Milliseconds from the start to being put through, and how many calls waited that long; ascending.
    pub waits: Vec<(u64, u64)>,
    /// By the number that took the call or was rung last.
    pub destinations: Vec<(String, Option<Outcome>, u64)>,
    /// By the last menu that was heard.
    pub menus: Vec<(String, Option<Outcome>, Option<Reason>, u64)>,
}

/// How many calls fit a query, by outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Calls with that outcome; those not over have none.
    pub by_outcome: Vec<(Option<Outcome>, u64)>,
    /// Whether there may be more: counting ended at its bound.
    pub more: bool,
}

impl Tally {
    /// All of them.
    pub fn all(&self) -> u64 {
        self.by_outcome.iter().map(|(_, count)| count).sum()
    }

    /// Those with that outcome.
    pub fn of(&self, outcome: Option<Outcome>) -> u64 {
        self.by_outcome.iter().find(|(of, _)| *of == outcome).map_or(0, |(_, count)| *count)
    }
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

    /// How many calls fit a query, whose limit and cursor do not count. Looks at the newest `most` of them.
    async fn tally(&self, query: &CallQuery, most: u32) -> Result<Tally, StoreError>;
}
