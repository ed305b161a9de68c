//! A PostgreSQL database on several servers, one of which takes writes: a primary and its standbys, written as libpq has
//! it: `postgres://USER@FIRST:5432,SECOND:5432/NAME?target_session_attrs=read-write`.
//!
//! The driver connects to one server. So the one that takes writes is looked for here, when the database is opened and
//! once a second while it is used; after a standby was promoted, new connections go to it and older ones are replaced.
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPool};
use sea_orm::sqlx::{self, ConnectOptions as _, Connection};
use tokio::time::Instant;

/// How often the server is asked whether it still takes writes.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// How long a server may take to answer that.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);
/// The port of a server whose address names none.
const DEFAULT_PORT: u16 = 5432;
const TARGET: &str = "target_session_attrs";

/// One server's host and port.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Server {
    host: String,
    port: u16,
}

/// The servers of a database.
#[derive(Debug)]
pub(crate) struct Servers {
    all: Vec<Server>,
    chosen: Mutex<Chosen>,
}

#[derive(Debug, Clone, Copy)]
struct Chosen {
    place: usize,
    /// Connections from before then are to another server.
    since: Instant,
}

/// An address whose servers cannot be read.
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
pub(crate) fn read(url: &str) -> Result<(String, Option<Servers>), BadServers> {
    let Some((scheme, rest)) = url.split_once("://") else { return Ok((url.to_owned(), None)) };
    let (before, query) = rest.split_once('?').map_or((rest, None), |(before, query)| (before, Some(query)));
    let mut kept: Vec<&str> = Vec::new();
    for parameter in query.into_iter().flat_map(|query| query.split('&')) {
        match parameter.split_once('=') {
            Some((TARGET, "read-write" | "primary")) => {}
            Some((TARGET, _)) => return Err(BadServers::Target),
            _ => kept.push(parameter),
        }
    }
    let query = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
    let (authority, path) = before.split_at(before.find('/').unwrap_or(before.len()));
    let (user, hosts) = authority.rsplit_once('@').map_or(("", authority), |(user, hosts)| (user, hosts));
    if !hosts.contains(',') {
        return Ok((format!("{scheme}://{before}{query}"), None));
    }
    let all: Vec<Server> = hosts.split(',').map(server).collect::<Result<_, _>>()?;
    let at = if user.is_empty() { "" } else { "@" };
    let chosen = Mutex::new(Chosen { place: 0, since: Instant::now() });
    Ok((format!("{scheme}://{user}{at}localhost{path}{query}"), Some(Servers { all, chosen })))
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
    pub fn is_outdated(&self, age: Duration) -> bool {
        age > self.chosen().since.elapsed()
    }

    /// Chooses the server that takes writes; whether it is another one. Without one, the choice stays.
    pub async fn choose(&self, url: &str) -> bool {
        let Ok(options) = PgConnectOptions::from_str(url) else { return false };
        let current = self.chosen().place;
        let others = (0..self.all.len()).filter(|place| *place != current);
        for place in std::iter::once(current).chain(others) {
            if takes_writes(self.at(place, options.clone())).await {
                if place != current {
                    *self.chosen.lock() = Chosen { place, since: Instant::now() };
                }
                return place != current;
            }
        }
        false
    }

    /// Keeps a pool at the server that takes writes, until the pool is closed.
    pub async fn follow(self: Arc<Self>, url: String, pool: PgPool) {
        while !pool.is_closed() {
            tokio::time::sleep(CHECK_INTERVAL).await;
            if self.choose(&url).await {
                pool.set_connect_options(self.at_chosen(PgConnectOptions::clone(&pool.connect_options())));
                let number = self.chosen().place + 1;
                tracing::warn!("server {number} of {} in database.url takes writes now", self.all.len());
            }
        }
    }
}

async fn takes_writes(options: PgConnectOptions) -> bool {
    let asked = async {
        let mut connection = options.disable_statement_logging().connect().await?;
        let question =
            "SELECT NOT pg_is_in_recovery() AND NOT current_setting('default_transaction_read_only')::bool";
        let takes: bool = sqlx::query_scalar(question).fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok::<_, sqlx::Error>(takes)
    };
    tokio::time::timeout(CHECK_TIMEOUT, asked).await.is_ok_and(|answer| answer.unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn servers(url: &str) -> (String, Vec<(String, u16)>) {
        let (url, servers) = read(url).unwrap();
        let all = servers.map(|servers| servers.all).unwrap_or_default();
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

    #[tokio::test]
    async fn without_a_server_that_takes_writes_the_choice_stays() {
        let (url, servers) = read("postgres://127.0.0.1:1,127.0.0.1:2/desk").unwrap();
        let servers = servers.unwrap();
        assert!(!servers.choose(&url).await);
        assert_eq!(servers.chosen().place, 0);
        assert!(servers.is_outdated(Duration::from_secs(3600)));
        assert!(!servers.is_outdated(Duration::ZERO));
    }
}
