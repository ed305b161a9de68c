//! Another store: a call log on redb, an embedded key-value database in one file. It passes the conformance suite that
//! every call log of frontdesk passes.
//!
//! `cargo test -p frontdesk-ports --features conformance --example other_store`
//!
//! Events are stored by leg and identity, so that a repeated event is stored once, and a call is the fold of its
//! events. Queries scan the calls, newest first, which is fast enough for ten thousand; a larger store needs indexes.
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use frontdesk_domain::{Call, CallId, Facts, LegId};
use frontdesk_ports::work::Work;
use frontdesk_ports::{
    CallLog, CallPage, CallQuery, CallRecord, Change, Clock, Ids, LoggedEvent, StoreError,
};
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition, WriteTransaction};
use tokio::sync::watch;

/// Events as JSON by leg and identity.
const EVENTS: TableDefinition<(&str, &str), &[u8]> = TableDefinition::new("events");
/// The leg and the last change of a call, by its id; ids sort by time.
const CALLS: TableDefinition<&str, (&str, u64)> = TableDefinition::new("calls");
/// The id of a leg's call.
const LEGS: TableDefinition<&str, &str> = TableDefinition::new("legs");
/// The id of the call that a change was about.
const CHANGES: TableDefinition<u64, &str> = TableDefinition::new("changes");
/// The effects that calls cause, by key: a `JobQueue` would lease them from here.
const EFFECTS: TableDefinition<&str, &[u8]> = TableDefinition::new("effects");

/// A call log in a file.
struct RedbLog {
    db: Database,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    changed: watch::Sender<Change>,
}

/// The database failed or cannot be reached.
fn away(error: impl Into<redb::Error>) -> StoreError {
    StoreError::Unavailable(error.into().to_string())
}

/// The stored data is invalid.
fn corrupt(error: impl ToString) -> StoreError {
    StoreError::Corrupt(error.to_string())
}

