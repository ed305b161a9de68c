//! The call log: stores events, and reads calls.
use async_trait::async_trait;
use frontdesk_domain::call::CallState;
use frontdesk_domain::{Call, CallEvent, CallId, LegId, Outcome, Reason, Timestamp};
use serde::{Deserialize, Serialize};

use crate::work::Work;
use crate::{RawParameters, StoreError};
use crate::{fold, search_text};

/// An event and the request that reported it. Event buffers store it as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedEvent {
    /// What happened.
    pub event: CallEvent,
    /// The request's parameters. Absent for our own actions; of the events of one request, only the first that later
    /// requests do not repeat has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<RawParameters>,
}

impl From<CallEvent> for LoggedEvent {
    fn from(event: CallEvent) -> Self {
        Self { event, raw: None }
    }
}

/// The number of a change to the log; grows by at least one with each call that changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change(pub u64);

/// A call with its ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRecord {
    /// Our id.
    pub id: CallId,
    /// The caller's leg: the carrier and its id.
    pub leg: LegId,
    /// The call.
    pub call: Call,
    /// The change that first logged the call. Calls that were logged later have larger ones, regardless of their times.
    pub first_change: Change,
    /// Its last change.
    pub change: Change,
    /// The follow-up of the call.
    pub work: Work,
    /// The last change of `work`; `Change(0)` if there has been none.
    pub work_change: Change,
}

impl CallRecord {
    /// Whether the call needs attention.
    pub fn needs_attention(&self) -> bool {
        self.work.handled.is_none() && self.call.asks_for_attention()
    }
}

/// A text to search for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextMatch {
    /// The text, in numbers, names, places, transcripts, notes and tags.
    pub text: String,
    /// Callers with a contact that contains the text.
    pub callers: Vec<String>,
}

impl TextMatch {
    /// The text alone.
    pub fn of(text: &str) -> Self {
        Self { text: text.to_owned(), callers: Vec::new() }
    }
}

/// Which calls to list, newest first. In `from`, `to`, `destination`, `mailbox`, `menu`, `assignee`, `provider` and
/// `provider_id`, a leading `*` stands for any beginning: `*1234` matches values that end with `1234`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallQuery {
    /// The maximum number of calls on a page.
    pub limit: u16,
    /// Only calls older than this one: the last of the previous page.
    pub before: Option<CallId>,
    /// Only this outcome.
    pub outcome: Option<Outcome>,
    /// Only this reason of the outcome.
    pub reason: Option<Reason>,
    /// Only this state.
    pub state: Option<CallState>,
    /// Only calls that are not over (`true`), or that are.
    pub live: Option<bool>,
    /// Only calls that need attention.
    pub attention: bool,
    /// Only calls that are done (`true`), or that are not.
    pub handled: Option<bool>,
    /// Only with this tag.
    pub tag: Option<String>,
    /// Only calls that are assigned to a user.
    pub assigned: bool,
    /// Only calls that are assigned to this user.
    pub assignee: Option<String>,
    /// Only from this number or address.
    pub from: Option<String>,
    /// Only to this number.
    pub to: Option<String>,
    /// Only calls for which this phone was rung.
    pub destination: Option<String>,
    /// Only calls that reached this mailbox.
    pub mailbox: Option<String>,
    /// Only calls whose last menu was this one.
    pub menu: Option<String>,
    /// Only calls that came through this carrier.
    pub provider: Option<String>,
    /// Only the call with this id at the carrier.
    pub provider_id: Option<String>,
    /// Only calls that started then or later.
    pub since: Option<Timestamp>,
    /// Only calls that started earlier.
    pub until: Option<Timestamp>,
    /// Only calls that contain this text in their numbers, names, places, transcripts, notes or tags, ignoring case.
    pub text: Option<TextMatch>,
}

impl CallQuery {
    /// The newest `limit` calls.
    pub fn newest(limit: u16) -> Self {
        Self { limit, ..Self::default() }
    }

