//! Reads pages of the feed and searches from a standby of the database (PostgreSQL), so that long searches do not delay calls.
//! Everything else is read from the primary, and so are pages while the standby lags behind or fails.
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use frontdesk_domain::CallId;
use frontdesk_ports::{CallLog, CallPage, CallQuery, CallRecord, Change, LoggedEvent, StoreError};
use parking_lot::Mutex;
use sea_orm::{DatabaseConnection, DbErr, EntityTrait};
use tokio::time::Instant;

use crate::SqlLog;
use crate::connect::{Database, STATEMENT_TIMEOUT};
use crate::entity::change_counter;
use crate::error::ConnectError;
use crate::mapping::number_of;
use crate::read::pages::Pages;
use crate::transaction::CALL_CHANGES;

/// How long a page waits for the standby to catch up with the primary.
const CATCH_UP_TIMEOUT: Duration = Duration::from_millis(200);
/// How often the standby is queried meanwhile.
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// Time limit of checking whether the standby is up to date, and of each query to the primary in this check.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(1);
const PRIMARY_TIMEOUT: Duration = Duration::from_millis(300);
/// How long a page may take. The server cancels a statement before that.
const PAGE_TIMEOUT: Duration = Duration::from_secs(6);
/// How long a standby that failed is not queried again.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// A call log with pages that are read from a standby.
pub struct PagesFromStandby {
    log: Arc<SqlLog>,
    pages: Pages,
    unused_until: Mutex<Option<Instant>>,
}

impl PagesFromStandby {
    /// Reads pages of `log` from the standby at `url`, which is connected to when it is first needed.
    pub async fn open(log: Arc<SqlLog>, url: &str) -> Result<Self, ConnectError> {
        let db = Database::open_standby(url).await?;
        let pages = Pages::of(db, log.changed.subscribe());
        Ok(Self { log, pages, unused_until: Mutex::default() })
    }

    /// A page from the standby; `None` if the standby is not up to date with the primary, or fails.
    async fn page(&self, query: &CallQuery) -> Option<Result<CallPage, StoreError>> {
        if self.unused_until.lock().is_some_and(|until| Instant::now() < until) {
            return None;
        }
        match tokio::time::timeout(ANSWER_TIMEOUT, self.is_up_to_date()).await {
            Ok(Ok(true)) => {}
            Ok(Ok(false)) => return None,
            Ok(Err(error)) => return self.failed(&error.to_string()),
            Err(_) => return self.failed("no answer in time"),
        }
        let begun = Instant::now();
        match tokio::time::timeout(PAGE_TIMEOUT, self.pages.list(query)).await {
            // After a statement timeout the page is not retried: it would take as long on the primary.
            Ok(Err(StoreError::Unavailable(_))) if begun.elapsed() < STATEMENT_TIMEOUT => {
                self.failed("a page could not be read")
            }
            Ok(page) => Some(page),
            Err(_) => self.failed("no page in time"),
        }
    }

    fn failed<T>(&self, why: &str) -> Option<T> {
        tracing::warn!("the standby of database.read_url failed; pages are read from database.url: {why}");
        *self.unused_until.lock() = Some(Instant::now() + RETRY_AFTER);
        None
    }

    /// Whether the standby is up to date with the primary, at the latest after `CATCH_UP_TIMEOUT`. The primary's counter is queried, because
    /// deletions send no notifications; if the primary does not answer, the last change known here is used.
    async fn is_up_to_date(&self) -> Result<bool, DbErr> {
        let primary = || tokio::time::timeout(PRIMARY_TIMEOUT, last_change(&self.log.db.reader));
        let wanted = match primary().await {
            Ok(Ok(last)) => last,
            _ => number_of(*self.log.changed.borrow()),
        };
        let begun = Instant::now();
        loop {
            let there = last_change(&self.pages.db).await?;
            if there == wanted {
                return Ok(true);
            }
            if there > wanted {
                // Either calls have arrived meanwhile, or the standby diverged and has changes that the primary lost.
                return Ok(!matches!(primary().await, Ok(Ok(last)) if last < there));
            }
            if begun.elapsed() >= CATCH_UP_TIMEOUT {
                return Ok(false);
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }
}

async fn last_change(db: &DatabaseConnection) -> Result<i64, DbErr> {
    let row = change_counter::Entity::find_by_id(CALL_CHANGES).one(db).await?;
    Ok(row.map_or(0, |row| row.value))
}

#[async_trait]
impl CallLog for PagesFromStandby {
    async fn list(&self, query: &CallQuery) -> Result<CallPage, StoreError> {
        match self.page(query).await {
            Some(page) => page,
            None => self.log.list(query).await,
        }
    }

    async fn append(&self, events: Vec<LoggedEvent>) -> Result<(), StoreError> {
        self.log.append(events).await
    }

    async fn find(&self, id: CallId) -> Result<Option<CallRecord>, StoreError> {
        self.log.find(id).await
    }

    async fn events(&self, id: CallId) -> Result<Vec<LoggedEvent>, StoreError> {
        self.log.events(id).await
    }

    async fn latest_change(&self) -> Result<Change, StoreError> {
        self.log.latest_change().await
    }

    async fn changed_since(&self, after: Change, limit: u16) -> Result<Vec<CallRecord>, StoreError> {
        self.log.changed_since(after, limit).await
    }

    async fn wait_for_change(&self, after: Change) {
        self.log.wait_for_change(after).await;
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.log.ping().await
    }
}
