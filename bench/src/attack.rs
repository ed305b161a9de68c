//! Callers' latency during attacks: each attack in turn against one server, with calls at a fixed rate.
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::call::{ACCOUNT, TOKEN};
use crate::desk::{free_address, serve, sqlite, wait_until_up};
use crate::fill;
use crate::load::{Load, Pace};
use crate::media::{self, Fetches};

type Failure = Box<dyn std::error::Error>;

/// The API token of the server.
const API_TOKEN: &str = "a token of the bench, long enough";
/// How long an attacker waits after a refused connection.
const REFUSED_PAUSE: Duration = Duration::from_millis(20);

/// The parameters of a run.
pub struct Attacks {
    pub frontdesk: PathBuf,
    pub rate: f64,
    pub seconds: u64,
    pub calls: u64,
}

/// One kind of attack, and the number of attackers that run it at the same time.
#[derive(Clone, Copy)]
struct Attack {
    name: &'static str,
    attackers: usize,
    act: Act,
}

#[derive(Clone, Copy)]
enum Act {
    /// Sends the request and reads the answer, again and again.
    Request(fn(u64) -> String),
    /// Sends the beginning of a request and waits until the server closes the connection.
    Hold(&'static str),
}

const ATTACKS: [Attack; 9] = [
    Attack { name: "none", attackers: 0, act: Act::Hold("") },
    Attack { name: "3,000 connections that send nothing", attackers: 3000, act: Act::Hold("") },
    Attack {
        name: "1,000 requests that never end",
        attackers: 1000,
        act: Act::Hold("POST /twilio/voice HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\nCallSid=CA"),
    },
    Attack { name: "unsigned callbacks, 32 at once", attackers: 32, act: Act::Request(unsigned) },
    Attack { name: "bodies of 10 MB, 8 at once", attackers: 8, act: Act::Request(large) },
    Attack { name: "password guesses, 32 at once", attackers: 32, act: Act::Request(guess) },
    Attack { name: "wrong API tokens, 32 at once", attackers: 32, act: Act::Request(wrong_token) },
    Attack { name: "a token's searches, 12 at once", attackers: 12, act: Act::Request(search) },
    Attack { name: "200 live updates", attackers: 200, act: Act::Hold(LIVE) },
];

const LIVE: &str = "GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a token of the bench, long enough\r\n\r\n";

fn post(path: &str, more: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\nConnection: close\r\n{more}\r\n{body}"
    )
}

fn unsigned(number: u64) -> String {
    let body = format!("CallSid=CA{number:032}&From=%2B33123456789&To=%2B33199000000&CallStatus=ringing");
    post("/twilio/voice", "X-Twilio-Signature: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n", &body)
}

fn large(_: u64) -> String {
    post("/login", "", &format!("name={}", "a".repeat(10_000_000)))
}

fn guess(number: u64) -> String {
    post(
        "/login",
        "Sec-Fetch-Site: same-origin\r\n",
        &format!("name=user{}&password=guess{number}", number % 1000),
    )
}

fn wrong_token(number: u64) -> String {
    format!(
        "GET /api/v1/calls HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer wrong{number}\r\nConnection: close\r\n\r\n"
    )
}

fn search(number: u64) -> String {
    format!(
        "GET /api/v1/calls?limit=200&q=ann{} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {API_TOKEN}\r\nConnection: close\r\n\r\n",
        number % 100
    )
}

impl Attacks {
    pub async fn run(self) -> Result<(), Failure> {
        let folder = tempfile::tempdir_in("target")?;
        let folder = folder.path().canonicalize()?;
        let (media, address) = (free_address()?, free_address()?);
        tokio::spawn(media::serve(media, Fetches::default()));
        let database = sqlite(&folder);
        let start = || {
            let mut command = serve(&self.frontdesk, address, &folder, &database, &format!("http://{media}"));
            command.env("FRONTDESK__AUTH__API_TOKEN", API_TOKEN).spawn()
        };
        let mut server = start()?;
        wait_until_up(address).await?;
        server.kill().await?;
        fill::fill(&database, self.calls, 365).await?;
        let mut server = start()?;
        wait_until_up(address).await?;
        println!(
            "{} calls a second for {} s under each attack; a log of {} calls on SQLite",
            self.rate, self.seconds, self.calls
        );
        println!("| attack | attempts | requests of callers | failed | p50 | p99 | slowest |");
        println!("| --- | --- | --- | --- | --- | --- | --- |");
        let mut failed = 0;
        for attack in ATTACKS {
            let stop = Arc::new(AtomicBool::new(false));
            let attempts = Arc::new(AtomicU64::new(0));
            let attackers = std::thread::spawn({
                let (stop, attempts) = (stop.clone(), attempts.clone());
                move || attack_until(attack, address, &stop, &attempts)
            });
            // Give the attack time to build up.
            tokio::time::sleep(Duration::from_secs(1)).await;
            let load = Load::new(&format!("http://{address}"), ACCOUNT, TOKEN)?;
            let report = load.run(Pace::Rate(self.rate), self.seconds).await;
            stop.store(true, Ordering::Relaxed);
            attackers.join().map_err(|_| "an attacker panicked")??;
            let failures: u64 = report.failures.values().sum();
            println!(
                "| {} | {} | {} | {failures} | {:.1} ms | {:.1} ms | {:.0} ms |",
                attack.name,
                attempts.load(Ordering::Relaxed),
                report.latency.len(),
                report.millis(0.5),
                report.millis(0.99),
                report.millis(1.0),
            );
            for (failure, times) in &report.failures {
                println!("  failed {times} times: {failure}");
            }
            failed += failures;
        }
        server.kill().await?;
        if failed > 0 { Err(format!("{failed} requests of callers failed").into()) } else { Ok(()) }
    }
}

/// Runs the attackers on a runtime of their own until stopped.
fn attack_until(
    attack: Attack,
    server: SocketAddr,
    stop: &Arc<AtomicBool>,
    attempts: &Arc<AtomicU64>,
) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        for _ in 0..attack.attackers {
            let (stop, attempts) = (stop.clone(), attempts.clone());
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let number = attempts.fetch_add(1, Ordering::Relaxed);
                    if act(attack.act, server, number).await.is_err() {
                        tokio::time::sleep(REFUSED_PAUSE).await;
                    }
                }
            });
        }
        while !stop.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    // Attackers that wait for the server are dropped with the runtime.
    runtime.shutdown_background();
    Ok(())
}

/// One attempt, until the server has answered and closed.
async fn act(act: Act, server: SocketAddr, number: u64) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(server).await?;
    match act {
        Act::Request(request) => stream.write_all(request(number).as_bytes()).await?,
        Act::Hold(beginning) => stream.write_all(beginning.as_bytes()).await?,
    }
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.map(|_| ())
}
