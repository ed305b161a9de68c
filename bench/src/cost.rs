//! What a call costs on PostgreSQL: processor time of the server and of the database, time in statements, and what is
//! written, at several rates and with a second instance.
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use tokio::process::Child;
use tokio::task::LocalSet;

use crate::balancer::{Balancer, Met};
use crate::call::{ACCOUNT, Line, TOKEN};
use crate::desk::{self, free_address, serve, wait_until_ready};
use crate::failover::taken_in;
use crate::media::{self, Fetches};

type Failure = Box<dyn std::error::Error>;

/// The parameters of a run.
pub struct Cost {
    pub frontdesk: PathBuf,
    /// A PostgreSQL server on this machine.
    pub database: String,
    /// Calls started per second in the first part; then twice and four times as many.
    pub rate: f64,
    /// The duration of each part in seconds.
    pub seconds: u64,
}

/// The resources used up to one moment.
#[derive(Debug, Clone, Copy)]
struct Used {
    server_cpu_ms: f64,
    database_cpu_ms: f64,
    statements_ms: f64,
    wal_bytes: f64,
}

impl Cost {
    pub async fn run(self) -> Result<(), Failure> {
        println!("calls/s instances | a call: server ms, database ms (processor), in statements ms, WAL kB");
        for (factor, instances) in [(1.0, 1), (2.0, 1), (4.0, 1), (4.0, 2)] {
            let rate = self.rate * factor;
            let (calls, used) = self.part(rate, instances).await?;
            #[expect(clippy::cast_precision_loss, reason = "a run has fewer calls than that")]
            let a_call = |total: f64| total / calls as f64;
            println!(
                "{rate:7} {instances:9} | {:.2}, {:.2}, {:.2}, {:.1}",
                a_call(used.server_cpu_ms),
                a_call(used.database_cpu_ms),
                a_call(used.statements_ms),
                a_call(used.wal_bytes) / 1024.0,
            );
        }
        Ok(())
    }

    async fn part(&self, rate: f64, instances: usize) -> Result<(u64, Used), Failure> {
        let folder = tempfile::tempdir_in("target")?;
        let folder = folder.path().canonicalize()?;
        let database = desk::fresh_database(&self.database).await?;
        let media = free_address()?;
        tokio::spawn(media::serve(media, Fetches::default()));
        let addresses = [free_address()?, free_address()?];
        let target = format!("http://{}", addresses[0]);
        let mut running = Vec::new();
        for address in &addresses[..instances] {
            running.push(self.start(*address, &target, &folder, &database, media)?);
            wait_until_ready(*address).await?;
        }
        let line = Line { target, account: ACCOUNT.into(), token: TOKEN.into() };
        let both = [addresses[0], addresses[instances - 1]];
        let db = Database::connect(&database).await?;
        let before = used(&running, &db).await?;
        let met = Rc::new(Met::default());
        let balancer = Balancer { addresses: both, rate, seconds: self.seconds };
        let calls = LocalSet::new().run_until(balancer.place_all(&line, &met)).await;
        taken_in(&db).await?;
        // Statistics reach the table when a connection has been idle for a second.
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        let after = used(&running, &db).await?;
        for instance in &mut running {
            instance.kill().await?;
        }
        if let Some(why) = met.failed.borrow().first() {
            return Err(why.clone().into());
        }
        let used = Used {
            server_cpu_ms: after.server_cpu_ms - before.server_cpu_ms,
            database_cpu_ms: after.database_cpu_ms - before.database_cpu_ms,
            statements_ms: after.statements_ms - before.statements_ms,
            wal_bytes: after.wal_bytes - before.wal_bytes,
        };
        Ok((calls, used))
    }

    fn start(
        &self,
        address: SocketAddr,
        public: &str,
        folder: &Path,
        database: &str,
        media: SocketAddr,
    ) -> Result<Child, Failure> {
        let folder = folder.join(address.port().to_string());
        std::fs::create_dir(&folder)?;
        let mut instance = serve(&self.frontdesk, address, &folder, database, &format!("http://{media}"));
        Ok(instance.env("FRONTDESK__PUBLIC_URL", public).spawn()?)
    }
}

async fn used(servers: &[Child], db: &DatabaseConnection) -> Result<Used, Failure> {
    let question = "SELECT active_time, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 AS wal,
            (SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer') AS child
        FROM pg_stat_database WHERE datname = current_database()";
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), question)).await?;
    let row = row.ok_or("no statistics of the database")?;
    let child: i32 = row.try_get("", "child")?;
    let postmaster = parent(child.unsigned_abs()).ok_or("PostgreSQL must be on this machine")?;
    Ok(Used {
        server_cpu_ms: servers.iter().filter_map(Child::id).map(cpu_ms).sum(),
        // The time of connections that have ended is counted at their parent process.
        database_cpu_ms: children(postmaster).into_iter().map(cpu_ms).sum::<f64>()
            + ended_children_ms(postmaster),
        statements_ms: row.try_get("", "active_time")?,
        wal_bytes: row.try_get("", "wal")?,
    })
}

/// The fields of `/proc/PID/stat` after the name of the process (Linux, proc(5)).
fn fields(pid: u32) -> Vec<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let behind = stat.rsplit_once(')').map_or("", |(_, behind)| behind);
    behind.split_whitespace().map(|field| field.parse().unwrap_or(0)).collect()
}

/// The sum of two tick counts, in milliseconds. A tick of processor time is a hundredth of a second on Linux.
#[expect(clippy::cast_precision_loss, reason = "hundredths of seconds of a run")]
fn ticks_ms(fields: &[u64], at: usize) -> f64 {
    fields.iter().skip(at).take(2).sum::<u64>() as f64 * 10.0
}

fn cpu_ms(pid: u32) -> f64 {
    ticks_ms(&fields(pid), 11)
}

fn ended_children_ms(pid: u32) -> f64 {
    ticks_ms(&fields(pid), 13)
}

fn parent(pid: u32) -> Option<u32> {
    fields(pid).get(1).and_then(|parent| u32::try_from(*parent).ok())
}

fn children(of: u32) -> Vec<u32> {
    let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| parent(*pid) == Some(of)).collect()
}
