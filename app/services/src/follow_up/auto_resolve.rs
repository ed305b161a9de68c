//! Marks missed calls done once the caller has been spoken to in a later call.
use std::sync::Arc;
use std::time::Duration;

use frontdesk_ports::{CallLog, Change, Clock, StoreError, WorkStore};

/// Calls marked done in one batch.
const PORTION: u16 = 100;
/// How long changes are collected before they are processed. Nobody follows up on a missed call that quickly.
const GATHER: Duration = Duration::from_secs(1);
/// Pause after a store error.
const PAUSE: Duration = Duration::from_secs(5);
/// How many of the log's latest changes are processed at start. An earlier run has processed those before.
const INITIAL_CHANGES: u64 = 20_000;

/// Marks missed calls done.
pub struct AutoResolve {
    /// The calls.
    pub log: Arc<dyn CallLog>,
    /// The store of follow-up work.
    pub work: Arc<dyn WorkStore>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

impl AutoResolve {
    /// Runs forever.
    pub async fn run(&self) {
        let mut seen = None;
        loop {
            match self.follow(seen).await {
                Ok(latest) => {
                    self.log.wait_for_change(latest).await;
                    seen = Some(latest);
                    tokio::time::sleep(GATHER).await;
                }
                Err(error) => {
                    tracing::warn!("missed calls could not be resolved yet: {error}");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Marks calls done because of changes since `seen`, and returns the last change that was processed.
    pub async fn follow(&self, seen: Option<Change>) -> Result<Change, StoreError> {
        let latest = self.log.latest_change().await?;
        let seen = seen.unwrap_or(Change(latest.0.saturating_sub(INITIAL_CHANGES)));
        loop {
            let resolved = self.work.resolved_since(seen, PORTION).await?;
            let full = resolved.len() == usize::from(PORTION);
            let mut changed = false;
            for resolved in resolved {
                let call = resolved.missed;
                if let Some(work) = call.work.after_later_call(resolved.later, self.clock.now()) {
                    changed |= self.work.save_work(call.id, &work).await?;
                }
            }
            if !full || !changed {
                return Ok(latest);
            }
        }
    }
}
