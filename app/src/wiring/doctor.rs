//! Builds the diagnostics for a configuration.
use std::path::Path;
use std::sync::Arc;

use adapters_persistence::{Database, SqlLog, SqlOperationsLog};
use adapters_recordings::ObjectRecordings;
use async_trait::async_trait;
use frontdesk_domain::Timestamp;
use frontdesk_ports::{CallLog, DiagnosticReport, Finding, OperationsLog, RecordingStore, RetentionStore};
use frontdesk_services::diagnostics::{CarrierSetup, Diagnostics, Schema};
use migrations::Migrator;
use sea_orm_migration::MigratorTrait;

use super::disk_check::check_folder;
use super::line::try_voice;
use super::{MAX_AUDIO_BYTES, WiringError};
use crate::carrier;
use crate::config::{Config, public_url_warning};
use crate::system::{SystemClock, SystemIds};

/// An existing database.
struct SqlSchema {
    db: Database,
    log: SqlLog,
}

#[async_trait]
impl Schema for SqlSchema {
    async fn missing_migrations(&self) -> Result<usize, String> {
        let missing = Migrator::get_pending_migrations(self.db.connection()).await;
        missing.map(|missing| missing.len()).map_err(|error| error.to_string())
    }

    async fn calls_before(&self, before: Timestamp) -> Result<u64, String> {
        self.log.count_before(before).await.map(|(_, old)| old).map_err(|error| error.to_string())
    }

    async fn takes_writes(&self) -> Result<(), String> {
        self.log.ping().await.map_err(|error| error.to_string())
    }
}

/// A SQLite file that the first start will create.
struct NotYet;

#[async_trait]
impl Schema for NotYet {
    async fn missing_migrations(&self) -> Result<usize, String> {
        Ok(Migrator::migrations().len())
    }

    async fn calls_before(&self, _: Timestamp) -> Result<u64, String> {
        Ok(0)
    }

    async fn takes_writes(&self) -> Result<(), String> {
        Ok(())
    }
}

/// Opens the database. Does not create a SQLite file.
async fn schema(url: &str) -> Result<Arc<dyn Schema>, String> {
    if url.strip_prefix("sqlite://").is_some_and(|path| !Path::new(path).exists()) {
        return Ok(Arc::new(NotYet));
    }
    let db = Database::open(url).await.map_err(|error| error.to_string())?;
    let log = SqlLog::new(db.clone(), Arc::new(SystemClock), Arc::new(SystemIds));
    Ok(Arc::new(SqlSchema { db, log }))
}

/// The diagnostics for a configuration.
pub async fn diagnostics(config: &Config) -> Result<Diagnostics, WiringError> {
    let recordings =
        ObjectRecordings::open(&config.recordings, MAX_AUDIO_BYTES, config.proxies.client_builder());
    let recordings = recordings.map(|store| Arc::new(store) as Arc<dyn RecordingStore>);
    let parent = |path: &str| match Path::new(path).parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => ".".into(),
    };
    let mut folders = vec![("spool", config.spool.clone())];
    folders.extend(config.database_url.strip_prefix("sqlite://").map(|path| ("database", parent(path))));
    folders.extend(config.recordings.url.strip_prefix("file://").map(|path| ("recordings", path.into())));
    Ok(Diagnostics {
        flow: config.flow.as_ref().map(|own| own.flow.clone()),
        schema: schema(&config.database_url).await,
        recordings: recordings.map_err(|error| error.to_string()),
        calls_expire_after: config.retention.calls,
        folders: folders.iter().map(|(what, folder)| check_folder(what, folder)).collect(),
        line: line(config).await,
        outside: outside(config)?,
        clock: Arc::new(SystemClock),
    })
}

/// Checks the voice of the SIP line, which can be tested while the line is in use.
async fn line(config: &Config) -> Vec<Finding> {
    const CHECK: &str = "voice";
    let (Some(sip), Some(own)) = (&config.sip, &config.flow) else { return Vec::new() };
    vec![match try_voice(sip, &own.flow).await {
        Ok(texts) => {
            Finding::fine(CHECK, format!("the SIP line can read out every text of the flow ({texts})"))
        }
        Err(why) => {
            let remedy = "install espeak-ng, or set sip.voice to a program that is there (docs/sip.md)";
            Finding::fault(CHECK, why, remedy)
        }
    }]
}

/// The carrier's side of a configuration, if it names an account.
pub fn outside(config: &Config) -> Result<Option<CarrierSetup>, WiringError> {
    let (Some(public), Some(account)) = (&config.public_url, &config.account) else { return Ok(None) };
    Ok(Some(CarrierSetup {
        account: carrier::account_client(account.clone(), public.clone(), &config.proxies)?,
        probe: carrier::probe(account.clone(), public.clone(), &config.proxies)?,
        unreachable: public_url_warning(public),
        public_url: public.as_str().to_owned(),
    }))
}

/// Stores the report, which the pages show, if the database exists and is up to date.
pub async fn keep(config: &Config, diagnostic_report: &DiagnosticReport) {
    let url = &config.database_url;
    let Ok(schema) = schema(url).await else { return };
    if schema.missing_migrations().await != Ok(0) {
        return;
    }
    if let Ok(db) = Database::open(url).await
        && let Err(error) = SqlOperationsLog::new(db).store_diagnostic_report(diagnostic_report).await
    {
        tracing::warn!("the report could not be stored: {error}");
    }
}
