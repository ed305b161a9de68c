//! A PostgreSQL database on several servers, one of which takes writes: a primary and its standbys, written as libpq has
//! it: `postgres://USER@FIRST:5432,SECOND:5432/NAME?target_session_attrs=read-write`.
//!
//! The driver connects to one server. So the one that takes writes is looked for here, when the database is opened and
//! once a second while it is used; after a standby was promoted, new connections go to it and older ones are replaced.
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection, PgPool};
use sea_orm::sqlx::{self, ConnectOptions as _, Connection};
use tokio::time::Instant;

/// How often the server is asked whether it still takes writes.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// Checks that the server may fail before another one is looked for: it may be slow, or full, for a moment.
const TOLERATED_FAILURES: u32 = 1;
/// How long a server may take to answer that.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);
/// The port of a server without one in its address.
const DEFAULT_PORT: u16 = 5432;
const TARGET: &str = "target_session_attrs";

/// One server's host and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Server {
    host: String,
    port: u16,
}

/// The servers of a database.
#[derive(Debug)]
pub(crate) struct Servers {
    all: Vec<Server>,
    /// All but host and port of a connection.
    options: PgConnectOptions,
    chosen: Mutex<Chosen>,
}

#[derive(Debug, Clone, Copy)]
struct Chosen {
    place: usize,
    /// When it was chosen; older connections are to another server.
    since: Instant,
    /// The timeline that it writes; a promotion begins a higher one. A server on a lower one was the primary before.
    timeline: u32,
    /// Checks that it has failed, one after the other.
    failures: u32,
}

/// The servers in an address cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadServers {
    #[error("a port is not a number from 1 to 65535")]
    Port,
    #[error(
        "target_session_attrs is read-write or primary, because frontdesk writes; a standby to read from is named by database.read_url"
    )]
    Target,
}

/// The address of a database, and its servers if there are several. The address is that of the first server, without what the
/// driver does not know.
pub(crate) fn read(url: &str) -> Result<(String, Vec<Server>), BadServers> {
    let (url, target) = split_target(url);
    match target.as_deref() {
        None | Some("read-write" | "primary") => {}
        Some(_) => return Err(BadServers::Target),
    }
    let Some((scheme, rest)) = url.split_once("://") else { return Ok((url, Vec::new())) };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (user, hosts) = authority.rsplit_once('@').map_or(("", authority), |(user, hosts)| (user, hosts));
    if !hosts.contains(',') {
        return Ok((url, Vec::new()));
    }
    let all = hosts.split(',').map(server).collect::<Result<_, _>>()?;
    let at = if user.is_empty() { "" } else { "@" };
    Ok((format!("{scheme}://{user}{at}localhost{path}"), all))
}

/// An address without the kind of server that it asks for.
pub(crate) fn without_target(url: &str) -> String {
    split_target(url).0
}

/// An address without the parameter that the driver does not know, and that parameter.
fn split_target(url: &str) -> (String, Option<String>) {
    let Some((before, query)) = url.split_once('?') else { return (url.to_owned(), None) };
    let (mut others, mut target) = (Vec::new(), None);
    for parameter in query.split('&') {
        match parameter.split_once('=') {
            Some((TARGET, value)) => target = Some(value.to_owned()),
            _ => others.push(parameter),
        }
    }
    let query = if others.is_empty() { String::new() } else { format!("?{}", others.join("&")) };
    (format!("{before}{query}"), target)
}

fn server(text: &str) -> Result<Server, BadServers> {
    let end = text.rfind(']').map_or(0, |at| at + 1);
    let (host, port) = match text[end..].rfind(':') {
        Some(colon) => {
            let port = text[end + colon + 1..].parse().ok().filter(|port| *port > 0);
            (&text[..end + colon], port.ok_or(BadServers::Port)?)
        }
        None => (text, DEFAULT_PORT),
    };
    Ok(Server { host: host.trim_matches(['[', ']']).to_owned(), port })
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

    /// Whether a connection of that age is to a server that was chosen before.
    fn is_outdated(&self, age: Duration) -> bool {
        age > self.chosen().since.elapsed()
    }

    /// Whether an idle connection can be used. A server that is gone without a word does not answer.
    pub async fn can_use(&self, connection: &mut PgConnection, age: Duration) -> Result<bool, sqlx::Error> {
        if self.is_outdated(age) {
            return Ok(false);
        }
        Ok(is_alive(connection).await)
    }

    /// The place of the server that takes writes if it is not the chosen one, and its timeline. The chosen one is replaced once it
    /// has failed several checks; one that was the primary before is not taken again.
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

    /// Chooses the server that takes writes before there is a connection: of several, the one that was promoted last. Without
    /// one, the first stays.
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

    /// Fails on a new connection to a standby, or to a server that was the primary before: it may have been begun before a
    /// promotion.
    pub async fn refuse_other(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        match timeline(connection).await? {
            Some(timeline) if timeline >= self.chosen().timeline => Ok(()),
            _ => Err(sqlx::Error::Protocol("the server does not take writes now".into())),
        }
    }

    /// Keeps a pool at the server that takes writes, until the pool is closed.
    pub async fn follow(self: Arc<Self>, pool: PgPool) {
        while !pool.is_closed() {
            tokio::time::sleep(CHECK_INTERVAL).await;
            let Some((place, timeline)) = self.find(TOLERATED_FAILURES).await else { continue };
            // First: a connection that is made from now on is to the new server.
            pool.set_connect_options(self.at(place, PgConnectOptions::clone(&pool.connect_options())));
            self.choose(place, timeline);
            tracing::warn!("server {} of {} in database.url takes writes now", place + 1, self.all.len());
        }
    }
}

