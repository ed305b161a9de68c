//! Notifications about calls, to people by e-mail and to programs by webhook: follows the log, queues deliveries, and
//! delivers.

mod email;
mod selection;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use frontdesk_domain::{Call, CallFlow, CallId, NotificationKind, Parties, Timestamp};
use frontdesk_ports::{
    Attachment, Attempt, AudioName, CallLog, CallQuery, CallRecord, Change, Clock, Delivery, DeliveryError,
    DoneLink, DoneLinks, Ids, Job, JobCounts, JobQueue, Lane, LeasedJob, ManageContacts, Messenger,
    Notification, Outbox, RecipientSince, RecordingStore, StoreError,
};
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use super::flow_versions::FlowVersions;
use crate::backoff::Backoff;
use crate::follow_up::{expired, hash_of};

use email::About;
pub use email::{CallWording, EmailLanguage};
pub use selection::NotificationRule;
use selection::{for_people, happened_at, last_report, report, settling, wants, work_version};

/// Calls looked at in one go.
const BATCH: u16 = 200;
/// Deliveries at once.
const MAX_CONCURRENT: u16 = 8;
/// How long a delivery may take, and for how long it is ours: longer.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(100);
const LEASE: Duration = Duration::from_secs(120);
/// Events older than this are not reported any more, however the call changes.
const MAX_AGE: Duration = Duration::from_secs(3 * 86_400);
/// Pauses after a failed delivery, and how long it is retried.
const BACKOFF: Backoff = Backoff { first: Duration::from_secs(5), max: Duration::from_secs(3600) };
const GIVE_UP: Duration = Duration::from_secs(3 * 86_400);
/// How often a delivery is tried at least: a clock that jumps ahead gives nothing up.
const MIN_ATTEMPTS: u32 = 20;
/// How long to sleep while no delivery is due.
const IDLE_PAUSE: Duration = Duration::from_secs(60);
/// How long to leave a failed store alone.
const STORE_PAUSE: Duration = Duration::from_secs(5);
/// How often recording a delivery's result is retried while the store is unavailable.
const RECORD_RETRIES: u32 = 3;
/// Larger audio is linked, not attached: mail servers refuse more.
const MAX_ATTACHED: u64 = 10 * 1024 * 1024;

