//! The frontdesk that is measured, as a separate process.
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::time::timeout;

use crate::call::{ACCOUNT, TOKEN};

/// How long a server may take to start.
const UP_WITHIN: Duration = Duration::from_secs(60);

/// `serve` on `address`, with its files in `folder`, on that database, fetching recordings from `api`.
pub fn serve(frontdesk: &Path, address: SocketAddr, folder: &Path, database: &str, api: &str) -> Command {
    let mut command = Command::new(frontdesk);
    command
        .arg("serve")
        .env("FRONTDESK__PUBLIC_URL", format!("http://{address}"))
        .env("FRONTDESK__LISTEN", address.to_string())
        .env("FRONTDESK__DATABASE__URL", database)
        .env("FRONTDESK__SPOOL__PATH", folder.join("spool"))
        .env("FRONTDESK__RECORDINGS__URL", format!("file://{}/recordings", folder.display()))
        .env("FRONTDESK__TWILIO__ACCOUNT_SID", ACCOUNT)
        .env("FRONTDESK__TWILIO__AUTH_TOKEN", TOKEN)
        .env("FRONTDESK__TWILIO__API_URL", api)
        .env("FRONTDESK__FORWARD_TO", "+33611223344")
        .env("FRONTDESK__API__REQUESTS_PER_MINUTE", "1000000000")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    command
}

/// The database URL of a SQLite file in `folder`.
pub fn sqlite(folder: &Path) -> String {
    format!("sqlite://{}/frontdesk.db", folder.display())
}

/// Drops and creates a database on a PostgreSQL server. Returns its URL.
pub async fn fresh_database(server: &str) -> Result<String, Box<dyn std::error::Error>> {
    use sea_orm::sqlx::{Connection, PgConnection, raw_sql};
    let mut admin = PgConnection::connect(server).await?;
    raw_sql("DROP DATABASE IF EXISTS frontdesk_compare WITH (FORCE)").execute(&mut admin).await?;
    raw_sql("CREATE DATABASE frontdesk_compare").execute(&mut admin).await?;
    let base = server.rsplit_once('/').map_or(server, |(base, _)| base);
    Ok(format!("{base}/frontdesk_compare"))
}

pub fn free_address() -> std::io::Result<SocketAddr> {
    std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()
}

/// Waits until a server answers a request. It may still be creating its database, while the spool buffers events.
pub async fn wait_until_up(address: SocketAddr) -> Result<(), String> {
    wait_until_answered(address, "/healthz", |_| true).await
}

/// Waits until a server is ready and not degraded: its database exists and takes events.
pub async fn wait_until_ready(address: SocketAddr) -> Result<(), String> {
    wait_until_answered(address, "/readyz", |response| response.contains(r#""ready""#)).await
}

/// Asks until the response is accepted, for a minute at most.
async fn wait_until_answered(
    address: SocketAddr,
    path: &str,
    accepted: impl Fn(&str) -> bool,
) -> Result<(), String> {
    let begun = Instant::now();
    while begun.elapsed() < UP_WITHIN {
        let response = timeout(Duration::from_secs(1), ask(address, path)).await;
        if response.is_ok_and(|response| response.is_ok_and(|response| accepted(&response))) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Err(format!("no expected response to {path} on {address}"))
}

async fn ask(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut response = String::new();
    stream.read_to_string(&mut response).await?;
    Ok(response)
}

/// The current and the peak resident memory of a process, in KiB (Linux).
pub fn memory(pid: u32) -> (u64, u64) {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let figure = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.trim_start_matches(':').split_whitespace().next()?.parse().ok())
            .unwrap_or(0)
    };
    (figure("VmRSS"), figure("VmHWM"))
}

/// The memory of a process, as text.
pub fn resident(process: &tokio::process::Child) -> String {
    let (now, most) = memory(process.id().unwrap_or(0));
    let tenths = |kib: u64| format!("{}.{} MiB", kib / 1024, kib % 1024 * 10 / 1024);
    format!("{} resident, {} at most", tenths(now), tenths(most))
}
