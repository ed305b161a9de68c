//! The store of follow-up work on calls.
use async_trait::async_trait;
use frontdesk_domain::CallId;

use crate::work::Work;
use crate::{CallRecord, Change, StoreError};

/// A call that the office missed, and the later one in which the caller was spoken to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The missed call.
    pub missed: CallRecord,
    /// The later call.
    pub later: CallId,
}

/// Stores the follow-up of calls.
#[async_trait]
pub trait WorkStore: Send + Sync {
    /// Stores the work on a call as the successor of version `work.version - 1`. `false` if there is no such call or
    /// its work has another version by now. Counts as a change of the log, of which readers are notified.
    async fn save_work(&self, call: CallId, work: &Work) -> Result<bool, StoreError>;

    /// Missed calls that are not done and are followed by an answered call from the same caller, where one of the two
    /// changed after `after`; at most `limit`.
    async fn resolved_since(&self, after: Change, limit: u16) -> Result<Vec<Resolved>, StoreError>;
}
