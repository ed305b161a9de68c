//! How long the feed's pages take as the log grows: the same pages of two servers in turns. Also the time from the start of each
//! server to its first answered call, and its memory.
use std::path::PathBuf;
use std::time::{Duration, Instant};

use tokio::process::Child;

use crate::call::{ACCOUNT, Call, CallUrls, Line, Next, TOKEN};
use crate::connection::Connection;
use crate::desk::{free_address, resident, serve};

type Failure = Box<dyn std::error::Error>;

/// The pages that are measured. `{}` is a different number each time, because the latest results are cached.
const PAGES: [(&str, &str); 12] = [
    ("what needs attention", "/"),
    ("all", "/?tab=all"),
    ("missed in the last 30 days", "/?tab=all&outcome=missed&range=30d"),
    ("one destination", "/?tab=all&destination=%2B33611220007"),
    ("a carrier of one call in ten", "/?tab=all&provider=sip"),
    ("a reason that no call has", "/?tab=all&reason=declined"),
    ("part of a number", "/?tab=all&q=01+23+45+{}"),
    ("a text that no call has", "/?tab=all&q=nobody+here"),
    ("a text that one in five calls has", "/?tab=all&q=paris"),
    ("statistics, 7 days", "/numbers?range=7d"),
    ("statistics, 30 days", "/numbers?range=30d"),
    ("statistics, a year", "/numbers?range=365d"),
];
const API_TOKEN: &str = "the-benchs-programs-token-of-some-length";
/// How long a server is left alone before its idle memory is measured.
const IDLE_PAUSE: Duration = Duration::from_secs(5);

/// The parameters of a run.
pub struct Pages {
    pub frontdesk: PathBuf,
    pub short: String,
    pub long: String,
    pub rounds: usize,
}

/// A running server, and the measurements of its start.
struct Desk {
    process: Child,
    connection: Connection,
    first_call: Duration,
    idle: String,
}

impl Pages {
    pub async fn run(self) -> Result<(), Failure> {
        let folder = tempfile::tempdir_in("target")?;
        let folder = folder.path().canonicalize()?;
        let mut desks = Vec::new();
        for (name, database) in [("short", &self.short), ("long", &self.long)] {
            let folder = folder.join(name);
            std::fs::create_dir(&folder)?;
            // A first start for the migrations, which are not part of the measured start.
            self.start(&folder, database).await?.process.kill().await?;
            desks.push(self.start(&folder, database).await?);
        }
        let [short, long] = &mut desks[..] else { return Err("two desks".into()) };
        for (name, desk) in [("short", &*short), ("long", &*long)] {
            println!(
                "{name}: first call answered {} ms after the start; then idle: {}",
                desk.first_call.as_millis(),
                desk.idle
            );
        }
        println!("| page | short, ms | long, ms | ratio | first, long |\n| --- | --- | --- | --- | --- |");
        for (name, path) in PAGES {
            let (mut took, mut took_long) = (Vec::new(), Vec::new());
            for round in 0..self.rounds {
                let path = path.replace("{}", &(10 + round % 90).to_string());
                took.push(get(short, &path).await?);
                took_long.push(get(long, &path).await?);
            }
            let first = took_long.first().copied().unwrap_or_default();
            let (one, other) = (median(took), median(took_long));
            println!("| {name} | {one:.1} | {other:.1} | {:.1} | {first:.0} |", other / one);
        }
        for (name, desk) in [("short", short), ("long", long)] {
            println!("{name}: afterwards {}", resident(&desk.process));
            desk.process.kill().await?;
        }
        Ok(())
    }

    async fn start(&self, folder: &std::path::Path, database: &str) -> Result<Desk, Failure> {
        let address = free_address()?;
        let line = Line { target: format!("http://{address}"), account: ACCOUNT.into(), token: TOKEN.into() };
        let begun = Instant::now();
        let mut command = serve(&self.frontdesk, address, folder, database, "http://127.0.0.1:9");
        let process = command.env("FRONTDESK__AUTH__API_TOKEN", API_TOKEN).spawn()?;
        let mut connection = Connection::new(address);
        let number = u64::try_from(begun.elapsed().as_nanos())? % 1_000_000;
        let call = Call::new(&line, std::process::id(), number);
        loop {
            let Next::Ask(ring) = call.next(0, "", &mut CallUrls::default()) else { continue };
            if connection.ask(ring).await.is_ok() {
                break;
            }
            if begun.elapsed() > Duration::from_secs(60) {
                return Err("the server does not answer".into());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let first_call = begun.elapsed();
        tokio::time::sleep(IDLE_PAUSE).await;
        let idle = resident(&process);
        // The server closes idle connections after this time.
        let connection = Connection::new(address);
        Ok(Desk { process, connection, first_call, idle })
    }
}

/// Milliseconds of one request.
async fn get(desk: &mut Desk, path: &str) -> Result<f64, Failure> {
    let begun = Instant::now();
    desk.connection.get(path, API_TOKEN).await.map_err(|why| format!("{path}: {why}"))?;
    Ok(begun.elapsed().as_secs_f64() * 1000.0)
}

fn median(mut took: Vec<f64>) -> f64 {
    took.sort_by(f64::total_cmp);
    took.get(took.len() / 2).copied().unwrap_or_default()
}