/// Whether a connection answers in time.
pub(crate) async fn is_alive(connection: &mut PgConnection) -> bool {
    tokio::time::timeout(CHECK_TIMEOUT, connection.ping()).await.is_ok_and(|pong| pong.is_ok())
}

/// The timeline of a server that takes writes; `None` on any other.
async fn timeline(connection: &mut PgConnection) -> Result<Option<u32>, sqlx::Error> {
    // The timeline is the first part of the name of the file that is written. A standby has none.
    let question = "SELECT CASE WHEN NOT pg_is_in_recovery() AND NOT current_setting('default_transaction_read_only')::bool
        THEN left(pg_walfile_name(pg_current_wal_lsn()), 8) END";
    let timeline: Option<String> = sqlx::query_scalar(question).fetch_one(connection).await?;
    Ok(timeline.and_then(|timeline| u32::from_str_radix(&timeline, 16).ok()))
}

/// The same by a connection of its own; `None` also for a server that does not answer.
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

    fn servers(url: &str) -> (String, Vec<(String, u16)>) {
        let (url, all) = read(url).unwrap();
        (url, all.into_iter().map(|server| (server.host, server.port)).collect())
    }

    #[test]
    fn several_servers_are_read_as_libpq_writes_them() {
        let (url, all) = servers(
            "postgres://desk:p%40ss@a.example:5433,b.example/desk?target_session_attrs=read-write&sslmode=require",
        );
        assert_eq!(url, "postgres://desk:p%40ss@localhost/desk?sslmode=require");
        assert_eq!(all, [("a.example".to_owned(), 5433), ("b.example".to_owned(), 5432)]);
        let (url, all) = servers("postgresql://[::1]:5433,[fd00::7],10.0.0.1/desk");
        assert_eq!(url, "postgresql://localhost/desk");
        assert_eq!(
            all,
            [("::1".to_owned(), 5433), ("fd00::7".to_owned(), 5432), ("10.0.0.1".to_owned(), 5432)]
        );
    }

    #[test]
    fn one_server_stays_as_it_is() {
        for url in
            ["postgres://desk@[::1]:5433/desk?a=b", "postgres:///desk", "postgres://h/desk", "sqlite://x"]
        {
            assert_eq!(servers(url), (url.to_owned(), Vec::new()));
        }
        let (url, all) = servers("postgres://h/desk?target_session_attrs=primary");
        assert_eq!((url.as_str(), all.len()), ("postgres://h/desk", 0));
    }

    #[test]
    fn what_cannot_be_followed_is_refused() {
        for target in ["any", "read-only", "standby", "prefer-standby"] {
            let url = format!("postgres://a,b/desk?target_session_attrs={target}");
            assert_eq!(read(&url).unwrap_err(), BadServers::Target);
        }
        assert_eq!(read("postgres://a:0,b/desk").unwrap_err(), BadServers::Port);
        assert_eq!(read("postgres://a,b:x/desk").unwrap_err(), BadServers::Port);
    }

    #[test]
    fn an_address_of_a_standby_may_ask_for_any_server() {
        assert_eq!(without_target("postgres://b/desk?target_session_attrs=any&a=b"), "postgres://b/desk?a=b");
        assert_eq!(without_target("postgres://b/desk"), "postgres://b/desk");
    }

    #[tokio::test]
    async fn without_a_server_that_takes_writes_the_choice_stays() {
        let (url, all) = read("postgres://127.0.0.1:1,127.0.0.1:2/desk").unwrap();
        let servers = Servers::new(all, url.parse().unwrap());
        servers.choose_first().await;
        assert_eq!(servers.find(0).await, None);
        assert_eq!(servers.chosen().place, 0);
        assert!(servers.is_outdated(Duration::from_secs(3600)));
        assert!(!servers.is_outdated(Duration::ZERO));
    }
}
