//! Temporary closures and blocked callers: stored, audited, and in force for the next call.
use std::sync::Arc;

use async_trait::async_trait;
use frontdesk_domain::dialogue::Closure;
use frontdesk_domain::{CallFlow, CallerId, Timestamp};
use frontdesk_ports::{
    Actor, AuditAction, AuditEntry, AuditTrail, Blocked, Clock, Closed, LONGEST_CLOSURE, ManageOverrides,
    OverrideError, OverrideStore, StoreError,
};

use super::flow_versions::FlowVersions;
use super::restrictions::Restrictions;

/// Sets closures, and blocks callers.
pub struct Overrides {
    /// The current flow.
    pub flow: Arc<FlowVersions>,
    /// The store of overrides.
    pub store: Arc<dyn OverrideStore>,
    /// The restrictions to refresh after a change; `None` in a process that answers no calls.
    pub restrictions: Option<Arc<Restrictions>>,
    /// The audit trail.
    pub trail: Arc<dyn AuditTrail>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

impl Overrides {
    /// Audits a change. Called before the change is made, so that no change is missing from the audit log.
    async fn note(&self, Actor(actor): &Actor, action: AuditAction, subject: &str) -> Result<(), StoreError> {
        let (at, subject) = (self.clock.now(), subject.to_owned());
        self.trail.record(AuditEntry { at, actor: actor.clone(), action, subject }).await
    }

    /// Applies a change in this instance at once; other instances apply it at their next refresh.
    async fn hold(&self) -> Result<(), StoreError> {
        match &self.restrictions {
            Some(restrictions) => restrictions.refresh().await,
            None => Ok(()),
        }
    }
}

#[async_trait]
impl ManageOverrides for Overrides {
    fn flow(&self) -> Arc<CallFlow> {
        self.flow.current()
    }

    async fn closed(&self) -> Result<Option<Closed>, StoreError> {
        let now = self.clock.now();
        Ok(self.store.closed().await?.filter(|closed| closed.closure.until > now))
    }

    fn closure_now(&self) -> Option<Closure> {
        self.restrictions.as_ref()?.closure(self.clock.now())
    }

    async fn close(&self, actor: &Actor, until: Timestamp, say: Option<String>) -> Result<(), OverrideError> {
        let now = self.clock.now();
        if until <= now {
            return Err(OverrideError::Over);
        }
        let say = say.map(|say| say.trim().to_owned()).filter(|say| !say.is_empty());
        if say.as_ref().is_some_and(|say| say.chars().count() > LONGEST_CLOSURE) {
            return Err(OverrideError::TooLong);
        }
        self.note(actor, AuditAction::Closed, &format!("until {until}")).await?;
        let closed = Closed { closure: Closure { from: now, until, say }, by: actor.0.clone() };
        self.store.set_closed(Some(&closed)).await?;
        Ok(self.hold().await?)
    }

    async fn open(&self, actor: &Actor) -> Result<bool, OverrideError> {
        if self.closed().await?.is_none() {
            return Ok(false);
        }
        self.note(actor, AuditAction::Opened, "").await?;
        self.store.set_closed(None).await?;
        self.hold().await?;
        Ok(true)
    }

    async fn blocked(&self) -> Result<Vec<Blocked>, StoreError> {
        self.store.blocked().await
    }

    async fn block(&self, actor: &Actor, caller: &CallerId, subject: &str) -> Result<bool, OverrideError> {
        let is_ours =
            caller.number().is_some_and(|number| self.flow().draft().main_numbers.contains_key(number));
        if is_ours {
            return Err(OverrideError::OwnNumber);
        }
        self.note(actor, AuditAction::CallerBlocked, subject).await?;
        let blocked = Blocked { caller: caller.clone(), by: actor.0.clone(), at: self.clock.now() };
        let is_new = self.store.block(&blocked).await?;
        self.hold().await?;
        Ok(is_new)
    }

    async fn unblock(&self, actor: &Actor, caller: &CallerId, subject: &str) -> Result<bool, OverrideError> {
        self.note(actor, AuditAction::CallerUnblocked, subject).await?;
        let was_blocked = self.store.unblock(caller).await?;
        self.hold().await?;
        Ok(was_blocked)
    }
}
