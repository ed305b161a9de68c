//! Keeps the figures of whole days, so that they need not be counted again after a restart.
use std::collections::BTreeMap;
use std::ops::Range;

use async_trait::async_trait;

use crate::{Change, Figures, StoreError};

/// Keeps figures by day: days of UTC, counted from 1970.
#[async_trait]
pub trait DailyFigures: Send + Sync {
    /// The days of a span with stored figures that are still valid. Those of days on which calls began that have changed since
    /// are forgotten, as are those of calls that were deleted.
    async fn stored_days(&self, days: Range<i64>) -> Result<BTreeMap<i64, Figures>, StoreError>;

    /// Stores the figures of days that were counted after the log's change `as_of`. Nothing is stored if the log's changes have
    /// been looked at beyond it since: a call of these days may be among them.
    async fn store_days(&self, figures: &[(i64, &Figures)], as_of: Change) -> Result<(), StoreError>;
}
