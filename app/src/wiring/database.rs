//! Opens and migrates the database at start, and waits for one that is not available yet.
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use adapters_persistence::{ConnectError, Database, refuse_transaction_pooler};
use frontdesk_services::auth::AccessControl;
use migrations::Migrator;
use sea_orm_migration::MigratorTrait;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::oneshot;

use super::WiringError;
use crate::backup::finish_interrupted;

/// The pause before another attempt to reach the database.
const DATABASE_PAUSE: Duration = Duration::from_secs(2);
/// Attempts to migrate after the first, and the pause between them.
const MIGRATION_RETRIES: u32 = 4;
const MIGRATION_PAUSE: Duration = Duration::from_millis(250);
/// The pause between two attempts to build the text index.
const INDEX_PAUSE: Duration = Duration::from_secs(60);
/// How long the start waits for a database server before callers are answered without it.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(10);

/// Finishes an interrupted restore of this SQLite database. Otherwise an empty database would be created.
pub fn finish_restore(url: &str) -> Result<(), WiringError> {
    let Some(path) = url.strip_prefix("sqlite://") else { return Ok(()) };
    if finish_interrupted(Path::new(path)).map_err(WiringError::Restore)? {
        tracing::warn!("a restore that had been interrupted was finished");
    }
    Ok(())
}

/// Opens the database and applies its migrations.
pub async fn open_database(url: &str) -> Result<Database, WiringError> {
    finish_restore(url)?;
    let db = Database::open(url).await?;
    migrate(url, &db).await?;
    Ok(db)
}

/// Applies the missing migrations. Each is a transaction: if another process migrates at the same moment, one of the two fails
/// and finds nothing missing at its next attempt.
async fn migrate(url: &str, db: &Database) -> Result<(), WiringError> {
    refuse_transaction_pooler(url).await?;
    if db.migrations().await.iter().any(|version| migrations::is_unreleased(version)) {
        return Err(WiringError::DevelopmentData);
    }
    // SQLite has one writer; on a server migrations are not subject to the time limits of ordinary statements.
    let own =
        if url.starts_with("sqlite:") { db.clone() } else { Database::open_for_migrations(url).await? };
    let mut tries = 0;
    loop {
        match Migrator::up(own.connection(), None).await {
            Ok(()) => return Ok(()),
            Err(error) if tries == MIGRATION_RETRIES => {
                return Err(WiringError::Migration(error.to_string()));
            }
            Err(_) => tries += 1,
        }
        tokio::time::sleep(MIGRATION_PAUSE).await;
    }
}

/// Migrates the database and creates the user `admin`; `prepared` is set once that is done.
pub(super) async fn prepare(
    url: &str,
    db: Database,
    access: Arc<AccessControl>,
    password: Option<SecretString>,
    prepared: Arc<AtomicBool>,
) -> Result<(), WiringError> {
    if url.starts_with("sqlite:") {
        prepare_once(url, &db, &access, password.as_ref()).await?;
        prepared.store(true, Ordering::Relaxed);
        return Ok(());
    }
    // In a task of its own, which goes on when the start stops waiting: a migration may take minutes.
    let (done, outcome) = oneshot::channel();
    let url = url.to_owned();
    tokio::spawn(async move {
        let mut done = Some(done);
        loop {
            let Err(error) = prepare_once(&url, &db, &access, password.as_ref()).await else {
                prepared.store(true, Ordering::Relaxed);
                match done.take().map(|done| done.send(Ok(()))) {
                    Some(Ok(())) => return,
                    _ => return tracing::info!("the database is available and up to date"),
                }
            };
            if is_permanent(&error)
                && let Some(waiting) = done.take_if(|done| !done.is_closed())
            {
                match waiting.send(Err(error)) {
                    Ok(()) => return,
                    // The start has just stopped waiting.
                    Err(Err(error)) => tracing::error!("{error}; calls are answered; retrying"),
                    Err(Ok(())) => {}
                }
                tokio::time::sleep(DATABASE_PAUSE).await;
                continue;
            }
            tracing::warn!("{error}; calls are answered; retrying");
            tokio::time::sleep(DATABASE_PAUSE).await;
        }
    });
    if let Ok(Ok(outcome)) = tokio::time::timeout(DATABASE_TIMEOUT, outcome).await {
        return outcome;
    }
    tracing::error!("the database is not ready yet; calls are answered meanwhile");
    Ok(())
}

/// Whether another attempt would fail as well.
fn is_permanent(error: &WiringError) -> bool {
    matches!(
        error,
        WiringError::Password(_)
            | WiringError::DevelopmentData
            | WiringError::Database(ConnectError::TransactionPooler | ConnectError::PoolerParameters(_))
    )
}

/// Builds the text index in the background if it is missing: for a long log, this takes minutes.
pub(super) fn index_texts(db: Database) {
    tokio::spawn(async move {
        loop {
            match db.index_texts().await {
                Ok(true) => return,
                Ok(false) => {}
                Err(error) => tracing::debug!("texts are not indexed yet: {error}"),
            }
            tokio::time::sleep(INDEX_PAUSE).await;
        }
    });
}

async fn prepare_once(
    url: &str,
    db: &Database,
    access: &AccessControl,
    password: Option<&SecretString>,
) -> Result<(), WiringError> {
    migrate(url, db).await?;
    if let Some(password) = password {
        access.ensure_admin(password.expose_secret().try_into()?).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use sea_orm_migration::sea_orm::ConnectionTrait;

    use super::*;

    #[tokio::test]
    async fn the_database_of_a_development_build_is_refused_and_left_unchanged() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("frontdesk.db").display());
        let db = Database::open(&url).await.unwrap();
        let rows = "CREATE TABLE seaql_migrations (version TEXT PRIMARY KEY, applied_at BIGINT NOT NULL);
                    INSERT INTO seaql_migrations VALUES ('m20261122_000001_calls_and_events', 0)";
        db.connection().execute_unprepared(rows).await.unwrap();

        let refused = migrate(&url, &db).await.unwrap_err();
        assert!(matches!(refused, WiringError::DevelopmentData), "{refused}");
        assert!(refused.to_string().contains("database.url"), "it names the setting: {refused}");
        assert_eq!(db.migrations().await, ["m20261122_000001_calls_and_events"]);
    }

    #[tokio::test]
    async fn a_new_database_is_migrated_and_opens_again() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("frontdesk.db").display());
        let first = open_database(&url).await.unwrap().migrations().await;
        assert!(!first.is_empty());
        assert_eq!(open_database(&url).await.unwrap().migrations().await, first);
    }
}
