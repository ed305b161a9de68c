//! The call log in a database: appends go through the writer, reads use connections of their own.
use std::sync::Arc;

use async_trait::async_trait;
use frontdesk_domain::{CallId, LegId};
use frontdesk_ports::{
    CallLog, CallPage, CallQuery, CallRecord, Change, Clock, Ids, LoggedEvent, StoreError,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::sync::watch;

use crate::connect::Database;
use crate::entity::{call, call_event};
use crate::error::{corrupt, failed};
use crate::listen_notify::ChangeListener;
use crate::mapping::{event_of, number_of, record_of};
use crate::read::pages::Pages;
use crate::write::writer::Writer;

/// The call log and its job queue in a database.
pub struct SqlLog {
    pub(crate) db: Database,
    writer: Writer,
    pub(crate) changed: watch::Sender<Change>,
    pub(crate) pages: Pages,
    /// Receives the changes of other instances until it is dropped.
    _notices: ChangeListener,
}

impl SqlLog {
    /// Opens the log in a migrated database. Needs a tokio runtime, because the writer is a task of its own.
    pub fn new(db: Database, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        let changed = watch::Sender::new(Change(0));
        let writer = Writer::start(db.writer.clone(), clock, ids, changed.clone());
        let notices = ChangeListener::start(&db.reader, &changed);
        let pages = Pages::of(db.reader.clone(), changed.subscribe());
        Self { db, writer, changed, pages, _notices: notices }
    }

    /// Commits pending events and closes the database. Later calls fail.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.ping().await?;
        self.db.clone().close().await.map_err(failed)
    }
}

#[async_trait]
impl CallLog for SqlLog {
    async fn append(&self, events: Vec<LoggedEvent>) -> Result<(), StoreError> {
        if events.is_empty() {
            return Ok(());
        }
        self.writer.append(events).await
    }

    async fn find(&self, id: CallId) -> Result<Option<CallRecord>, StoreError> {
        let row = call::Entity::find_by_id(id.to_string()).one(&self.db.reader).await;
        row.map_err(failed)?.map(|row| record_of(&row)).transpose()
    }

    async fn events(&self, id: CallId) -> Result<Vec<LoggedEvent>, StoreError> {
        let Some(record) = self.find(id).await? else { return Ok(Vec::new()) };
        let rows = call_event::Entity::find()
            .filter(call_event::Column::CallId.eq(id.to_string()))
            .all(&self.db.reader)
            .await
            .map_err(failed)?;
        story(&rows, &record.leg)
    }

    async fn list(&self, query: &CallQuery) -> Result<CallPage, StoreError> {
        self.pages.list(query).await
    }

    async fn latest_change(&self) -> Result<Change, StoreError> {
        let last: Option<Option<i64>> = call::Entity::find()
            .select_only()
            .column_as(call::Column::Change.max(), "last")
            .into_tuple()
            .one(&self.db.reader)
            .await
            .map_err(failed)?;
        let last = last.flatten().unwrap_or(0);
        Ok(Change(u64::try_from(last).map_err(|why| corrupt("calls", "change", "last", why))?))
    }

    async fn changed_since(&self, after: Change, limit: u16) -> Result<Vec<CallRecord>, StoreError> {
        let after = number_of(after);
        let rows = call::Entity::find()
            .filter(call::Column::Change.gt(after))
            .order_by_asc(call::Column::Change)
            .limit(u64::from(limit))
            .all(&self.db.reader)
            .await
            .map_err(failed)?;
        rows.iter().map(record_of).collect()
    }

    async fn wait_for_change(&self, after: Change) {
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = self.changed.subscribe().wait_for(|change| *change > after).await;
    }

    async fn ping(&self) -> Result<(), StoreError> {
        // An empty commit: it queues like any other, takes the write lock and reaches the disk.
        self.writer.append(Vec::new()).await
    }
}

/// Converts event rows to events, in the order of the call's timeline.
fn story(rows: &[call_event::Model], leg: &LegId) -> Result<Vec<LoggedEvent>, StoreError> {
    let mut logged: Vec<LoggedEvent> = rows.iter().map(|row| event_of(row, leg)).collect::<Result<_, _>>()?;
    let facts = frontdesk_domain::Facts::of(logged.iter().map(|logged| &logged.event));
    let order: Vec<String> = facts.story().into_iter().map(|(identity, _)| identity.to_owned()).collect();
    logged.sort_by_cached_key(|logged| {
        let identity = logged.event.identity();
        order.iter().position(|known| *known == identity)
    });
    Ok(logged)
}