impl RedbLog {
    fn open(file: &Path, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Result<Self, StoreError> {
        let db = Database::create(file).map_err(away)?;
        let tx = db.begin_write().map_err(away)?;
        tx.open_table(EVENTS).map_err(away)?;
        tx.open_table(CALLS).map_err(away)?;
        tx.open_table(LEGS).map_err(away)?;
        tx.open_table(CHANGES).map_err(away)?;
        tx.open_table(EFFECTS).map_err(away)?;
        tx.commit().map_err(away)?;
        Ok(Self { db, clock, ids, changed: watch::Sender::default() })
    }

    /// The id of the leg's call, created when the leg is first seen.
    fn id_of(
        &self,
        tx: &WriteTransaction,
        leg: &LegId,
        events: &[LoggedEvent],
    ) -> Result<CallId, StoreError> {
        let mut legs = tx.open_table(LEGS).map_err(away)?;
        let name = leg.to_string();
        if let Some(id) = legs.get(name.as_str()).map_err(away)? {
            return id.value().parse().map_err(corrupt);
        }
        let first = Facts::of(events.iter().map(|logged| &logged.event).filter(|event| event.call == *leg));
        let started = Call::of(&first).started_at.unwrap_or_else(|| self.clock.now());
        let chance = self.ids.random().iter().rev().take(10).fold(0, |n, &byte| n << 8 | u128::from(byte));
        let id = CallId::new(started, chance);
        legs.insert(name.as_str(), id.to_string().as_str()).map_err(away)?;
        Ok(id)
    }

    /// Stores the events of one append that belong to a leg. Returns whether any of them is new.
    fn take_in(
        &self,
        tx: &WriteTransaction,
        leg: &LegId,
        events: &[LoggedEvent],
        change: u64,
    ) -> Result<bool, StoreError> {
        let (id, name) = (self.id_of(tx, leg, events)?, leg.to_string());
        let mut table = tx.open_table(EVENTS).map_err(away)?;
        let mut facts = folded(&table, &name)?;
        let mut is_news = false;
        for logged in events.iter().filter(|logged| logged.event.call == *leg) {
            let (identity, news) = facts.learn(logged.event.clone());
            if news {
                is_news = true;
                let document = serde_json::to_vec(logged).map_err(corrupt)?;
                table.insert((name.as_str(), identity.as_str()), &*document).map_err(away)?;
            }
        }
        if !is_news {
            return Ok(false);
        }
        let (mut calls, mut changes) =
            (tx.open_table(CALLS).map_err(away)?, tx.open_table(CHANGES).map_err(away)?);
        let id = id.to_string();
        let before = calls.insert(id.as_str(), (name.as_str(), change)).map_err(away)?;
        if let Some(before) = before {
            changes.remove(before.value().1).map_err(away)?;
        }
        changes.insert(change, id.as_str()).map_err(away)?;
        let mut effects = tx.open_table(EFFECTS).map_err(away)?;
        for effect in facts.effects() {
            let due = serde_json::to_vec(&effect).map_err(corrupt)?;
            effects.insert(effect.key().as_str(), &*due).map_err(away)?;
        }
        Ok(true)
    }

    fn record(&self, id: CallId) -> Result<Option<CallRecord>, StoreError> {
        let tx = self.db.begin_read().map_err(away)?;
        let calls = tx.open_table(CALLS).map_err(away)?;
        let Some(row) = calls.get(id.to_string().as_str()).map_err(away)? else { return Ok(None) };
        let (leg, change) = row.value();
        let first_change = Change(change);
        let facts = folded(&tx.open_table(EVENTS).map_err(away)?, leg)?;
        let (leg, call) = (leg.parse().map_err(corrupt)?, Call::of(&facts));
        let (change, work, work_change) = (Change(change), Work::default(), Change::default());
        Ok(Some(CallRecord { id, leg, call, first_change, change, work, work_change }))
    }
}

/// The events of a leg.
fn events_of(
    events: &impl ReadableTable<(&'static str, &'static str), &'static [u8]>,
    leg: &str,
) -> Result<Vec<LoggedEvent>, StoreError> {
    let of_leg = events.range((leg, "")..(leg, "\u{10ffff}")).map_err(away)?;
    let read = |row: Result<_, redb::StorageError>| -> Result<LoggedEvent, StoreError> {
        let (_, document): (_, redb::AccessGuard<'_, &[u8]>) = row.map_err(away)?;
        serde_json::from_slice(document.value()).map_err(corrupt)
    };
    of_leg.map(read).collect()
}

fn folded(
    events: &impl ReadableTable<(&'static str, &'static str), &'static [u8]>,
    leg: &str,
) -> Result<Facts, StoreError> {
    Ok(Facts::of(events_of(events, leg)?.iter().map(|logged| &logged.event)))
}

#[async_trait]
impl CallLog for RedbLog {
    async fn append(&self, events: Vec<LoggedEvent>) -> Result<(), StoreError> {
        let tx = self.db.begin_write().map_err(away)?;
        let last =
            tx.open_table(CHANGES).map_err(away)?.last().map_err(away)?.map_or(0, |last| last.0.value());
        let mut change = last;
        let mut legs: Vec<&LegId> = events.iter().map(|logged| &logged.event.call).collect();
        legs.sort();
        legs.dedup();
        for leg in legs {
            change += u64::from(self.take_in(&tx, leg, &events, change + 1)?);
        }
        tx.commit().map_err(away)?;
        self.changed.send_replace(Change(change));
        Ok(())
    }

    async fn find(&self, id: CallId) -> Result<Option<CallRecord>, StoreError> {
        self.record(id)
    }

    async fn events(&self, id: CallId) -> Result<Vec<LoggedEvent>, StoreError> {
        let Some(record) = self.record(id)? else { return Ok(Vec::new()) };
        let tx = self.db.begin_read().map_err(away)?;
        let mut logged_events = events_of(&tx.open_table(EVENTS).map_err(away)?, &record.leg.to_string())?;
        let facts = Facts::of(logged_events.iter().map(|logged| &logged.event));
        let story: Vec<String> = facts.story().into_iter().map(|(identity, _)| identity.to_owned()).collect();
        logged_events
            .sort_by_key(|logged| story.iter().position(|identity| *identity == logged.event.identity()));
        Ok(logged_events)
    }

    async fn list(&self, query: &CallQuery) -> Result<CallPage, StoreError> {
        let tx = self.db.begin_read().map_err(away)?;
        let rows = tx.open_table(CALLS).map_err(away)?;
        let (limit, mut calls) = (usize::from(query.limit), Vec::new());
        for row in rows.iter().map_err(away)?.rev() {
            let id = row.map_err(away)?.0.value().parse().map_err(corrupt)?;
            calls.extend(self.record(id)?.filter(|record| query.fits(record)));
            if calls.len() > limit {
                break;
            }
        }
        let more = calls.len() > limit;
        calls.truncate(limit);
        let next = calls.last().filter(|_| more).map(|record| record.id);
        Ok(CallPage { calls, next })
    }

    async fn latest_change(&self) -> Result<Change, StoreError> {
        let tx = self.db.begin_read().map_err(away)?;
        let changes = tx.open_table(CHANGES).map_err(away)?;
        Ok(Change(changes.last().map_err(away)?.map_or(0, |last| last.0.value())))
    }

    async fn changed_since(&self, after: Change, limit: u16) -> Result<Vec<CallRecord>, StoreError> {
        let tx = self.db.begin_read().map_err(away)?;
        let changes = tx.open_table(CHANGES).map_err(away)?;
        let mut records = Vec::new();
        for row in changes.range(after.0 + 1..).map_err(away)?.take(usize::from(limit)) {
            let id = row.map_err(away)?.1.value().parse().map_err(corrupt)?;
            records.extend(self.record(id)?);
        }
        Ok(records)
    }

    async fn wait_for_change(&self, after: Change) {
        let _ = self.changed.subscribe().wait_for(|change| *change > after).await;
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.db.begin_write().map_err(away)?.commit().map_err(away)
    }
}

/// A clock that always returns the same time.
struct Noon;

impl Clock for Noon {
    fn now(&self) -> frontdesk_domain::Timestamp {
        "2026-11-22T12:00:00Z".parse().expect("a time")
    }
}

/// Logs the same event twice and prints the call that results.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    use frontdesk_domain::Notice;
    use frontdesk_domain::call::Ending;
    let folder = tempfile::tempdir()?;
    let ids = Arc::new(frontdesk_ports::conformance::CountingIds::default());
    let log = RedbLog::open(&folder.path().join("calls.redb"), Arc::new(Noon), ids)?;
    let ended = Notice::CallEnded(Ending::new("no-answer")).into_event("example:c1".parse()?, Noon.now());
    log.append(vec![ended.clone().into(), ended.into()]).await?;
    for record in log.list(&CallQuery::newest(10)).await?.calls {
        println!("{} {:?} {:?}", record.id, record.call.state, record.call.verdict);
    }
    println!("{} file", folder.path().read_dir()?.count());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use frontdesk_ports::conformance;

    fn log(folder: &Path) -> RedbLog {
        let ids = Arc::new(conformance::CountingIds::default());
        RedbLog::open(&folder.join("calls.redb"), Arc::new(Noon), ids).unwrap()
    }

    #[tokio::test]
    async fn passes_the_conformance_suite() {
        let folder = tempfile::tempdir().unwrap();
        conformance::call_log::all(&log(folder.path())).await;
    }

    #[tokio::test]
    async fn the_log_survives_closing_and_opening_the_file() {
        let folder = tempfile::tempdir().unwrap();
        conformance::call_log::one_of_many_writers(&log(folder.path()), 1, 3).await;
        conformance::call_log::nothing_was_lost(&log(folder.path()), 1, 3).await;
    }
}
