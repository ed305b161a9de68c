//! Two instances on one PostgreSQL behind a balancer, one of them ended every few seconds under load: every call has one row
//! and one end, every message one file, and no request fails that the balancer could send to the other.
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use sea_orm::{Database, DatabaseConnection};
use tokio::process::Child;
use tokio::task::LocalSet;

use crate::balancer::{Balancer, Met};
use crate::call::{ACCOUNT, Line, TOKEN};
use crate::crash::{FOLLOWS_WITHIN, count};
use crate::desk::{free_address, serve, wait_until_up};
use crate::media::{self, Fetches};
use crate::twins::{audio_files, stored};

type Failure = Box<dyn std::error::Error>;

/// The parameters of a run.
pub struct Failover {
    pub frontdesk: PathBuf,
    pub database: String,
    pub rate: f64,
    pub seconds: u64,
    pub every: Duration,
    pub gently: bool,
}

impl Failover {
    pub async fn run(self) -> Result<(), Failure> {
        let folder = tempfile::tempdir_in("target")?;
        let folder = folder.path().canonicalize()?;
        let (media, fetches) = (free_address()?, Fetches::default());
        tokio::spawn(media::serve(media, fetches.clone()));
        let addresses = [free_address()?, free_address()?];
        let line =
            Line { target: format!("http://{}", addresses[0]), account: ACCOUNT.into(), token: TOKEN.into() };
        let api = format!("http://{media}");
        let mut instances = Vec::new();
        for address in addresses {
            instances.push(self.start(address, &line.target, &folder, &api)?);
            wait_until_up(address).await?;
        }
        let balancer = Balancer { addresses, rate: self.rate, seconds: self.seconds };
        let met = Rc::new(Met::default());
        let ended = LocalSet::new()
            .run_until(async {
                let ending = self.end_in_turns(&mut instances, addresses, &line.target, &folder, &api);
                let (ended, calls) = tokio::join!(ending, balancer.place_all(&line, &met));
                ended.map(|ended| (ended, calls))
            })
            .await?;
        let (ended, calls) = ended;
        let (db, messages) = (Database::connect(&self.database).await?, calls / 2);
        let stored = stored(&db, messages).await?;
        let waiting = taken_in(&db).await?;
        let rows = count(&db, "SELECT count(*) FROM calls").await?;
        let once = "SELECT count(*) FROM (SELECT 1 FROM call_events WHERE kind = 'ended' GROUP BY call_id HAVING count(*) = 1) t";
        let once = count(&db, once).await?;
        let files = audio_files(&folder)?;
        for instance in &mut instances {
            instance.kill().await?;
        }
        let failed = met.failed.borrow();
        println!(
            "{calls} calls at {} a second, {ended} times an instance {}: {} requests, {} answered by the other instance, \
             {} failed, slowest {} ms; {rows} rows, {once} ended once, {stored} messages stored in {files} files \
             ({} fetches), {waiting} requests left in the inbox",
            self.rate,
            if self.gently { "stopped" } else { "killed" },
            met.requests.get(),
            met.other_instance.get(),
            failed.len(),
            met.slowest.get().as_millis(),
            fetches.counted().0,
        );
        if let Some(why) = failed.first() {
            println!("the first to fail: {why}");
        }
        let expected = (i64::try_from(calls)?, i64::try_from(messages)?);
        let all = (rows, once, stored, i64::try_from(files)?);
        if !failed.is_empty() || waiting > 0 || all != (expected.0, expected.0, expected.1, expected.1) {
            return Err("requests failed, or calls or messages are missing or duplicated".into());
        }
        Ok(())
    }

    fn start(&self, address: SocketAddr, public: &str, folder: &Path, api: &str) -> Result<Child, Failure> {
        let mut instance = serve(&self.frontdesk, address, folder, &self.database, api);
        Ok(instance.env("FRONTDESK__PUBLIC_URL", public).spawn()?)
    }

    /// Ends the instances in turn and starts each again. Returns how often.
    async fn end_in_turns(
        &self,
        instances: &mut [Child],
        addresses: [SocketAddr; 2],
        public: &str,
        folder: &Path,
        api: &str,
    ) -> Result<u32, Failure> {
        let (begun, mut ended) = (Instant::now(), 0);
        loop {
            tokio::time::sleep(self.every).await;
            if begun.elapsed() + self.every / 2 > Duration::from_secs(self.seconds) {
                return Ok(ended);
            }
            let turn = usize::try_from(ended)? % 2;
            let (Some(instance), Some(&address)) = (instances.get_mut(turn), addresses.get(turn)) else {
                continue;
            };
            let pid = instance.id().and_then(|id| Pid::from_raw(id.cast_signed()));
            if self.gently
                && let Some(pid) = pid
            {
                kill_process(pid, Signal::TERM)?;
                instance.wait().await?;
            } else {
                instance.kill().await?;
            }
            *instance = self.start(address, public, folder, api)?;
            wait_until_up(address).await?;
            ended += 1;
        }
    }
}

/// Waits until the inbox is empty or the time is up. Returns the number of its rows.
pub async fn taken_in(db: &DatabaseConnection) -> Result<i64, Failure> {
    let begun = Instant::now();
    loop {
        let waiting = count(db, "SELECT count(*) FROM inbox").await?;
        if waiting == 0 || begun.elapsed() > FOLLOWS_WITHIN {
            return Ok(waiting);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
