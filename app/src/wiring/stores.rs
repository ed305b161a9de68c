//! Opens the stores of a configuration. Does not migrate the database, so its schema may be out of date.
use std::sync::Arc;

use adapters_persistence::{
    Database, PagesFromStandby, SqlAccess, SqlContacts, SqlLog, SqlOperationsLog, SqlOverrides,
};
use adapters_recordings::ObjectRecordings;
use frontdesk_ports::{CallLog, Clock, Ids};

use super::database::finish_restore;
use super::{MAX_AUDIO_BYTES, WiringError};
use crate::config::Config;

/// The stores in the database, and the store for audio.
#[derive(Clone)]
pub(super) struct Stores {
    pub db: Database,
    pub log: Arc<SqlLog>,
    /// The same log, from which the feed is read; its pages may come from a standby.
    pub pages: Arc<dyn CallLog>,
    pub operations_log: Arc<SqlOperationsLog>,
    pub people: Arc<SqlAccess>,
    pub overrides: Arc<SqlOverrides>,
    pub contacts: Arc<SqlContacts>,
    pub recordings: Arc<ObjectRecordings>,
}

impl Stores {
    /// Opens the stores. A SQLite file must open; a PostgreSQL server is connected to when it is first needed.
    pub async fn open(
        config: &Config,
        clock: &Arc<dyn Clock>,
        ids: &Arc<dyn Ids>,
    ) -> Result<Self, WiringError> {
        finish_restore(&config.database_url)?;
        let db = Database::open(&config.database_url).await?;
        let recordings =
            ObjectRecordings::open(&config.recordings, MAX_AUDIO_BYTES, config.proxies.client_builder())?;
        let log = Arc::new(SqlLog::new(db.clone(), clock.clone(), ids.clone()));
        Ok(Self {
            pages: match &config.database_read_url {
                Some(url) => Arc::new(PagesFromStandby::open(log.clone(), url).await?),
                None => log.clone(),
            },
            log,
            operations_log: Arc::new(SqlOperationsLog::new(db.clone())),
            people: Arc::new(SqlAccess::new(db.clone())),
            overrides: Arc::new(SqlOverrides::new(db.clone())),
            contacts: Arc::new(SqlContacts::new(db.clone())),
            recordings: Arc::new(recordings),
            db,
        })
    }
}
