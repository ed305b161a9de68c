//! Instances that share a PostgreSQL server notify each other of changes (`LISTEN`, `NOTIFY`), so that a reader of one
//! instance sees a call of another at once. Notifications are sent outside of the commits, because PostgreSQL serialises
//! commits that notify. If a notification is lost with its connection, a query after the reconnect finds the change. A
//! SQLite file is polled, because commands change it while the server runs.
use std::time::Duration;

use frontdesk_ports::{Change, StoreError};
use sea_orm::sqlx::postgres::PgListener;
use sea_orm::sqlx::{self, PgPool};
use sea_orm::{ColumnTrait, DatabaseConnection, DbBackend, DbErr, EntityTrait, QuerySelect};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::entity::call;

/// The channel. One server can hold several logs, so a notification begins with the name of its schema.
const CHANNEL: &str = "frontdesk_changes";
/// The shortest interval between notifications: a burst of calls sends one.
const EVERY: Duration = Duration::from_millis(50);
/// How often a SQLite file is polled.
const POLL_INTERVAL: Duration = Duration::from_millis(500);
/// A connection without a notification for this time is replaced.
const LISTEN_TIMEOUT: Duration = Duration::from_secs(30);
/// The pause after the server did not answer.
const PAUSE: Duration = Duration::from_secs(2);

/// Sends and receives notifications until it is dropped.
pub(crate) struct ChangeListener(Vec<JoinHandle<()>>);

impl Drop for ChangeListener {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

/// Raises the latest known change number.
pub(crate) fn raise(changed: &watch::Sender<Change>, change: Change) {
    changed.send_if_modified(|known| {
        let newer = change > *known;
        *known = (*known).max(change);
        newer
    });
}

impl ChangeListener {
    /// Starts the tasks for a log in either kind of database.
    pub fn start(db: &DatabaseConnection, changed: &watch::Sender<Change>) -> Self {
        if db.get_database_backend() != DbBackend::Postgres {
            return Self(vec![tokio::spawn(poll(db.clone(), changed.clone()))]);
        }
        let pool = db.get_postgres_connection_pool().clone();
        let sending = send_notifications(pool.clone(), changed.subscribe());
        let hearing = receive_notifications(pool, changed.clone());
        Self(vec![tokio::spawn(sending), tokio::spawn(hearing)])
    }
}

/// Looks for changes that other programs have made to a SQLite file.
async fn poll(db: DatabaseConnection, changed: watch::Sender<Change>) {
    loop {
        tokio::time::sleep(POLL_INTERVAL).await;
        // The highest change of a stored call, not the counter: readers wait for changes that they can read.
        let last = call::Entity::find().select_only().column_as(call::Column::Change.max(), "last");
        let last: Result<Option<Option<i64>>, DbErr> = last.into_tuple().one(&db).await;
        // On an error, or before the table exists, the next poll tries again.
        if let Ok(Some(Some(last))) = last {
            raise(&changed, Change(u64::try_from(last).unwrap_or(0)));
        }
    }
}

async fn send_notifications(pool: PgPool, mut changed: watch::Receiver<Change>) {
    loop {
        if changed.changed().await.is_err() {
            return;
        }
        let Change(change) = *changed.borrow_and_update();
        let notice = sqlx::query("SELECT pg_notify($1, current_schema() || ' ' || $2)");
        if notice.bind(CHANNEL).bind(change.to_string()).execute(&pool).await.is_err() {
            // A reader that receives no notification polls after a while.
            tokio::time::sleep(PAUSE).await;
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn receive_notifications(pool: PgPool, changed: watch::Sender<Change>) {
    loop {
        if let Err(error) = receive(&pool, &changed).await {
            tracing::debug!("no notifications from other instances: {error}");
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Receives notifications until the connection is lost or silent for `LISTEN_TIMEOUT`.
async fn receive(pool: &PgPool, changed: &watch::Sender<Change>) -> Result<(), sqlx::Error> {
    let schema: Option<String> = sqlx::query_scalar("SELECT current_schema()").fetch_one(pool).await?;
    let schema = schema.unwrap_or_default();
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    // Finds the changes that were made before we listened.
    let last: Option<i64> = sqlx::query_scalar("SELECT MAX(change) FROM calls").fetch_one(pool).await?;
    raise(changed, Change(u64::try_from(last.unwrap_or(0)).unwrap_or(0)));
    // A connection to a host that has vanished delivers nothing and does not fail.
    while let Ok(notice) = tokio::time::timeout(LISTEN_TIMEOUT, listener.try_recv()).await {
        let Some(notice) = notice? else { return Ok(()) };
        if let Some(change) = change_in(notice.payload(), &schema) {
            raise(changed, change);
        }
    }
    Ok(())
}

/// The change in a notification, if it is about this log.
fn change_in(payload: &str, schema: &str) -> Option<Change> {
    let (of, change) = payload.rsplit_once(' ')?;
    (of == schema).then_some(change.parse().ok().map(Change)).flatten()
}

/// Wakes the tasks that wait for a change, if a commit made one.
pub(crate) fn raise_by(changed: &watch::Sender<Change>, outcome: &Result<Option<Change>, StoreError>) {
    if let Ok(Some(change)) = outcome {
        raise(changed, *change);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notifications_of_other_schemas_are_ignored() {
        assert_eq!(change_in("public 12", "public"), Some(Change(12)));
        assert_eq!(change_in("a schema 12", "a schema"), Some(Change(12)));
        for other in ["public 12", "test x", "test -1", "", "12"] {
            assert_eq!(change_in(other, "test"), None, "{other}");
        }
    }
}
