//! Parses addresses of PostgreSQL databases in libpq's syntax, including those of several servers, one of which accepts writes
//! (`postgres://USER@FIRST:5432,SECOND:5432/NAME?target_session_attrs=read-write`). The driver does not support these.
use std::str::FromStr;

use sea_orm::sqlx;
use sea_orm::sqlx::postgres::PgConnectOptions;

use crate::error::ConnectError;

/// The port of a server if its address names none.
const DEFAULT_PORT: u16 = 5432;
const TARGET: &str = "target_session_attrs";

/// One server's host and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Server {
    pub host: String,
    pub port: u16,
}

/// Checks that an address can be parsed. The error does not repeat the address, which may contain a password.
pub fn check_address(url: &str) -> Result<(), ConnectError> {
    if url.starts_with("sqlite://") { Ok(()) } else { readable(url).map(|_| ()) }
}

/// Checks that the address of a standby can be parsed. The error does not repeat the address.
pub fn check_standby_address(url: &str) -> Result<(), ConnectError> {
    standby(url).map(|_| ())
}

/// The address of a standby in a form that the driver understands.
pub(crate) fn standby(url: &str) -> Result<String, ConnectError> {
    let url = without_target(url);
    let (url, servers) = readable(&url)?;
    if !servers.is_empty() {
        return Err(ConnectError::Address("it names several servers; name one standby".into()));
    }
    Ok(url)
}

/// The address of a PostgreSQL database in a form that the driver understands, and its servers if it names several.
pub(crate) fn readable(url: &str) -> Result<(String, Vec<Server>), ConnectError> {
    let (url, servers) = read(url).map_err(|error| ConnectError::Address(error.to_string()))?;
    let url = without_brackets(&url);
    // The driver's own errors may repeat the address.
    let why = |error: sqlx::Error| match error {
        sqlx::Error::Configuration(source) => source.to_string(),
        _ => "it is not the address of a PostgreSQL server".to_owned(),
    };
    PgConnectOptions::from_str(&url).map_err(|error| ConnectError::Address(why(error)))?;
    Ok((url, servers))
}

/// Moves an IPv6 address in brackets to the `host` parameter, because the driver would look it up as a name.
fn without_brackets(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    match (authority.rfind('['), authority.rfind(']')) {
        (Some(open), Some(close)) if open < close => {
            let address = &authority[open + 1..close];
            let join = if path.contains('?') { '&' } else { '?' };
            let (user, port) = (&authority[..open], &authority[close + 1..]);
            format!("{scheme}://{user}localhost{port}{path}{join}host={address}")
        }
        _ => url.to_owned(),
    }
}

/// The servers in an address cannot be parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum BadServers {
    #[error("a port is not a number from 1 to 65535")]
    Port,
    #[error(
        "target_session_attrs is read-write or primary, because frontdesk writes; a standby to read from is named by database.read_url"
    )]
    Target,
}

/// The address of a database without `target_session_attrs`, and its servers if it names several. The address then has
/// `localhost` in place of the servers.
fn read(url: &str) -> Result<(String, Vec<Server>), BadServers> {
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

/// An address without its `target_session_attrs`.
fn without_target(url: &str) -> String {
    split_target(url).0
}

/// Splits an address into the address without `target_session_attrs`, which the driver does not know, and its value.
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
    fn unsupported_targets_and_bad_ports_are_refused() {
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

    #[test]
    fn an_address_that_cannot_be_read_is_explained_without_its_password() {
        for url in [
            "postgres://desk:s3cr3t%21@/desk?host=/cloudsql/x",
            "postgres://desk:s3cr3t#123@localhost/desk",
            "postgres://desk:s3cr3t/123@localhost/desk",
            "postgres://desk:s3cr3t?123@localhost/desk",
            "postgres://desk:s3cr3t@localhost:port/desk",
        ] {
            let error = check_address(url).unwrap_err().to_string();
            assert!(!error.contains("s3cr3t") && error.contains("cannot be read"), "{url}: {error}");
        }
        for url in
            ["postgres://desk@[::1]:5432/desk", "postgres://desk:p%40ss@db.example/desk?sslmode=require"]
        {
            assert!(check_address(url).is_ok(), "{url}");
        }
    }

    #[test]
    fn an_ipv6_address_is_passed_on_without_brackets() {
        for (url, host) in [
            ("postgres://desk@[::1]:5433/desk", "postgres://desk@localhost:5433/desk?host=::1"),
            ("postgres://[fd00::7]/desk?a=b", "postgres://localhost/desk?a=b&host=fd00::7"),
            ("postgres://db.example/desk", "postgres://db.example/desk"),
        ] {
            assert_eq!(without_brackets(url), host);
        }
        let options =
            PgConnectOptions::from_str(&without_brackets("postgres://desk@[::1]:5433/desk")).unwrap();
        assert_eq!((options.get_host(), options.get_port()), ("::1", 5433));
    }
}