/// Says a call in the words of the pages, in the language of a code.
pub type Wording = dyn Fn(&Call, &'static str) -> CallWording + Send + Sync;

/// A recipient and how it is reached.
pub struct NotificationTarget {
    /// The name of the rule. One rule can have several recipients, each with deliveries of its own.
    pub rule_name: String,
    /// Of what.
    pub rule: NotificationRule,
    /// The language of e-mails.
    pub language: EmailLanguage,
    /// Whether people read it. People get one notification about a voicemail, when it can be played.
    pub is_person: bool,
    /// Carries it.
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
    /// Messages' audio.
    pub recordings: Arc<dyn RecordingStore>,
    /// The flow, in which mailboxes name recipients.
    pub flow: Arc<FlowVersions>,
    /// The recipients by name.
    pub recipients: BTreeMap<String, NotificationTarget>,
    /// Where people read the log.
    pub feed_url: String,
    /// The names of callers.
    pub contacts: Arc<dyn ManageContacts>,
    /// Links in e-mails that mark a call done.
    pub links: Arc<dyn DoneLinks>,
    /// A call in the words of the pages, in the language of a code.
    pub wording: Arc<Wording>,
    /// The time zone of times in e-mails.
    pub zone: TimeZone,
    /// The call as programs read it.
    pub document: Arc<dyn Fn(&CallRecord) -> serde_json::Value + Send + Sync>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// For pauses that differ.
    pub ids: Arc<dyn Ids>,
}

impl Notifications {
    /// Goes on for ever.
    pub async fn run(&self) {
        if self.recipients.is_empty() {
            return std::future::pending().await;
        }
        loop {
            if let Err(error) = self.round().await {
                tracing::warn!("notifications wait for the store: {error}");
                tokio::time::sleep(STORE_PAUSE).await;
            }
        }
    }

    async fn round(&self) -> Result<(), StoreError> {
        let seen = self.follow().await?;
        while self.deliver_due().await? > 0 {}
        self.count().await?;
        let now = self.clock.now();
        let until = |due: Timestamp| Duration::try_from(due.duration_since(now)).unwrap_or_default();
        let pause = self.queue.next_due(&self.lanes()).await?.map_or(IDLE_PAUSE, until).min(IDLE_PAUSE);
        let _ = tokio::time::timeout(pause, self.log.wait_for_change(seen)).await;
        Ok(())
    }

    /// Counts deliveries for the metrics.
    pub async fn count(&self) -> Result<(), StoreError> {
        let JobCounts { open, failed } = self.queue.counts(&self.lanes()).await?;
        for (state, count) in [("open", open), ("failed", failed)] {
            metrics::gauge!("frontdesk_notifications", "state" => state)
                .set(u32::try_from(count).unwrap_or(u32::MAX));
        }
        Ok(())
    }

    /// Queues notifications about changes since the last call of this function, and returns the last change that was
    /// processed. The very first call queues nothing: what happened before notifications were set up is not reported.
    pub async fn follow(&self) -> Result<Change, StoreError> {
        let latest = self.log.latest_change().await?;
        let now = RecipientSince { change: latest, at: self.clock.now() };
        let since = self.outbox.recipients(&self.names(), now).await?;
        let Some(mut seen) = self.outbox.looked_at().await? else {
            self.outbox.queue(&[], latest, self.clock.now()).await?;
            return Ok(latest);
        };
        loop {
            let changed = self.log.changed_since(seen, BATCH).await?;
            let Some(last) = changed.last().map(|record| record.change) else { return Ok(seen) };
            let flow = self.flow.current();
            let calls: Vec<CallId> = changed.iter().map(|record| record.id).collect();
            let delivered = self.outbox.delivered(&calls).await?;
            let present = self.present().await?;
            let deliveries: Vec<(Delivery, Timestamp)> = changed
                .iter()
                .flat_map(|record| {
                    let mut deliveries = self.deliveries(record, &flow, &since, present);
                    deliveries.extend(self.corrections(record, &delivered));
                    deliveries.extend(self.changes_of_work(record, &flow, &since, seen));
                    deliveries
                })
                .map(|delivery| {
                    let due = self.clock.now() + settling(delivery.kind);
                    (delivery, due)
                })
                .collect();
            self.outbox.queue(&deliveries, last, self.clock.now()).await?;
            seen = last;
        }
    }

    /// The present by the latest call or our clock, whichever is earlier: a clock that is ahead makes no call too old.
    async fn present(&self) -> Result<Timestamp, StoreError> {
        let latest = self.log.list(&CallQuery::newest(1)).await?.calls;
        let called = latest.first().and_then(|record| record.call.ended_at.or(record.call.started_at));
        let now = self.clock.now();
        Ok(called.map_or(now, |called| called.min(now)))
    }

    fn lanes(&self) -> Vec<Lane> {
        self.recipients.keys().cloned().map(Lane::Recipient).collect()
    }

    fn names(&self) -> Vec<String> {
        self.recipients.keys().cloned().collect()
    }

    /// The deliveries that a call requires: recent events, to the recipients of that time.
    fn deliveries(
        &self,
        record: &CallRecord,
        flow: &CallFlow,
        since: &BTreeMap<String, RecipientSince>,
        present: Timestamp,
    ) -> Vec<Delivery> {
        let oldest = present - MAX_AGE;
        let kinds = record.call.kinds();
        let mut deliveries = Vec::new();
        for (name, target) in &self.recipients {
            let is_older = |since: &&RecipientSince| record.first_change <= since.change;
            let from = since.get(name).filter(is_older).map_or(oldest, |since| since.at.max(oldest));
            let wanted = kinds.iter().filter(|kind| {
                happened_at(**kind, record).is_none_or(|at| at >= from) && wants(target, **kind, record, flow)
            });
            deliveries.extend(wanted.map(|kind| Delivery {
                call: record.id,
                kind: *kind,
                recipient: name.clone(),
                correction: 0,
            }));
        }
        deliveries
    }

    /// Corrections of what was reported about the end of a call and has changed since.
    fn corrections(&self, record: &CallRecord, delivered: &[(Delivery, String)]) -> Vec<Delivery> {
        let wants_corrections = |(_, target): &(&String, &NotificationTarget)| {
            target.rule.kinds.contains(&NotificationKind::Updated)
        };
        let corrected = self.recipients.iter().filter(wants_corrections).filter_map(|(name, _)| {
            let (correction, reported) = last_report(delivered, record.id, name)?;
            let (call, kind, recipient) = (record.id, NotificationKind::Updated, name.clone());
            let delivery = Delivery { call, kind, recipient, correction: correction + 1 };
            (reported != report(&record.call)).then_some(delivery)
        });
        corrected.collect()
    }

    /// Notifications about the present state of the follow-up, if it has changed after `seen`, to the recipients of that time.
    fn changes_of_work(
        &self,
        record: &CallRecord,
        flow: &CallFlow,
        since: &BTreeMap<String, RecipientSince>,
        seen: Change,
    ) -> Vec<Delivery> {
        if record.work_change <= seen {
            return Vec::new();
        }
        let (call, kind, version) = (record.id, NotificationKind::WorkChanged, work_version(record));
        let informed = self.recipients.iter().filter(|(name, target)| {
            let is_new = since.get(*name).is_none_or(|since| record.work_change > since.change);
            is_new && wants(target, kind, record, flow)
        });
        informed
            .map(|(name, _)| Delivery { call, kind, recipient: name.clone(), correction: version })
            .collect()
    }

    /// Delivers what is due now; how many were tried.
    pub async fn deliver_due(&self) -> Result<usize, StoreError> {
        let due = self.queue.take(&self.lanes(), self.clock.now(), LEASE, MAX_CONCURRENT).await?;
        let deliveries = due.iter().filter_map(|leased| match &leased.job {
            Job::Delivery(delivery) => Some((leased, delivery)),
            Job::Effect(_) => None,
        });
        let attempts = deliveries
            .map(async |(leased, delivery)| (leased, delivery, self.deliver(leased, delivery).await));
        let mut recorded = Ok(due.len());
        for (leased, delivery, attempt) in futures_util::future::join_all(attempts).await {
            let target = self.recipients.get(&delivery.recipient);
            let (call, to) = (delivery.call, target.map_or("", |target| target.rule_name.as_str()));
            match &attempt {
                Attempt::Done(_) => tracing::info!(call.id = %call, to, "{} was delivered", delivery.kind),
                Attempt::Retry(_, why) => {
                    tracing::warn!(call.id = %call, to, "the notification will be sent again: {why}");
                }
                Attempt::Withdrawn => tracing::debug!(call.id = %call, to, "{} is not needed", delivery.kind),
                Attempt::Failed(why) => {
                    metrics::counter!("frontdesk_notifications_failed_total").increment(1);
                    tracing::error!(call.id = %call, to, "the notification failed and will not be sent again: {why}");
                }
            }
            // A result that could not be recorded must not prevent the others, which would be delivered again.
            match self.record(leased, &attempt).await {
                Ok(true) => {}
                Ok(false) => {
                    tracing::info!(call.id = %call, to, "another instance has taken the notification over");
                }
                Err(error) => recorded = Err(error),
            }
        }
        recorded
    }

    async fn record(&self, leased: &LeasedJob, attempt: &Attempt) -> Result<bool, StoreError> {
        let mut noted = self.queue.finish(leased, attempt).await;
        for _ in 0..RECORD_RETRIES {
            if noted.is_ok() {
                break;
            }
            tokio::time::sleep(STORE_PAUSE).await;
            noted = self.queue.finish(leased, attempt).await;
        }
        noted
    }

    async fn deliver(&self, leased: &LeasedJob, delivery: &Delivery) -> Attempt {
        let Delivery { call, recipient, .. } = delivery;
        let Some(target) = self.recipients.get(recipient) else {
            return Attempt::Failed(format!("the notification rule {recipient} no longer exists"));
        };
        let record = match self.log.find(*call).await {
            Ok(Some(record)) => record,
            Ok(None) => return Attempt::Failed("the call has been forgotten".into()),
            Err(error) => return self.later(leased, &error.to_string()),
        };
        match self.is_needed(delivery, target, &record).await {
            Ok(true) => {}
            Ok(false) => return Attempt::Withdrawn,
            Err(error) => return self.later(leased, &error.to_string()),
        }
        let message = match self.message(leased, delivery, target, &record).await {
            Ok(message) => message,
            Err(error) => return self.later(leased, &error.to_string()),
        };
        match tokio::time::timeout(DELIVERY_TIMEOUT, target.messenger.deliver(&message)).await {
            Ok(Ok(())) => Attempt::Done(report(&record.call)),
            Ok(Err(DeliveryError::Refused(why))) => Attempt::Failed(why),
            Ok(Err(DeliveryError::Later(why))) => self.later(leased, &why),
            Err(_) => self.later(leased, "it took too long"),
        }
    }

    /// Whether a delivery is still needed: the call may have changed in the meantime.
    async fn is_needed(
        &self,
        delivery: &Delivery,
        target: &NotificationTarget,
        record: &CallRecord,
    ) -> Result<bool, StoreError> {
        let Delivery { kind, recipient, .. } = delivery;
        if *kind == NotificationKind::Updated {
            let delivered = self.outbox.delivered(&[record.id]).await?;
            let last = last_report(&delivered, record.id, recipient);
            return Ok(last.is_some_and(|(_, reported)| reported != report(&record.call)));
        }
        if *kind == NotificationKind::WorkChanged {
            // A later change has a notification of its own, with the later state.
            return Ok(work_version(record) == delivery.correction);
        }
        Ok(record.call.kinds().contains(kind) && wants(target, *kind, record, &self.flow.current()))
    }

    fn later(&self, leased: &LeasedJob, why: &str) -> Attempt {
        let now = self.clock.now();
        if now >= leased.queued_at + GIVE_UP && leased.attempt >= MIN_ATTEMPTS {
            return Attempt::Failed(format!("{why}; given up after three days"));
        }
        Attempt::Retry(now + BACKOFF.pause(leased.attempt, self.ids.random()[30]), why.to_owned())
    }

    async fn message(
        &self,
        leased: &LeasedJob,
        delivery: &Delivery,
        target: &NotificationTarget,
        record: &CallRecord,
    ) -> Result<Notification, StoreError> {
        let kind = delivery.kind;
        let at = match kind {
            NotificationKind::VoicemailStored => leased.queued_at,
            _ => happened_at(kind, record).unwrap_or(leased.queued_at),
        };
        let audio = self.audio(target, kind, record).await?;
        let link = format!("{}/calls/{}", self.feed_url, record.id);
        let book = self.contacts.book();
        let caller = record.call.parties.as_ref().and_then(Parties::caller);
        let done_link = self.done_link(delivery, target, record).await?;
        let about = About {
            record,
            contact: caller.and_then(|caller| book.of(&caller)),
            wording: (self.wording)(&record.call, target.language.code()),
            outcome: for_people(&record.call),
            zone: &self.zone,
            link: &link,
            done_link: done_link.as_deref(),
            attached: audio.is_some(),
        };
        let email_text = email::write(target.language, &about);
        let document = serde_json::json!({
            "type": kind.as_str(),
            "timestamp": at.to_string(),
            "data": (self.document)(record),
        });
        let id = hex::encode(&Sha256::digest(delivery.key())[..16]);
        Ok(Notification {
            id: format!("msg_{id}"),
            kind,
            at,
            subject: email_text.subject,
            text: email_text.text,
            html: email_text.html,
            document: document.to_string(),
            audio,
        })
    }

    /// The address that marks the call done, for people, if it waits for that.
    async fn done_link(
        &self,
        delivery: &Delivery,
        target: &NotificationTarget,
        record: &CallRecord,
    ) -> Result<Option<String>, StoreError> {
        if !target.is_person || !record.needs_attention() {
            return Ok(None);
        }
        let (secret, now) = (hex::encode(self.ids.random()), self.clock.now());
        let recipient = delivery.recipient.rsplit('/').next().unwrap_or_default().to_owned();
        let link = DoneLink { secret_hash: hash_of(&secret), call: record.id, recipient, created_at: now };
        let added = self.links.add_link(&link, expired(now)).await?;
        Ok(added.then(|| format!("{}/done/{secret}", self.feed_url)))
    }

    /// The voicemail's audio, if it goes with the message and is not too large for one.
    async fn audio(
        &self,
        target: &NotificationTarget,
        kind: NotificationKind,
        record: &CallRecord,
    ) -> Result<Option<Attachment>, StoreError> {
        let message = record.call.voicemail.as_ref().filter(|_| target.rule.attach && target.is_person);
        let stored = message
            .filter(|_| kind == NotificationKind::VoicemailStored)
            .and_then(|m| Some((m, m.audio.as_ref()?)));
        let Some((message, audio)) = stored.filter(|(_, audio)| audio.bytes <= MAX_ATTACHED) else {
            return Ok(None);
        };
        let bytes =
            self.recordings.read(&AudioName::new(&record.leg, &message.recording), 0..audio.bytes).await?;
        let end = if audio.media_type == "audio/mpeg" { "mp3" } else { "wav" };
        Ok(bytes.map(|bytes| Attachment {
            name: format!("message-{}.{end}", record.id),
            media_type: audio.media_type.clone(),
            bytes,
        }))
    }
}

#[cfg(test)]
mod tests;
