//! What the office does about calls: each change is made on the work as it stands, or not at all.

pub mod auto_resolve;
use std::sync::Arc;

use async_trait::async_trait;
use frontdesk_domain::CallId;
use frontdesk_ports::work::{WorkChange, WorkRefused};
use frontdesk_ports::{
    AccessStore, Actor, CallLog, CallRecord, Clock, StoreError, WorkError, WorkOnCalls, WorkStore,
};

/// How often a change is retried after a concurrent change that does not conflict with it.
const TRIES: u32 = 10;

/// Takes what people do about calls.
pub struct FollowUps {
    /// The calls.
    pub log: Arc<dyn CallLog>,
    /// The store of follow-up work.
    pub work: Arc<dyn WorkStore>,
    /// The users, to whom calls are assigned.
    pub users: Arc<dyn AccessStore>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl WorkOnCalls for FollowUps {
    async fn change(
        &self,
        Actor(actor): &Actor,
        call: CallId,
        turn: u64,
        change: WorkChange,
    ) -> Result<CallRecord, WorkError> {
        let change = match change {
            // The name as it is stored, however it was written.
            WorkChange::Assign(to) => {
                let user = self.users.user(&to).await?.ok_or(WorkRefused::NoSuchUser)?;
                WorkChange::Assign(user.name)
            }
            change => change,
        };
        for _ in 0..TRIES {
            let record = self.log.find(call).await?.ok_or(WorkError::None)?;
            let Some(work) = record.work.after(&change, actor, self.clock.now(), turn)? else {
                return Ok(record);
            };
            if self.work.save_work(call, &work).await? {
                return self.log.find(call).await?.ok_or(WorkError::None);
            }
        }
        Err(StoreError::Unavailable("the call is being changed all the time".into()).into())
    }
}
