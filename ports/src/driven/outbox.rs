//! Which notifications are queued as [jobs](crate::JobQueue), each exactly once, and their status.
use std::collections::BTreeMap;

use async_trait::async_trait;
use frontdesk_domain::call::NotificationKind;
use frontdesk_domain::{CallId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Change, StoreError};

/// A notification of one kind about one call to one recipient. These identify it: it is queued only once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Delivery {
    /// The call.
    pub call: CallId,
    /// The kind of notification.
    pub kind: NotificationKind,
    /// The recipient: the name of a rule, or `NAME/ADDRESS` for a person of a rule.
    pub recipient: String,
    /// What distinguishes repeated notifications of one kind: the number of the revision, from 1, or the version of the
    /// follow-up; 0 for what is reported once.
    #[serde(default, rename = "correction")]
    pub revision: u32,
}

impl Delivery {
    /// The key that identifies the delivery.
    pub fn key(&self) -> String {
        let Self { call, kind, recipient, revision } = self;
        match revision {
            0 => format!("{call}:{kind}:{recipient}"),
            _ => format!("{call}:{kind}:{recipient}:{revision}"),
        }
    }
}

/// Whether a notification has been delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryStatus {
    /// Not yet.
    Waiting,
    /// Yes.
    Delivered,
    /// Failed permanently.
    Failed,
}

impl DeliveryStatus {
    /// The name that commands print.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }
}

/// A delivery with its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryReport {
    /// The delivery.
    pub delivery: Delivery,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// Its status.
    pub status: DeliveryStatus,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
}

/// When a recipient was set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecipientSince {
    /// The last change of the log at that time. Every call that was logged later is reported, regardless of what the clocks said.
    pub change: Change,
    /// The time. It decides about calls that had been logged already, such as those in progress.
    pub at: Timestamp,
}

/// Stores deliveries and their status. A call's deliveries are deleted with the call.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Up to which change of the log deliveries have been queued; `None` before the first time.
    async fn looked_at(&self) -> Result<Option<Change>, StoreError>;

    /// When each of these recipients was set up; new recipients are stored with `now`.
    async fn recipients(
        &self,
        names: &[String],
        now: RecipientSince,
    ) -> Result<BTreeMap<String, RecipientSince>, StoreError>;

    /// Queues deliveries, each due at its time, and records up to which change the log was processed, in one transaction.
    /// Deliveries that were queued before stay as they are, and the recorded change never moves back.
    async fn queue(
        &self,
        deliveries: &[(Delivery, Timestamp)],
        up_to: Change,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// The deliveries about these calls that were made, each with what it reported ([`Attempt::Done`](crate::Attempt)).
    async fn delivered(&self, calls: &[CallId]) -> Result<Vec<(Delivery, String)>, StoreError>;

    /// The latest deliveries with their status, newest first: all, or only those with that status.
    async fn deliveries(
        &self,
        status: Option<DeliveryStatus>,
        limit: u16,
    ) -> Result<Vec<DeliveryReport>, StoreError>;

    /// Queues deliveries again that were first queued at `since` or later: all or only failed ones, of all recipients or
    /// of `NAME` and its people `NAME/ADDRESS`. Returns their number.
    async fn redeliver(
        &self,
        since: Timestamp,
        only_failed: bool,
        recipient: Option<&str>,
        now: Timestamp,
    ) -> Result<u64, StoreError>;
}
