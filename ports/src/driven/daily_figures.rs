//! Stores the figures of whole days, so that they need not be counted again after a restart.
use std::collections::BTreeMap;
use std::ops::Range;

use async_trait::async_trait;

use crate::{Change, Figures, StoreError};

/// Stores figures by UTC day, counted from 1970.
#[async_trait]
pub trait DailyFigures: Send + Sync {
    /// The days of a span that have valid stored figures. Figures are dropped when calls that began around that day have changed
    /// or were deleted.
    async fn stored_days(&self, days: Range<i64>) -> Result<BTreeMap<i64, Figures>, StoreError>;

    /// Stores the figures of days that were counted after the log's change `as_of`. Nothing is stored if later changes have been
    /// processed since, because they may affect these days.
    async fn store_days(&self, figures: &[(i64, &Figures)], as_of: Change) -> Result<(), StoreError>;
}