    /// Whether a call fits the query, apart from its limit.
    pub fn fits(&self, record: &CallRecord) -> bool {
        let CallRecord { call, work, .. } = record;
        let same = |wanted: &Option<String>, is: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| match wanted.strip_prefix('*') {
                Some(ending) => is.is_some_and(|is| is.ends_with(ending)),
                None => is == Some(wanted),
            })
        };
        let parties = call.parties.as_ref();
        let caller = parties.and_then(frontdesk_domain::Parties::caller);
        let to = parties.map(|p| p.to.as_str());
        let verdict = call.verdict.as_ref();
        let contains = |wanted: &TextMatch| {
            let text = fold(&wanted.text);
            search_text(call).contains(&text)
                || work.text().contains(&text)
                || caller.as_ref().is_some_and(|caller| wanted.callers.contains(caller))
        };
        self.before.is_none_or(|before| record.id < before)
            && self.outcome.is_none_or(|wanted| verdict.is_some_and(|v| v.outcome == wanted))
            && self.reason.is_none_or(|wanted| verdict.is_some_and(|v| v.reason == wanted))
            && self.state.is_none_or(|wanted| call.state == wanted)
            && self.live.is_none_or(|live| (call.state != CallState::Ended) == live)
            && (!self.attention || record.needs_attention())
            && self.handled.is_none_or(|handled| work.handled.is_some() == handled)
            && self.tag.as_ref().is_none_or(|tag| work.tags.contains(tag))
            && (!self.assigned || work.claimed.is_some())
            && same(&self.assignee, work.claimed.as_ref().map(|claimed| claimed.by.as_str()))
            && same(&self.from, caller.as_deref())
            && same(&self.to, to)
            && (self.destination.is_none()
                || call.phones.iter().any(|(number, _)| same(&self.destination, Some(number.as_str()))))
            && same(&self.mailbox, call.mailbox.as_ref().map(frontdesk_domain::flow::NodeName::as_str))
            && same(&self.menu, call.menu.as_ref().map(frontdesk_domain::flow::NodeName::as_str))
            && same(&self.provider, Some(record.leg.carrier()))
            && same(&self.provider_id, Some(record.leg.id()))
            && self.since.is_none_or(|since| call.started_at.is_some_and(|at| at >= since))
            && self.until.is_none_or(|until| call.started_at.is_some_and(|at| at < until))
            && self.text.as_ref().is_none_or(contains)
    }
}

/// One page of calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallPage {
    /// The calls, newest first.
    pub calls: Vec<CallRecord>,
    /// Where the next page begins, if there is more.
    pub next: Option<CallId>,
}

/// Stores events, folds them into calls, and queues the effects they cause, all in one transaction.
#[async_trait]
pub trait CallLog: Send + Sync {
    /// Appends events. `Ok` means that they, the calls they make and the effects they cause are durable together.
    /// Events that are known already change nothing. A call's id is created when its leg is first seen, from the time
    /// the call started.
    async fn append(&self, events: Vec<LoggedEvent>) -> Result<(), StoreError>;

    /// The call with that id.
    async fn find(&self, id: CallId) -> Result<Option<CallRecord>, StoreError>;

    /// The events of a call, in the order of its timeline; empty if there is no such call.
    async fn events(&self, id: CallId) -> Result<Vec<LoggedEvent>, StoreError>;

    /// Calls, newest first, a page at a time. The cost of a page does not depend on the length of the log.
    async fn list(&self, query: &CallQuery) -> Result<CallPage, StoreError>;

    /// The latest change.
    async fn latest_change(&self) -> Result<Change, StoreError>;

    /// Calls changed after `after`, each as it is now, in the order of their changes; at most `limit`.
    async fn changed_since(&self, after: Change, limit: u16) -> Result<Vec<CallRecord>, StoreError>;

    /// Returns once something may have changed after `after`; it may return early, never late.
    async fn wait_for_change(&self, after: Change);

    /// Whether events can be appended now: `Ok` once every earlier append is committed and a write has succeeded.
    async fn ping(&self) -> Result<(), StoreError>;
}
