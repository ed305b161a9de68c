//! Stored figures of days.
use std::collections::BTreeMap;
use std::ops::Range;

use async_trait::async_trait;
use frontdesk_ports::{CallFigures, CallLog, Change, DailyFigures, Figures, StoreError, affected_days};

use crate::MemoryLog;

#[async_trait]
impl DailyFigures for MemoryLog {
    async fn stored_days(&self, days: Range<i64>) -> Result<BTreeMap<i64, Figures>, StoreError> {
        let (latest, looked_at) = (self.latest_change().await?, self.state().figures_looked_at);
        let changed = affected_days(&self.days_changed(looked_at).await?);
        let mut state = self.state();
        state.figures.retain(|day, _| !changed.contains(day));
        state.figures_looked_at = state.figures_looked_at.max(latest);
        Ok(state.figures.range(days).map(|(day, figures)| (*day, figures.clone())).collect())
    }

    async fn store_days(&self, figures: &[(i64, &Figures)], as_of: Change) -> Result<(), StoreError> {
        let mut state = self.state();
        if state.figures_looked_at <= as_of {
            state.figures.extend(figures.iter().map(|(day, figures)| (*day, (*figures).clone())));
        }
        Ok(())
    }
}
