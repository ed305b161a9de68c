//! Pages of the feed, from the database or its standby.
use frontdesk_ports::{CallPage, CallQuery, Change, StoreError};
use sea_orm::{DatabaseConnection, QuerySelect};
use tokio::sync::watch;

use crate::error::failed;
use crate::mapping::record_of;
use crate::read::query::newest_first;
use crate::read::text_search::Texts;

/// Reads pages from one database.
pub(crate) struct Pages {
    pub db: DatabaseConnection,
    pub texts: Texts,
    /// The latest change that is known.
    pub changed: watch::Receiver<Change>,
}

impl Pages {
    pub fn of(db: DatabaseConnection, changed: watch::Receiver<Change>) -> Self {
        Self { db, texts: Texts::default(), changed }
    }

    pub async fn list(&self, query: &CallQuery) -> Result<CallPage, StoreError> {
        let limit = u64::from(query.limit);
        let calls = newest_first(self, query).await?.calls.limit(limit + 1);
        let rows = calls.all(&self.db).await.map_err(failed)?;
        let more = rows.len() > usize::from(query.limit);
        let calls: Vec<_> =
            rows.iter().take(usize::from(query.limit)).map(record_of).collect::<Result<_, _>>()?;
        let next = calls.last().filter(|_| more).map(|record| record.id);
        Ok(CallPage { calls, next })
    }
}
