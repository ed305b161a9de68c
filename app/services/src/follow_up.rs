//! Follow-up on calls: each change is applied to the current state of the follow-up, or not at all.

pub mod auto_resolve;
use std::sync::Arc;

use async_trait::async_trait;
use frontdesk_domain::{CallId, Timestamp};
use frontdesk_ports::work::{BasedOn, WorkChange, WorkRefused};
use frontdesk_ports::{
    AccessStore, Actor, CallLog, CallRecord, Clock, DoneLinks, LinkedCall, StoreError, WorkError,
    WorkOnCalls, WorkStore,
};
use jiff::SignedDuration;
use sha2::{Digest, Sha256};

/// How long a link in an e-mail is valid.
const LINK_LIFETIME: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How often a change is retried after a concurrent change that does not conflict with it.
const TRIES: u32 = 10;

/// Changes the follow-up of calls.
pub struct FollowUps {
    /// The calls.
    pub log: Arc<dyn CallLog>,
    /// The store of follow-up work.
    pub work: Arc<dyn WorkStore>,
    /// Links in e-mails that mark a call done.
    pub links: Arc<dyn DoneLinks>,
    /// The users, to whom calls are assigned.
    pub users: Arc<dyn AccessStore>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl WorkOnCalls for FollowUps {
    async fn change(
        &self,
        Actor(actor): &Actor,
        call: CallId,
        based_on: BasedOn,
        change: WorkChange,
    ) -> Result<CallRecord, WorkError> {
        let change = match change {
            // The user's name as stored, regardless of how it was typed.
            WorkChange::Assign(to) => {
                let user = self.users.user(&to).await?.ok_or(WorkRefused::NoSuchUser)?;
                WorkChange::Assign(user.name)
            }
            change => change,
        };
        for _ in 0..TRIES {
            let record = self.log.find(call).await?.ok_or(WorkError::None)?;
            let Some(work) = record.work.after(&change, actor, self.clock.now(), based_on)? else {
                return Ok(record);
            };
            if self.work.save_work(call, &work).await? {
                return self.log.find(call).await?.ok_or(WorkError::None);
            }
        }
        Err(StoreError::Unavailable("the call was changed by others at the same time; try again".into())
            .into())
    }

    async fn linked_call(&self, secret: &str) -> Result<Option<LinkedCall>, StoreError> {
        let Some(link) = self.links.link(&hash_of(secret)).await? else { return Ok(None) };
        if link.created_at < expired(self.clock.now()) {
            return Ok(None);
        }
        let record = self.log.find(link.call).await?;
        Ok(record.map(|record| LinkedCall { record, recipient: link.recipient }))
    }

    async fn done_by_link(&self, secret: &str) -> Result<CallRecord, WorkError> {
        let LinkedCall { record, recipient } = self.linked_call(secret).await?.ok_or(WorkError::None)?;
        if !self.links.use_link(&hash_of(secret)).await? {
            return Err(WorkError::None);
        }
        // The link marks the call done, regardless of other changes since the e-mail was sent.
        if record.work.handled.is_some() {
            return Ok(record);
        }
        let based_on = BasedOn::Decisions(record.work.decisions);
        self.change(&Actor(recipient), record.id, based_on, WorkChange::Handle).await
    }
}

/// The form in which the secret of a link is stored.
pub(crate) fn hash_of(secret: &str) -> String {
    hex::encode(Sha256::digest(secret))
}

/// Links that were created before this time have expired.
pub(crate) fn expired(now: Timestamp) -> Timestamp {
    now.checked_sub(LINK_LIFETIME).unwrap_or(Timestamp::MIN)
}
