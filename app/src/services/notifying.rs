//! Tells people and programs of calls: follows the log, queues what somebody is to be told, and delivers it.

mod letter;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use frontdesk_domain::{CallFlow, Occasion, Outcome, Timestamp, VoicemailStatus};
use frontdesk_ports::{
    Attachment, AudioName, CallLog, CallRecord, Change, Clock, Delivery, DeliveryError, Ids, LeasedDelivery,
    Message, Messenger, Outbox, RecordingStore, StoreError, Tried,
};
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use super::flow_in_force::FlowInForce;

pub use letter::Tongue;

/// Calls looked at in one go.
const PORTION: u16 = 200;
/// Deliveries at once.
const AT_ONCE: u16 = 8;
/// Longer than a delivery may take.
const LEASE: Duration = Duration::from_secs(120);
/// The first pause after a failure, the longest, and when it is given up.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
const GIVE_UP: Duration = Duration::from_secs(3 * 86_400);
/// How long to sleep when nothing is due.
const IDLE: Duration = Duration::from_secs(60);
/// How long to leave a failed store alone.
const STORE_PAUSE: Duration = Duration::from_secs(5);
/// Larger audio is linked, not attached: mail servers refuse more.
const MOST_ATTACHED: u64 = 10 * 1024 * 1024;

/// Of what somebody is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// Calls that ended so.
    pub outcomes: Vec<Outcome>,
    /// On these occasions.
    pub occasions: Vec<Occasion>,
    /// Whether a voicemail's audio goes with the message.
    pub attach: bool,
}

impl When {
    /// What people are told unless the settings say otherwise: whoever was missed, and messages, once they can be heard.
    pub fn for_people() -> Self {
        Self {
            outcomes: vec![Outcome::Missed, Outcome::Voicemail, Outcome::Failed],
            occasions: vec![Occasion::Ended, Occasion::VoicemailStored],
            attach: true,
        }
    }

    /// What programs are told unless the settings say otherwise: everything.
    pub fn for_programs() -> Self {
        Self { outcomes: Outcome::ALL.to_vec(), occasions: Occasion::ALL.to_vec(), attach: false }
    }
}

/// Somebody who is told, and how.
pub struct Told {
    /// Of what.
    pub when: When,
    /// The language of letters.
    pub tongue: Tongue,
    /// Whether people read it: they are told of a message once, when they can hear it.
    pub is_person: bool,
    /// Carries it.
    pub messenger: Arc<dyn Messenger>,
}

/// Tells people and programs of calls.
pub struct Notifying {
    /// The calls.
    pub log: Arc<dyn CallLog>,
    /// What is on its way.
    pub outbox: Arc<dyn Outbox>,
    /// Messages' audio.
    pub recordings: Arc<dyn RecordingStore>,
    /// Mailboxes name whom to tell.
    pub flow: Arc<FlowInForce>,
    /// Everybody who is told, by name.
    pub recipients: BTreeMap<String, Told>,
    /// Where people read the log.
    pub feed_url: String,
    /// The zone that letters tell times in.
    pub zone: TimeZone,
    /// The call as programs read it.
    pub document: fn(&CallRecord) -> serde_json::Value,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// For pauses that differ.
    pub ids: Arc<dyn Ids>,
}

impl Notifying {
    /// Goes on for ever.
    pub async fn run(&self) {
        if self.recipients.is_empty() {
            return std::future::pending().await;
        }
        loop {
            if let Err(error) = self.round().await {
                tracing::warn!("messages about calls wait for the store: {error}");
                tokio::time::sleep(STORE_PAUSE).await;
            }
        }
    }

    async fn round(&self) -> Result<(), StoreError> {
        let seen = self.follow().await?;
        while self.deliver_due().await? > 0 {}
        let now = self.clock.now();
        let until = |due: Timestamp| Duration::try_from(due.duration_since(now)).unwrap_or_default();
        let pause = self.outbox.next_delivery().await?.map_or(IDLE, until).min(IDLE);
        let _ = tokio::time::timeout(pause, self.log.wait_for_change(seen)).await;
        Ok(())
    }

    /// Queues what the changes since the last look are to be told; up to where it looked. The first look ever tells
    /// nothing: what happened before somebody wanted to be told is history.
    pub async fn follow(&self) -> Result<Change, StoreError> {
        let Some(mut seen) = self.outbox.looked_at().await? else {
            let latest = self.log.latest_change().await?;
            self.outbox.queue(&[], latest, self.clock.now()).await?;
            return Ok(latest);
        };
        loop {
            let changed = self.log.changed_since(seen, PORTION).await?;
            let Some(last) = changed.last().map(|record| record.change) else { return Ok(seen) };
            let flow = self.flow.current();
            let deliveries: Vec<Delivery> =
                changed.iter().flat_map(|record| self.deliveries(record, &flow)).collect();
            self.outbox.queue(&deliveries, last, self.clock.now()).await?;
            seen = last;
        }
    }

    /// Whom a call is to be told to, and of what.
    fn deliveries(&self, record: &CallRecord, flow: &CallFlow) -> Vec<Delivery> {
        let occasions = record.call.occasions();
        let mut deliveries = Vec::new();
        for (name, told) in &self.recipients {
            let wanted = occasions.iter().filter(|occasion| wants(told, name, **occasion, record, flow));
            deliveries.extend(wanted.map(|occasion| Delivery {
                call: record.id,
                occasion: *occasion,
                recipient: name.clone(),
            }));
        }
        deliveries
    }

