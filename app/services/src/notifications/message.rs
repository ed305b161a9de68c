//! The content of a notification: the e-mail, the document for programs, and the audio.
use frontdesk_domain::Parties;
use frontdesk_domain::call::NotificationKind;
use frontdesk_ports::{
    Attachment, AudioName, CallRecord, Delivery, DoneLink, LeasedJob, Notification, StoreError,
};
use sha2::{Digest, Sha256};

use super::email::{self, About};
use super::selection::{happened_at, outcome_for_people};
use super::{NotificationTarget, Notifications};
use crate::follow_up::{expired, hash_of};

/// Larger audio is linked, not attached, because mail servers refuse large e-mails.
const MAX_ATTACHED: u64 = 10 * 1024 * 1024;

impl Notifications {
    /// Writes the notification.
    pub(super) async fn compose(
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
            outcome: outcome_for_people(&record.call),
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

    /// The link that marks the call done, for people, if the call needs attention.
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

    /// The voicemail's audio, if the rule attaches it and it is not too large for an e-mail.
    async fn audio(
        &self,
        target: &NotificationTarget,
        kind: NotificationKind,
        record: &CallRecord,
    ) -> Result<Option<Attachment>, StoreError> {
        let voicemail = record.call.voicemail.as_ref().filter(|_| target.rule.attach && target.is_person);
        let stored = voicemail
            .filter(|_| kind == NotificationKind::VoicemailStored)
            .and_then(|m| Some((m, m.audio.as_ref()?)));
        let Some((voicemail, audio)) = stored.filter(|(_, audio)| audio.bytes <= MAX_ATTACHED) else {
            return Ok(None);
        };
        let bytes =
            self.recordings.read(&AudioName::new(&record.leg, &voicemail.recording), 0..audio.bytes).await?;
        let end = if audio.media_type == "audio/mpeg" { "mp3" } else { "wav" };
        Ok(bytes.map(|bytes| Attachment {
            name: format!("message-{}.{end}", record.id),
            media_type: audio.media_type.clone(),
            bytes,
        }))
    }
}
