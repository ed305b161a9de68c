//! Compares servers: they run in turns, with the same load on each. Prints medians and ratios.
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::{Child, Command};

use crate::call::{ACCOUNT, TOKEN};
use crate::desk::{self, free_address, memory, wait_until_up};
use crate::load::{Load, Pace, Report};
use crate::media::{self, Fetches};

type Failure = Box<dyn std::error::Error>;

/// The parameters of a comparison.
pub struct Compare {
    pub frontdesk: PathBuf,
    pub rounds: usize,
    pub seconds: u64,
    pub in_flight: usize,
    pub rate: f64,
    /// Another frontdesk to compare with, in place of the bare servers.
    pub against: Option<PathBuf>,
    /// A PostgreSQL server; SQLite files if none.
    pub database: Option<String>,
}

/// A server in the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Contender {
    Bare,
    Ceiling,
    Insert,
    /// Another build of frontdesk.
    Other,
    Frontdesk,
}

/// The measurements of one server in one round.
struct Round {
    throughput: Report,
    paced: Report,
    resident_kib: u64,
    peak_kib: u64,
}

impl Contender {
    fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Ceiling => "ceiling",
            Self::Insert => "insert",
            Self::Other => "other",
            Self::Frontdesk => "frontdesk",
        }
    }
}

impl Compare {
    /// The servers, in the order in which they run; frontdesk is the last.
    fn rivals(&self) -> Vec<Contender> {
        match (&self.against, &self.database) {
            (Some(_), _) => vec![Contender::Other, Contender::Frontdesk],
            (None, Some(_)) => vec![Contender::Bare, Contender::Insert, Contender::Frontdesk],
            (None, None) => vec![Contender::Bare, Contender::Ceiling, Contender::Frontdesk],
        }
    }

    pub async fn run(self) -> Result<(), Failure> {
        if let Some(path) = self.against.iter().chain([&self.frontdesk]).find(|path| !path.exists()) {
            let path = path.display();
            return Err(format!("{path} is not there; build it with `cargo build --release`").into());
        }
        let media = free_address()?;
        // On a separate thread, because the one that creates the load is busy.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.map(|runtime| runtime.block_on(media::serve(media, Fetches::default())))
        });
        let mut rounds: Vec<(Contender, Round)> = Vec::new();
        for number in 0..self.rounds {
            // Every other round in the opposite order, so that neither always runs on the warmer machine.
            let mut rivals = self.rivals();
            if number % 2 == 1 {
                rivals.reverse();
            }
            for rival in rivals {
                let round = self.round(rival, media).await?;
                println!("round {} {:9} {}", number + 1, rival.name(), round.throughput);
                println!("        {:9} {}", "paced", round.paced);
                println!(
                    "        {:9} {} KiB resident, {} KiB at most",
                    "memory", round.resident_kib, round.peak_kib
                );
                rounds.push((rival, round));
            }
        }
        self.summary(&rounds);
        Ok(())
    }

    fn summary(&self, rounds: &[(Contender, Round)]) {
        let median = |rival: Contender, figure: &dyn Fn(&Round) -> f64| {
            let mut figures: Vec<f64> =
                rounds.iter().filter(|(r, _)| *r == rival).map(|(_, r)| figure(r)).collect();
            figures.sort_by(f64::total_cmp);
            figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
        };
        #[expect(clippy::cast_precision_loss, reason = "KiB of a process")]
        let mib = |kib: u64| kib as f64 / 1024.0;
        println!(
            "\nmedians of {} rounds, {} calls in flight, then {} calls/s",
            self.rounds, self.in_flight, self.rate
        );
        for rival in self.rivals() {
            println!(
                "{:9} {:8.1} calls/s   at {} calls/s: p50 {:6.2} ms  p99 {:6.2} ms   {:5.1} MiB resident ({:5.1} at most)",
                rival.name(),
                median(rival, &|round| round.throughput.calls_a_second()),
                self.rate,
                median(rival, &|round| round.paced.millis(0.5)),
                median(rival, &|round| round.paced.millis(0.99)),
                median(rival, &|round| mib(round.resident_kib)),
                median(rival, &|round| mib(round.peak_kib)),
            );
        }
        let ratio = |figure: &dyn Fn(&Round) -> f64, against: Contender| {
            median(Contender::Frontdesk, figure) / median(against, figure)
        };
        let rivals = self.rivals();
        for against in &rivals[..rivals.len() - 1] {
            println!(
                "frontdesk against {}: {:.2} x its calls a second, {:.2} x its p50, {:.2} x its p99",
                against.name(),
                ratio(&|round| round.throughput.calls_a_second(), *against),
                ratio(&|round| round.paced.millis(0.5), *against),
                ratio(&|round| round.paced.millis(0.99), *against),
            );
        }
    }

    async fn round(&self, rival: Contender, media: SocketAddr) -> Result<Round, Failure> {
        let folder = tempfile::tempdir_in("target")?;
        let address = free_address()?;
        let database = match &self.database {
            Some(server) => desk::fresh_database(server).await?,
            None => desk::sqlite(&folder.path().canonicalize()?),
        };
        let mut server = self.start(rival, address, media, folder.path(), &database)?;
        wait_until_up(address).await?;
        let load = || Load::new(&format!("http://{address}"), ACCOUNT, TOKEN);
        load()?.run(Pace::InFlight(self.in_flight), 1).await;
        let throughput = load()?.run(Pace::InFlight(self.in_flight), self.seconds).await;
        let paced = load()?.run(Pace::Rate(self.rate), self.seconds).await;
        let (resident_kib, peak_kib) = memory(server.id().unwrap_or(0));
        server.kill().await?;
        Ok(Round { throughput, paced, resident_kib, peak_kib })
    }

    fn start(
        &self,
        rival: Contender,
        address: SocketAddr,
        media: SocketAddr,
        folder: &Path,
        database: &str,
    ) -> Result<Child, Failure> {
        let own = || std::env::current_exe().map(Command::new);
        let mut command = match rival {
            Contender::Bare => {
                let mut command = own()?;
                command.arg("bare").arg(address.to_string());
                command
            }
            Contender::Ceiling => {
                let mut command = own()?;
                command.arg("ceiling").arg(address.to_string()).arg(folder.join("ceiling.db"));
                command
            }
            Contender::Insert => {
                let mut command = own()?;
                command.arg("insert").arg(address.to_string()).arg(database);
                command
            }
            Contender::Other | Contender::Frontdesk => {
                let folder = folder.canonicalize()?;
                let other = self.against.as_ref().filter(|_| rival == Contender::Other);
                desk::serve(
                    other.unwrap_or(&self.frontdesk),
                    address,
                    &folder,
                    database,
                    &format!("http://{media}"),
                )
            }
        };
        Ok(command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn()?)
    }
}
