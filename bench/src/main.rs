//! `frontdesk-bench`: whole calls against a server, under load and faults, and against bare servers for comparison.

#![expect(clippy::disallowed_methods, reason = "this program measures real time")]

mod attack;
mod balancer;
mod baseline;
mod call;
mod compare;
mod connection;
mod cost;
mod crash;
mod desk;
mod failover;
mod fill;
mod load;
mod media;
mod pages;
mod promotion;
mod twins;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};

use attack::Attacks;
use compare::Compare;
use cost::Cost;
use crash::Crash;
use failover::Failover;
use load::{Load, Pace};
use media::Fetches;
use pages::Pages;
use promotion::Promotion;
use twins::Twins;

#[derive(Parser)]
#[command(name = "frontdesk-bench")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Places whole calls at a running server.
    Load {
        /// The server, as its `public_url` names it.
        #[arg(long)]
        target: String,
        /// The account that the calls belong to.
        #[arg(long, default_value = call::ACCOUNT)]
        account: String,
        /// The token that signs its requests.
        #[arg(long, default_value = call::TOKEN)]
        token: String,
        /// Calls at any time …
        #[arg(long, default_value_t = 32, conflicts_with = "rate")]
        in_flight: usize,
        /// … or calls started per second.
        #[arg(long)]
        rate: Option<f64>,
        /// The duration in seconds.
        #[arg(long, default_value_t = 10)]
        seconds: u64,
        /// Also serves the recordings of these calls on this address, for `twilio.api_url`.
        #[arg(long)]
        media: Option<SocketAddr>,
    },
    /// Runs a bare server, a bare server with one durable row a request, and frontdesk, in turns; or two builds of
    /// frontdesk.
    Compare {
        /// The frontdesk to be measured.
        #[arg(long, default_value = "target/release/frontdesk")]
        frontdesk: PathBuf,
        /// Another build of frontdesk to compare with, in place of the bare servers.
        #[arg(long, value_name = "OTHER_BINARY")]
        against: Option<PathBuf>,
        /// Rounds; the result is their median.
        #[arg(long, default_value_t = 3)]
        rounds: usize,
        /// Seconds of each load.
        #[arg(long, default_value_t = 10)]
        seconds: u64,
        /// Calls in flight.
        #[arg(long, default_value_t = 32)]
        in_flight: usize,
        /// Calls a second of the second part, which measures latency.
        #[arg(long, default_value_t = 100.0)]
        rate: f64,
        /// On this PostgreSQL server, in databases made for each round: `postgres://…` [default: fresh SQLite files].
        #[arg(long)]
        database: Option<String>,
    },
    /// Kills frontdesk repeatedly at random times under load, and checks that no acknowledged event is missing.
    Crash {
        /// The frontdesk to be killed.
        #[arg(long, default_value = "target/release/frontdesk")]
        frontdesk: PathBuf,
        /// The number of kills.
        #[arg(long, default_value_t = 500)]
        cycles: u32,
        /// The database [default: a fresh SQLite file]. An empty PostgreSQL database: `postgres://…`.
        #[arg(long)]
        database: Option<String>,
        /// Calls in flight.
        #[arg(long, default_value_t = 16)]
        in_flight: usize,
    },
    /// Runs two instances on one PostgreSQL, sends every request to both at once, and checks that nothing is stored twice.
    Twins {
        /// The frontdesk to be run.
        #[arg(long, default_value = "target/release/frontdesk")]
        frontdesk: PathBuf,
        /// An empty PostgreSQL database: `postgres://…`.
        #[arg(long)]
        database: String,
        /// Whole calls.
        #[arg(long, default_value_t = 1000)]
        calls: u64,
        /// Calls in flight.
        #[arg(long, default_value_t = 16)]
        in_flight: u64,
    },
    /// Runs two instances on one PostgreSQL behind a balancer, ends one after the other under load, and checks that
    /// no call fails, is missing or is stored twice.
    Failover {
        /// The frontdesk to be run.
        #[arg(long, default_value = "target/release/frontdesk")]
        frontdesk: PathBuf,
        /// An empty PostgreSQL database: `postgres://…`.
        #[arg(long)]
        database: String,
        /// Calls started per second.
        #[arg(long, default_value_t = 200.0)]
        rate: f64,
        /// The duration in seconds.
        #[arg(long, default_value_t = 60)]
        seconds: u64,
        /// The interval in seconds at which one instance is ended and started again.
        #[arg(long, default_value_t = 10)]
        every: u64,
        /// End instances with SIGTERM, as in a rolling restart, and not with SIGKILL.
        #[arg(long)]
        gently: bool,
    },
    /// Measures what a call costs on a PostgreSQL server of this machine: processor time, time in statements, and what is written, at
    /// one, two and four times a rate and with a second instance.
    Cost {
        /// The frontdesk to be run.
        #[arg(long, default_value = "target/release/frontdesk")]
        frontdesk: PathBuf,
        /// The server: `postgres://…`. The database `frontdesk_compare` on it is dropped and created.
        #[arg(long)]
        database: String,
        /// Calls started per second in the first part.
        #[arg(long, default_value_t = 25.0)]
        rate: f64,
        /// The duration of each part in seconds.
        #[arg(long, default_value_t = 20)]
        seconds: u64,
    },
    /// Starts a PostgreSQL primary and its synchronous standby, kills the primary under load and promotes the standby, and checks
    /// that no call fails or is missing.
    Promotion {
        /// The frontdesk to be run.
        #[arg(long, default_value = "target/release/frontdesk")]
        frontdesk: PathBuf,
        /// The folder of PostgreSQL's programs.
        #[arg(long, default_value = "/usr/lib/postgresql/15/bin")]
        postgres: PathBuf,
        /// Calls started per second.
        #[arg(long, default_value_t = 100.0)]
        rate: f64,
        /// The duration in seconds.
        #[arg(long, default_value_t = 30)]
        seconds: u64,
    },
    /// Fills a migrated database with calls.
    Fill {
        /// The database: `sqlite://…` or `postgres://…`.
        #[arg(long)]
        database: String,
        /// The number of calls.
        #[arg(long, default_value_t = 1_000_000)]
        calls: u64,
        /// The number of days.
        #[arg(long, default_value_t = 730)]
        days: u64,
    },
    /// Requests the same pages from two servers in turns: one with a short log, one with a long one.
    Pages {
        /// The frontdesk to be run.
        #[arg(long, default_value = "target/release/frontdesk")]
        frontdesk: PathBuf,
        /// The database with few calls.
        #[arg(long)]
        short: String,
        /// The database with many calls.
        #[arg(long)]
        long: String,
        /// Requests per page; the result is their median.
        #[arg(long, default_value_t = 11)]
        rounds: usize,
    },
    /// Attacks one server in several ways, one after the other, while calls come in, and measures callers' latency.
    Attack {
        /// The frontdesk to be attacked.
        #[arg(long, default_value = "target/release/frontdesk")]
        frontdesk: PathBuf,
        /// Calls started per second.
        #[arg(long, default_value_t = 20.0)]
        rate: f64,
        /// The duration of each attack in seconds.
        #[arg(long, default_value_t = 15)]
        seconds: u64,
        /// Calls in the log beforehand.
        #[arg(long, default_value_t = 200_000)]
        calls: u64,
    },
    /// The bare server: a fixed document.
    #[command(hide = true)]
    Bare { listen: SocketAddr },
    /// The ceiling: a fixed document after one durable row.
    #[command(hide = true)]
    Ceiling { listen: SocketAddr, database: PathBuf },
    /// The same on PostgreSQL, with a separate INSERT for each row.
    #[command(hide = true)]
    Insert { listen: SocketAddr, database: String },
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    match Cli::parse().command {
        Command::Load { target, account, token, in_flight, rate, seconds, media } => {
            one_thread()?.block_on(async {
                if let Some(address) = media {
                    tokio::spawn(media::serve(address, Fetches::default()));
                }
                let pace = rate.map_or(Pace::InFlight(in_flight), Pace::Rate);
                let report = Load::new(&target, &account, &token)?.run(pace, seconds).await;
                println!("{report}");
                Ok(())
            })
        }
        Command::Compare { frontdesk, against, rounds, seconds, in_flight, rate, database } => {
            let compare = Compare { frontdesk, rounds, seconds, in_flight, rate, against, database };
            one_thread()?.block_on(compare.run())
        }
        Command::Crash { frontdesk, cycles, database, in_flight } => {
            one_thread()?.block_on(Crash { frontdesk, cycles, database, in_flight }.run())
        }
        Command::Twins { frontdesk, database, calls, in_flight } => {
            one_thread()?.block_on(Twins { frontdesk, database, calls, in_flight }.run())
        }
        Command::Failover { frontdesk, database, rate, seconds, every, gently } => {
            let every = Duration::from_secs(every);
            one_thread()?.block_on(Failover { frontdesk, database, rate, seconds, every, gently }.run())
        }
        Command::Cost { frontdesk, database, rate, seconds } => {
            one_thread()?.block_on(Cost { frontdesk, database, rate, seconds }.run())
        }
        Command::Promotion { frontdesk, postgres, rate, seconds } => {
            one_thread()?.block_on(Promotion { frontdesk, postgres, rate, seconds }.run())
        }
        Command::Fill { database, calls, days } => one_thread()?.block_on(fill::fill(&database, calls, days)),
        Command::Pages { frontdesk, short, long, rounds } => {
            one_thread()?.block_on(Pages { frontdesk, short, long, rounds }.run())
        }
        Command::Attack { frontdesk, rate, seconds, calls } => {
            one_thread()?.block_on(Attacks { frontdesk, rate, seconds, calls }.run())
        }
        Command::Bare { listen } => all_threads()?.block_on(baseline::bare(listen)),
        Command::Ceiling { listen, database } => {
            all_threads()?.block_on(baseline::ceiling(listen, &database))
        }
        Command::Insert { listen, database } => all_threads()?.block_on(baseline::insert(listen, &database)),
    }
}

/// The load uses one thread, and leaves the others to the servers.
fn one_thread() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

fn all_threads() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}