    /// Delivers what is due now; how many were tried.
    pub async fn deliver_due(&self) -> Result<usize, StoreError> {
        let due = self.outbox.take_deliveries(self.clock.now(), LEASE, AT_ONCE).await?;
        let tried = futures_util::future::join_all(due.iter().map(|leased| self.deliver(leased))).await;
        for (leased, tried) in due.iter().zip(tried) {
            let (call, to) = (leased.delivery.call, &leased.delivery.recipient);
            match &tried {
                Tried::Delivered => {
                    tracing::info!(call.id = %call, to, "{} was told", leased.delivery.occasion);
                }
                Tried::Again(_, why) => tracing::warn!(call.id = %call, to, "a message waits: {why}"),
                Tried::Failed(why) => tracing::error!(call.id = %call, to, "a message is given up: {why}"),
            }
            if !self.outbox.settle_delivery(leased, &tried).await? {
                tracing::info!(call.id = %call, to, "another instance has taken a message over");
            }
        }
        Ok(due.len())
    }

    async fn deliver(&self, leased: &LeasedDelivery) -> Tried {
        let Delivery { call, recipient, .. } = &leased.delivery;
        let Some(told) = self.recipients.get(recipient) else {
            return Tried::Failed(format!("no rule is called {recipient} any more"));
        };
        let record = match self.log.find(*call).await {
            Ok(Some(record)) => record,
            Ok(None) => return Tried::Failed("the call has been forgotten".into()),
            Err(error) => return self.later(leased, &error.to_string()),
        };
        let message = match self.message(leased, told, &record).await {
            Ok(message) => message,
            Err(error) => return self.later(leased, &error.to_string()),
        };
        match told.messenger.deliver(&message).await {
            Ok(()) => Tried::Delivered,
            Err(DeliveryError::Refused(why)) => Tried::Failed(why),
            Err(DeliveryError::Later(why)) => self.later(leased, &why),
        }
    }

    fn later(&self, leased: &LeasedDelivery, why: &str) -> Tried {
        let now = self.clock.now();
        if now >= leased.queued_at + GIVE_UP {
            return Tried::Failed(format!("{why}; given up after three days"));
        }
        let whole =
            FIRST_PAUSE.saturating_mul(1 << leased.attempt.saturating_sub(1).min(16)).min(LONGEST_PAUSE);
        let spread = whole.mul_f64(f64::from(self.ids.random()[30]) / 510.0);
        Tried::Again(now + whole / 2 + spread, why.to_owned())
    }

    async fn message(
        &self,
        leased: &LeasedDelivery,
        told: &Told,
        record: &CallRecord,
    ) -> Result<Message, StoreError> {
        let occasion = leased.delivery.occasion;
        let at = happened_at(occasion, record).unwrap_or(leased.queued_at);
        let audio = self.audio(told, occasion, record).await?;
        let link = format!("{}/calls/{}", self.feed_url, record.id);
        let letter = letter::write(told.tongue, record, &self.zone, &link, audio.is_some());
        let document = serde_json::json!({
            "type": occasion.word(),
            "timestamp": at.to_string(),
            "data": (self.document)(record),
        });
        let id = hex::encode(&Sha256::digest(leased.delivery.key())[..16]);
        Ok(Message {
            id: format!("msg_{id}"),
            occasion,
            at,
            subject: letter.subject,
            text: letter.text,
            document: document.to_string(),
            audio,
        })
    }

    /// The voicemail's audio, if it goes with the message and is not too large for one.
    async fn audio(
        &self,
        told: &Told,
        occasion: Occasion,
        record: &CallRecord,
    ) -> Result<Option<Attachment>, StoreError> {
        let message = record.call.voicemail.as_ref().filter(|_| told.when.attach && told.is_person);
        let stored = message
            .filter(|_| occasion == Occasion::VoicemailStored)
            .and_then(|m| Some((m, m.audio.as_ref()?)));
        let Some((message, audio)) = stored.filter(|(_, audio)| audio.bytes <= MOST_ATTACHED) else {
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

/// Whether somebody is to be told of an occasion.
fn wants(told: &Told, name: &str, occasion: Occasion, record: &CallRecord, flow: &CallFlow) -> bool {
    if !told.when.occasions.contains(&occasion) {
        return false;
    }
    let outcome = record.call.verdict.as_ref().map(|verdict| verdict.outcome);
    let message = record.call.voicemail.as_ref();
    match occasion {
        Occasion::Started | Occasion::Answered => true,
        // People are told of a message when they can hear it, and at the end only if there is none to come.
        Occasion::Ended => {
            let to_come =
                told.is_person && message.is_some_and(|message| message.status != VoicemailStatus::Failed);
            !to_come && outcome.is_some_and(|outcome| told.when.outcomes.contains(&outcome))
        }
        Occasion::VoicemailStored => {
            let silent = told.is_person && message.is_some_and(frontdesk_domain::Voicemail::is_empty);
            let mailbox = record.call.mailbox.as_ref().and_then(|mailbox| flow.mailbox(mailbox));
            // A mailbox that names somebody tells nobody else.
            let meant = mailbox
                .is_none_or(|mailbox| mailbox.notify.is_empty() || mailbox.notify.iter().any(|n| n == name));
            !silent && meant && told.when.outcomes.contains(&Outcome::Voicemail)
        }
    }
}

fn happened_at(occasion: Occasion, record: &CallRecord) -> Option<Timestamp> {
    match occasion {
        Occasion::Started => record.call.started_at,
        Occasion::Answered => record.call.answered_at,
        Occasion::Ended => record.call.ended_at,
        Occasion::VoicemailStored => None,
    }
}

#[cfg(test)]
mod tests;
