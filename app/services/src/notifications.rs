//! Notifications about calls, to people by e-mail and to programs by webhook: follows the log, queues deliveries, and
//! delivers.

mod delivery;
mod email;
mod message;
mod queueing;
mod selection;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use frontdesk_domain::{Call, Timestamp};
use frontdesk_ports::{
    CallLog, CallRecord, Change, Clock, DoneLinks, Ids, JobCounts, JobQueue, Lane, ManageContacts, Messenger,
    Outbox, RecordingStore, StoreError,
};
use futures_util::future::join_all;
use jiff::tz::TimeZone;
use tokio::sync::watch;

use super::flow_versions::FlowVersions;

pub use email::{CallWording, EmailLanguage};
pub use selection::NotificationRule;

/// How long to sleep while no delivery is due.
const IDLE_PAUSE: Duration = Duration::from_secs(60);
/// Pause after a store error.
const STORE_PAUSE: Duration = Duration::from_secs(5);

/// Describes a call as the pages do, in a language that is given by its code.
pub type Wording = dyn Fn(&Call, &'static str) -> CallWording + Send + Sync;

/// A recipient and how it is reached.
pub struct NotificationTarget {
    /// The name of the rule. One rule can have several recipients, each with deliveries of its own.
    pub rule_name: String,
    /// Which events of which calls it is notified of.
    pub rule: NotificationRule,
    /// The language of e-mails.
    pub language: EmailLanguage,
    /// Whether a person reads the notifications. People get one notification about a voicemail, when it can be played.
    pub is_person: bool,
    /// Delivers the notifications.
    pub messenger: Arc<dyn Messenger>,
}

/// Follows the log and delivers notifications.
pub struct Notifications {
    /// The calls.
    pub log: Arc<dyn CallLog>,
    /// Which notifications are queued.
    pub outbox: Arc<dyn Outbox>,
    /// The queue of deliveries.
    pub queue: Arc<dyn JobQueue>,
    /// The audio of voicemails.
    pub recordings: Arc<dyn RecordingStore>,
    /// The flow, in which mailboxes name recipients.
    pub flow: Arc<FlowVersions>,
    /// The recipients by name.
    pub recipients: BTreeMap<String, NotificationTarget>,
    /// The base URL of the pages, for links in notifications.
    pub feed_url: String,
    /// The names of callers.
    pub contacts: Arc<dyn ManageContacts>,
    /// Links in e-mails that mark a call done.
    pub links: Arc<dyn DoneLinks>,
    /// Describes calls in e-mails.
    pub wording: Arc<Wording>,
    /// The time zone of times in e-mails.
    pub zone: TimeZone,
    /// The document of a call for programs.
    pub document: Arc<dyn Fn(&CallRecord) -> serde_json::Value + Send + Sync>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Random jitter for retries.
    pub ids: Arc<dyn Ids>,
}

impl Notifications {
    /// Runs until it is dropped. Each recipient has its own lane, so that one that does not answer delays no other.
    pub async fn run(&self) {
        if self.recipients.is_empty() {
            return std::future::pending().await;
        }
        let queued = watch::Sender::new(());
        let lanes = self.lanes();
        let deliveries = lanes.iter().map(|lane| self.run_lane(lane, queued.subscribe()));
        tokio::join!(self.run_queueing(&queued), join_all(deliveries));
    }

    /// Follows the log and queues deliveries.
    async fn run_queueing(&self, queued: &watch::Sender<()>) {
        loop {
            match self.follow_and_count().await {
                Ok(seen) => {
                    queued.send_replace(());
                    let _ = tokio::time::timeout(IDLE_PAUSE, self.log.wait_for_change(seen)).await;
                }
                Err(error) => wait_for_store(&error).await,
            }
        }
    }

    async fn follow_and_count(&self) -> Result<Change, StoreError> {
        let seen = self.follow().await?;
        self.update_metrics().await?;
        Ok(seen)
    }

    /// Delivers what is due to one recipient.
    async fn run_lane(&self, lane: &Lane, mut queued: watch::Receiver<()>) {
        loop {
            match self.deliver_and_pause(lane).await {
                Ok(Some(pause)) => {
                    let _ = tokio::time::timeout(pause, queued.changed()).await;
                }
                Ok(None) => {}
                Err(error) => wait_for_store(&error).await,
            }
        }
    }

    /// Delivers what is due to a recipient. If nothing was due, returns how long until the next delivery is.
    async fn deliver_and_pause(&self, lane: &Lane) -> Result<Option<Duration>, StoreError> {
        let lane = std::slice::from_ref(lane);
        if self.deliver(lane).await? > 0 {
            return Ok(None);
        }
        let now = self.clock.now();
        let until = |due: Timestamp| Duration::try_from(due.duration_since(now)).unwrap_or_default();
        Ok(Some(self.queue.next_due(lane).await?.map_or(IDLE_PAUSE, until).min(IDLE_PAUSE)))
    }

    /// Updates the metrics of deliveries.
    pub async fn update_metrics(&self) -> Result<(), StoreError> {
        let JobCounts { open, failed } = self.queue.counts(&self.lanes()).await?;
        for (state, count) in [("open", open), ("failed", failed)] {
            metrics::gauge!("frontdesk_notifications", "state" => state)
                .set(u32::try_from(count).unwrap_or(u32::MAX));
        }
        Ok(())
    }

    fn lanes(&self) -> Vec<Lane> {
        self.recipients.keys().cloned().map(Lane::Recipient).collect()
    }

    fn names(&self) -> Vec<String> {
        self.recipients.keys().cloned().collect()
    }
}

async fn wait_for_store(error: &StoreError) {
    tracing::warn!("notifications are delayed by a store error: {error}");
    tokio::time::sleep(STORE_PAUSE).await;
}

#[cfg(test)]
mod tests;
