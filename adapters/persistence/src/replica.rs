//! A standby of the database from which the feed is read, so that long searches are not in the way of calls. What it
//! does not have yet, or cannot answer, is read from the primary.
use std::time::Duration;

use frontdesk_ports::Change;
use parking_lot::Mutex;
use sea_orm::{ConnectOptions, DatabaseConnection, DbErr, EntityTrait};
use tokio::time::Instant;

use crate::entity::change_counter;
use crate::mapping::number_of;
use crate::transaction::CALL_CHANGES;

/// How long a page waits for the standby to have what is known here.
const LAG: Duration = Duration::from_millis(200);
/// How often it is asked meanwhile.
const ASK_INTERVAL: Duration = Duration::from_millis(20);
/// How long a connection, or an answer, may take.
const TIMEOUT: Duration = Duration::from_secs(1);
/// How long a standby is left alone that did not answer.
const REST: Duration = Duration::from_secs(5);

/// A standby.
#[derive(Debug)]
pub(crate) struct Replica {
    db: DatabaseConnection,
    rests_until: Mutex<Option<Instant>>,
}

impl Replica {
    pub async fn open(mut options: ConnectOptions) -> Result<Self, DbErr> {
        options.connect_lazy(true).max_connections(8).acquire_timeout(TIMEOUT);
        Ok(Self { db: sea_orm::Database::connect(options).await?, rests_until: Mutex::default() })
    }

    /// The standby if it has this change, or has it a moment later.
    pub async fn having(&self, change: Change) -> Option<&DatabaseConnection> {
        if self.rests_until.lock().is_some_and(|until| Instant::now() < until) {
            return None;
        }
        let wanted = number_of(change);
        let begun = Instant::now();
        loop {
            match tokio::time::timeout(TIMEOUT, self.last_change()).await {
                Ok(Ok(last)) if last >= wanted => return Some(&self.db),
                Ok(Ok(_)) if begun.elapsed() < LAG => tokio::time::sleep(ASK_INTERVAL).await,
                Ok(Ok(_)) => return None,
                failed => {
                    let error =
                        failed.map_or_else(|_| "no answer".to_owned(), |answer| format!("{answer:?}"));
                    tracing::warn!(
                        "database.read_url does not answer; the feed is read from database.url: {error}"
                    );
                    *self.rests_until.lock() = Some(Instant::now() + REST);
                    return None;
                }
            }
        }
    }

    async fn last_change(&self) -> Result<i64, DbErr> {
        let row = change_counter::Entity::find_by_id(CALL_CHANGES).one(&self.db).await?;
        Ok(row.map_or(0, |row| row.value))
    }
}
