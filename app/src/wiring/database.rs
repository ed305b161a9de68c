//! The database at a start: up to date, however long it takes to come.

use std::sync::Arc;
use std::time::Duration;

use adapters_persistence::Database;
use frontdesk_services::auth::AccessControl;
use migrations::Migrator;
use sea_orm_migration::MigratorTrait;
use secrecy::{ExposeSecret, SecretString};

use super::WiringError;

/// How long to leave a database alone that does not answer.
const DATABASE_PAUSE: Duration = Duration::from_secs(2);
/// Further tries to bring a schema up to date, and the time between them.
const MIGRATION_RETRIES: u32 = 4;
const MIGRATION_PAUSE: Duration = Duration::from_millis(250);
/// Between two tries to index texts.
const INDEX_PAUSE: Duration = Duration::from_secs(60);
/// How long a start waits for a database on another machine.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(10);

/// The database of the log and the people, up to date.
pub async fn open_database(url: &str) -> Result<Database, WiringError> {
    let db = Database::open(url).await?;
    migrate(&db).await?;
    Ok(db)
}

/// Applies what is missing. Each migration is a transaction; should another process be at it at the same moment, one of
/// the two fails, and finds it done when it tries again.
async fn migrate(db: &Database) -> Result<(), WiringError> {
    if db.migrations().await.iter().any(|version| migrations::is_unreleased(version)) {
        return Err(WiringError::DevelopmentData);
    }
    let mut tries = 0;
    loop {
        match Migrator::up(db.connection(), None).await {
            Ok(()) => return Ok(()),
            Err(error) if tries == MIGRATION_RETRIES => {
                return Err(WiringError::Migration(error.to_string()));
            }
            Err(_) => tries += 1,
        }
        tokio::time::sleep(MIGRATION_PAUSE).await;
    }
}

/// Brings the database up to date and the user `admin` into being.
pub(super) async fn prepare(
    url: &str,
    db: Database,
    access: Arc<AccessControl>,
    password: Option<SecretString>,
) -> Result<(), WiringError> {
    if url.starts_with("sqlite:") {
        return prepare_once(&db, &access, password.as_ref()).await;
    }
    match tokio::time::timeout(DATABASE_TIMEOUT, prepare_once(&db, &access, password.as_ref())).await {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(error @ (WiringError::Password(_) | WiringError::DevelopmentData))) => return Err(error),
        Ok(Err(error)) => tracing::error!("{error}; calls are answered, and it is tried again"),
        Err(_) => tracing::error!("the database does not answer; calls are answered, and it is tried again"),
    }
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(DATABASE_PAUSE).await;
            match prepare_once(&db, &access, password.as_ref()).await {
                Ok(()) => return tracing::info!("the database is back and up to date"),
                Err(error) => tracing::warn!("{error}; it is tried again"),
            }
        }
    });
    Ok(())
}

/// Makes the index of texts if it is missing, beside everything else: for a long log it takes minutes.
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
    db: &Database,
    access: &AccessControl,
    password: Option<&SecretString>,
) -> Result<(), WiringError> {
    migrate(db).await?;
    if let Some(password) = password {
        access.ensure_admin(password.expose_secret().try_into()?).await?;
    }
    Ok(())
}
