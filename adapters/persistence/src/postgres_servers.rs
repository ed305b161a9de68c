//! Follows the primary of a PostgreSQL database on several servers. The driver connects to one server only, so the one that
//! accepts writes is looked up here: when the database is opened, and once a second afterwards. When a standby has been
//! promoted, new connections go to it and older ones are replaced.
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection, PgPool};
use sea_orm::sqlx::{self, ConnectOptions as _, Connection};
use tokio::time::Instant;

use crate::postgres_address::Server;

/// How often the server is asked whether it still accepts writes.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// Failed checks in a row that are tolerated before another server is looked for: this one may be slow, or full, for a moment.
const TOLERATED_FAILURES: u32 = 1;
/// How long a server may take to answer a check.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);

/// The servers of a database.
#[derive(Debug)]
pub(crate) struct Servers {
    all: Vec<Server>,
    /// The options of a connection; host and port are replaced by those of a server.
    options: PgConnectOptions,
    chosen: Mutex<Chosen>,
}

#[derive(Debug, Clone, Copy)]
struct Chosen {
    place: usize,
    /// When the server was chosen; older connections go to another server.
    since: Instant,
    /// The WAL timeline that the server writes. A promotion starts a higher one; a server on a lower one is a former primary.
    timeline: u32,
    /// Checks that the server has failed in a row.
    failures: u32,
}

impl Servers {
    pub fn new(all: Vec<Server>, options: PgConnectOptions) -> Self {
        let chosen = Chosen { place: 0, since: Instant::now(), timeline: 0, failures: 0 };
        Self { all, options: options.disable_statement_logging(), chosen: Mutex::new(chosen) }
    }

    fn chosen(&self) -> Chosen {
        *self.chosen.lock()
    }

    /// The same options for the chosen server.
    pub fn at_chosen(&self, options: PgConnectOptions) -> PgConnectOptions {
        self.at(self.chosen().place, options)
    }

    fn at(&self, place: usize, options: PgConnectOptions) -> PgConnectOptions {
        match self.all.get(place) {
            Some(Server { host, port }) => options.host(host).port(*port),
            None => options,
        }
    }

    /// Whether a connection of that age goes to a server that was chosen earlier.
    fn is_outdated(&self, age: Duration) -> bool {
        age > self.chosen().since.elapsed()
    }

    /// Whether an idle connection can be used. A host that has vanished does not answer.
    pub async fn can_use(&self, connection: &mut PgConnection, age: Duration) -> Result<bool, sqlx::Error> {
        if self.is_outdated(age) {
            return Ok(false);
        }
        Ok(is_alive(connection).await)
    }

    /// The index and timeline of the server that accepts writes, if it is not the chosen one. The chosen one is replaced once
    /// it has failed more than `tolerated` checks in a row; a former primary is never chosen.
    async fn find(&self, tolerated: u32) -> Option<(usize, u32)> {
        let Chosen { place: current, timeline: known, .. } = self.chosen();
        if let Some(timeline) = timeline_of_primary(self.at(current, self.options.clone())).await {
            let mut chosen = self.chosen.lock();
            (chosen.failures, chosen.timeline) = (0, chosen.timeline.max(timeline));
            return None;
        }
        let failures = {
            let mut chosen = self.chosen.lock();
            chosen.failures += 1;
            chosen.failures
        };
        if failures <= tolerated {
            return None;
        }
        for place in (0..self.all.len()).filter(|place| *place != current) {
            let timeline = timeline_of_primary(self.at(place, self.options.clone())).await;
            if let Some(timeline) = timeline.filter(|timeline| *timeline >= known) {
                return Some((place, timeline));
            }
        }
        None
    }

    fn choose(&self, place: usize, timeline: u32) {
        *self.chosen.lock() = Chosen { place, since: Instant::now(), timeline, failures: 0 };
    }

    /// Chooses the server that accepts writes, before there is a connection; of several, the one that was promoted last. If none
    /// accepts writes, the first one stays chosen.
    pub async fn choose_first(&self) {
        let places = 0..self.all.len();
        let asked = places.map(async |place| {
            (timeline_of_primary(self.at(place, self.options.clone())).await, std::cmp::Reverse(place))
        });
        let latest = futures_util::future::join_all(asked).await.into_iter().max();
        if let Some((Some(timeline), std::cmp::Reverse(place))) = latest {
            self.choose(place, timeline);
        }
    }

    /// Fails on a new connection to a standby or to a former primary: connecting may have started before a promotion.
    pub async fn refuse_other(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        match timeline(connection).await? {
            Some(timeline) if timeline >= self.chosen().timeline => Ok(()),
            _ => Err(sqlx::Error::Protocol("the server does not accept writes".into())),
        }
    }

    /// Keeps a pool on the server that accepts writes, until the pool is closed.
    pub async fn follow(self: Arc<Self>, pool: PgPool) {
        while !pool.is_closed() {
            tokio::time::sleep(CHECK_INTERVAL).await;
            let Some((place, timeline)) = self.find(TOLERATED_FAILURES).await else { continue };
            // Before `choose`, so that every connection newer than the choice goes to the new server.
            pool.set_connect_options(self.at(place, PgConnectOptions::clone(&pool.connect_options())));
            self.choose(place, timeline);
            tracing::warn!("switched to server {} of {} in database.url", place + 1, self.all.len());
        }
    }
}

/// Whether a connection answers in time.
pub(crate) async fn is_alive(connection: &mut PgConnection) -> bool {
    tokio::time::timeout(CHECK_TIMEOUT, connection.ping()).await.is_ok_and(|pong| pong.is_ok())
}

/// The timeline of a server that accepts writes; `None` on any other.
async fn timeline(connection: &mut PgConnection) -> Result<Option<u32>, sqlx::Error> {
    // The name of the current WAL file begins with the timeline. A standby writes no such file.
    let question = "SELECT CASE WHEN NOT pg_is_in_recovery() AND NOT current_setting('default_transaction_read_only')::bool
        THEN left(pg_walfile_name(pg_current_wal_lsn()), 8) END";
    let timeline: Option<String> = sqlx::query_scalar(question).fetch_one(connection).await?;
    Ok(timeline.and_then(|timeline| u32::from_str_radix(&timeline, 16).ok()))
}

/// Like [`timeline`], on a connection of its own; `None` also for a server that does not answer.
async fn timeline_of_primary(options: PgConnectOptions) -> Option<u32> {
    let asked = async {
        let mut connection = options.connect().await?;
        let timeline = timeline(&mut connection).await?;
        connection.close().await?;
        Ok::<_, sqlx::Error>(timeline)
    };
    match tokio::time::timeout(CHECK_TIMEOUT, asked).await {
        Ok(Ok(timeline)) => timeline,
        Ok(Err(error)) => {
            tracing::debug!("a server of database.url does not answer: {error}");
            None
        }
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn without_a_server_that_takes_writes_the_choice_stays() {
        let server = |port| Server { host: "127.0.0.1".into(), port };
        let servers = Servers::new(vec![server(1), server(2)], PgConnectOptions::new());
        servers.choose_first().await;
        assert_eq!(servers.find(0).await, None);
        assert_eq!(servers.chosen().place, 0);
        assert!(servers.is_outdated(Duration::from_secs(3600)));
        assert!(!servers.is_outdated(Duration::ZERO));
    }
}
