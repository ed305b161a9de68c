//! A synchronous standby that is promoted under load: two PostgreSQL clusters on this machine, the first of which is killed.
//! Every call must have one row and one end, and no request may fail.
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use sea_orm::Database;
use tokio::process::Command;
use tokio::task::LocalSet;

use crate::balancer::{Balancer, Met};
use crate::call::{ACCOUNT, Line, TOKEN};
use crate::crash::count;
use crate::desk::{free_address, serve, wait_until_ready};
use crate::failover::taken_in;
use crate::media::{self, Fetches};

type Failure = Box<dyn std::error::Error>;

/// The parameters of a run.
pub struct Promotion {
    pub frontdesk: PathBuf,
    /// The folder with `initdb`, `pg_ctl` and `pg_basebackup`.
    pub postgres: PathBuf,
    pub rate: f64,
    pub seconds: u64,
}

/// One PostgreSQL server of this run.
struct Cluster {
    folder: PathBuf,
    port: u16,
}

impl Promotion {
    pub async fn run(self) -> Result<(), Failure> {
        let folder = tempfile::tempdir()?;
        // PostgreSQL's own user writes here as well.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777))?;
        let (first, second) = self.clusters(folder.path()).await?;
        let hosts = format!("127.0.0.1:{},127.0.0.1:{}", first.port, second.port);
        let database = format!("postgres://postgres@{hosts}/desk?target_session_attrs=read-write");
        let media = free_address()?;
        tokio::spawn(media::serve(media, Fetches::default()));
        let address = free_address()?;
        let mut instance =
            serve(&self.frontdesk, address, folder.path(), &database, &format!("http://{media}")).spawn()?;
        wait_until_ready(address).await?;
        let line = Line { target: format!("http://{address}"), account: ACCOUNT.into(), token: TOKEN.into() };
        let balancer = Balancer { addresses: [address; 2], rate: self.rate, seconds: self.seconds };
        let met = Rc::new(Met::default());
        let promoted = async {
            tokio::time::sleep(Duration::from_secs(self.seconds) / 3).await;
            self.control(&first, &["stop", "-m", "immediate"]).await?;
            tokio::time::sleep(Duration::from_secs(2)).await;
            self.control(&second, &["promote"]).await
        };
        let calls = LocalSet::new()
            .run_until(async {
                let (promoted, calls) = tokio::join!(promoted, balancer.place_all(&line, &met));
                promoted.map(|()| calls)
            })
            .await?;
        wait_until_ready(address).await?;
        let url = format!("postgres://postgres@127.0.0.1:{}/desk", second.port);
        let db = Database::connect(&url).await?;
        let waiting = taken_in(&db).await?;
        let rows = count(&db, "SELECT count(*) FROM calls").await?;
        let once = "SELECT count(*) FROM (SELECT 1 FROM call_events WHERE kind = 'ended' GROUP BY call_id HAVING count(*) = 1) t";
        let once = count(&db, once).await?;
        instance.kill().await?;
        self.control(&second, &["stop", "-m", "immediate"]).await?;
        let failed = met.failed.borrow();
        println!(
            "{calls} calls at {} a second, the primary killed after {} s and the standby promoted 2 s later: {} requests, {} \
             failed, slowest {} ms; {rows} rows, {once} ended once, {waiting} requests left in the inbox",
            self.rate,
            self.seconds / 3,
            met.requests.get(),
            failed.len(),
            met.slowest.get().as_millis(),
        );
        if let Some(why) = failed.first() {
            println!("the first to fail: {why}");
        }
        let calls = i64::try_from(calls)?;
        if !failed.is_empty() || waiting > 0 || (rows, once) != (calls, calls) {
            return Err("requests failed, or calls are missing or duplicated".into());
        }
        Ok(())
    }

    /// A primary and its synchronous standby, both running, with a database.
    async fn clusters(&self, folder: &Path) -> Result<(Cluster, Cluster), Failure> {
        let cluster = |name: &str| -> Result<Cluster, Failure> {
            Ok(Cluster { folder: folder.join(name), port: free_address()?.port() })
        };
        let (first, second) = (cluster("first")?, cluster("second")?);
        self.tool("initdb", &["--username=postgres", "--auth=trust", "-D"], &first.folder).await?;
        self.start(&first).await?;
        let port = first.port.to_string();
        let copy = ["-h", "127.0.0.1", "-p", &port, "-U", "postgres", "-R", "-D"];
        self.tool("pg_basebackup", &copy, &second.folder).await?;
        // The application name of the standby; the primary waits for the standby with this name.
        let settings = std::fs::read_to_string(second.folder.join("postgresql.auto.conf"))?;
        let named = settings.replace("user=postgres", "user=postgres application_name=second");
        std::fs::write(second.folder.join("postgresql.auto.conf"), named)?;
        self.start(&second).await?;
        let admin = Database::connect(format!("postgres://postgres@127.0.0.1:{port}/postgres")).await?;
        for statement in [
            "CREATE DATABASE desk",
            "ALTER SYSTEM SET synchronous_standby_names = 'second'",
            "SELECT pg_reload_conf()",
        ] {
            sea_orm::ConnectionTrait::execute_unprepared(&admin, statement).await?;
        }
        while count(&admin, "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'").await? == 0
        {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok((first, second))
    }

    async fn start(&self, cluster: &Cluster) -> Result<(), Failure> {
        let options =
            format!("-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''", cluster.port);
        let log = cluster.folder.with_extension("log").display().to_string();
        self.control(cluster, &["start", "-w", "-l", &log, "-o", &options]).await
    }

    async fn control(&self, cluster: &Cluster, arguments: &[&str]) -> Result<(), Failure> {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["-D"]).collect();
        self.tool("pg_ctl", &arguments, &cluster.folder).await
    }

    /// Runs a program of PostgreSQL, which refuses to run as root.
    async fn tool(&self, name: &str, arguments: &[&str], folder: &Path) -> Result<(), Failure> {
        let program = self.postgres.join(name);
        let mut command = if rustix::process::geteuid().is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        let output = command.args(arguments).arg(folder).output().await?;
        if !output.status.success() {
            return Err(format!("{name}: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        Ok(())
    }
}
