//! Opens databases, with settings that make every commit durable.
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::error::DatabaseError;
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::sqlite::{SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, Connection};
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, RuntimeErr, Statement};
use tokio::task::JoinHandle;

use crate::error::ConnectError;
use crate::no_delay;
use crate::pooler_check;
use crate::postgres_address::{Server, readable, standby};
use crate::postgres_servers::{self, Servers};

/// How long a write waits while another process locks the file. Shorter than the webhook timeout.
const BUSY_TIMEOUT: Duration = Duration::from_millis(800);

/// Retries when another program holds the file, and the pause between them.
const LOCKED_RETRIES: u32 = 40;
const LOCKED_PAUSE: Duration = Duration::from_millis(50);

/// How long a statement may take on PostgreSQL; set when a connection opens.
pub(crate) const STATEMENT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a page waits for a connection to a standby.
const STANDBY_TIMEOUT: Duration = Duration::from_secs(1);

/// Before this version the write-ahead log could be corrupted by two connections (fixed in SQLite 3.51.3).
const MIN_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// An open database: one connection for writes and several for reads (SQLite), or one pool for both (PostgreSQL).
#[derive(Debug, Clone)]
pub struct Database {
    pub(crate) writer: DatabaseConnection,
    pub(crate) reader: DatabaseConnection,
    /// Keeps the connections on the server that accepts writes, if there are several servers.
    _follow_task: Option<Arc<FollowTask>>,
}

/// A background task that is aborted when the last handle to the database is dropped.
#[derive(Debug)]
struct FollowTask(JoinHandle<()>);

impl Drop for FollowTask {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Database {
    /// Opens the database at `url`: `sqlite://PATH` (created if missing) or `postgres://…` (connected on first use and
    /// reconnected after an outage; of several servers, the one that accepts writes is looked up here).
    pub async fn open(url: &str) -> Result<Self, ConnectError> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            Self::open_sqlite(Path::new(path)).await
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let (mut options, servers) = postgres(url).await?;
            options
                .connect_lazy(true)
                .max_connections(8)
                .acquire_timeout(Duration::from_secs(5))
                .statement_timeout(STATEMENT_TIMEOUT);
            let pool = sea_orm::Database::connect(options).await?;
            let follow_task = servers.map(|servers| {
                let pool = pool.get_postgres_connection_pool().clone();
                Arc::new(FollowTask(tokio::spawn(servers.follow(pool))))
            });
            Ok(Self { writer: pool.clone(), reader: pool, _follow_task: follow_task })
        } else {
            let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
            Err(ConnectError::Scheme(scheme.to_owned()))
        }
    }

    /// Opens a standby of a PostgreSQL database for reading.
    pub(crate) async fn open_standby(url: &str) -> Result<DatabaseConnection, ConnectError> {
        let url = standby(url)?;
        let ports = [driver_options(&url)?.get_port()].into();
        let mut options = without_statement_logging(ConnectOptions::new(url));
        set_no_delay(&mut options, ports);
        options
            .connect_lazy(true)
            .max_connections(8)
            .acquire_timeout(STANDBY_TIMEOUT)
            .statement_timeout(STATEMENT_TIMEOUT);
        Ok(sea_orm::Database::connect(options).await?)
    }

    /// Opens a database for migrations. On PostgreSQL they have no time limit, but wait at most 10 s for a lock.
    pub async fn open_for_migrations(url: &str) -> Result<Self, ConnectError> {
        if url.starts_with("sqlite://") {
            return Self::open(url).await;
        }
        let (mut options, servers) = postgres(url).await?;
        options.connect_lazy(true).max_connections(1).acquire_timeout(Duration::from_secs(5));
        options.map_sqlx_postgres_opts(move |options| {
            let options = options.options([("lock_timeout", "10s")]);
            servers.iter().fold(options, |options, servers| servers.at_chosen(options))
        });
        let pool = sea_orm::Database::connect(options).await?;
        Ok(Self { writer: pool.clone(), reader: pool, _follow_task: None })
    }

    async fn open_sqlite(path: &Path) -> Result<Self, ConnectError> {
        create_private(path)?;
        let open = async |connections: u32| {
            let mut options =
                without_statement_logging(ConnectOptions::new(format!("sqlite://{}", path.display())));
            options.max_connections(connections).acquire_timeout(Duration::from_secs(5));
            options.map_sqlx_sqlite_opts(|options| {
                options
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .foreign_keys(true)
                    .busy_timeout(BUSY_TIMEOUT)
                    .pragma("secure_delete", "ON")
                    .pragma("trusted_schema", "OFF")
                    .pragma("journal_size_limit", "67108864")
                    .pragma("wal_autocheckpoint", "8000")
            });
            options.map_sqlx_sqlite_pool_opts(|pool| {
                pool.after_release(|connection, _| Box::pin(async move { is_idle(connection).await }))
            });
            // Switching to the write-ahead log needs exclusive access, and SQLite does not wait for that.
            let mut tries = 0;
            loop {
                match sea_orm::Database::connect(options.clone()).await {
                    Err(error) if is_locked(&error) && tries < LOCKED_RETRIES => tries += 1,
                    opened => return opened,
                }
                tokio::time::sleep(LOCKED_PAUSE).await;
            }
        };
        let writer = open(1).await?;
        check_version(&writer).await?;
        Ok(Self { writer, reader: open(4).await?, _follow_task: None })
    }

    /// The connection that migrations run on.
    pub fn connection(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// The names of the migrations that were applied, by this build or another; none before the first.
    pub async fn migrations(&self) -> Vec<String> {
        let applied = Statement::from_string(
            self.writer.get_database_backend(),
            "SELECT version FROM seaql_migrations ORDER BY version",
        );
        // Fails while the table is missing or the server is unavailable; the caller's next query reports that.
        let rows = self.writer.query_all_raw(applied).await.unwrap_or_default();
        rows.iter().filter_map(|row| row.try_get_by_index(0).ok()).collect()
    }

    /// Copies a consistent snapshot of a SQLite database into a new file, while others read and write.
    pub async fn copy_into(&self, file: &Path) -> Result<(), DbErr> {
        let path = file.display().to_string();
        let copy = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO ?", [path.into()]);
        self.reader.execute_raw(copy).await.map(|_| ())
    }

    /// Checks the pages, indexes and foreign keys of a SQLite database; fails if one is damaged.
    pub async fn check_integrity(&self) -> Result<(), DbErr> {
        for (check, expected) in
            [("PRAGMA integrity_check(1)", Some("ok")), ("PRAGMA foreign_key_check", None)]
        {
            let row = self.reader.query_one_raw(Statement::from_string(DbBackend::Sqlite, check)).await?;
            let result: Option<String> = row.map(|row| row.try_get_by_index(0)).transpose()?;
            if result.as_deref() != expected {
                return Err(DbErr::Custom(format!("{check}: {}", result.unwrap_or_default())));
            }
        }
        Ok(())
    }

    /// Closes all connections.
    pub async fn close(self) -> Result<(), DbErr> {
        self.writer.close().await?;
        self.reader.close().await
    }
}

/// Fails if a pooler in transaction mode is between us and PostgreSQL. A database that cannot be reached is not an error
/// here.
pub async fn refuse_transaction_pooler(url: &str) -> Result<(), ConnectError> {
    if url.starts_with("sqlite://") {
        return Ok(());
    }
    let (url, servers) = readable(url)?;
    let options = driver_options(&url)?;
    let options = match several(servers, &options) {
        None => options,
        Some(servers) => {
            servers.choose_first().await;
            servers.at_chosen(options)
        }
    };
    let limit = STATEMENT_TIMEOUT.as_millis();
    pooler_check::refuse_transaction_pooler(options.options([("statement_timeout", limit)])).await
}

fn driver_options(url: &str) -> Result<PgConnectOptions, ConnectError> {
    PgConnectOptions::from_str(url).map_err(|error| ConnectError::Address(error.to_string()))
}

/// The servers of a database, if it has several.
fn several(servers: Vec<Server>, options: &PgConnectOptions) -> Option<Servers> {
    (!servers.is_empty()).then(|| Servers::new(servers, options.clone()))
}

/// The options of a PostgreSQL database, connecting to the server that accepts writes, and its servers if it has several.
async fn postgres(url: &str) -> Result<(ConnectOptions, Option<Arc<Servers>>), ConnectError> {
    let (url, servers) = readable(url)?;
    let own = driver_options(&url)?;
    let ports: BTreeSet<u16> = servers.iter().map(|server| server.port).chain([own.get_port()]).collect();
    let servers = several(servers, &own).map(Arc::new);
    let mut options = without_statement_logging(ConnectOptions::new(url));
    let Some(servers) = servers else {
        set_no_delay(&mut options, ports);
        return Ok((options, None));
    };
    servers.choose_first().await;
    let chosen = servers.clone();
    options.map_sqlx_postgres_opts(move |options| chosen.at_chosen(options));
    let chosen = servers.clone();
    options.map_sqlx_postgres_pool_opts(move |pool| {
        let (chosen, ports) = (chosen.clone(), ports.clone());
        pool.after_connect(move |connection, _| {
            no_delay::set(&ports);
            let chosen = chosen.clone();
            Box::pin(async move { chosen.refuse_other(connection).await })
        })
        // The driver would wait for a host that has vanished, and occupy a slot of the pool meanwhile.
        .after_release(|connection, _| Box::pin(async { Ok(postgres_servers::is_alive(connection).await) }))
    });
    // The driver's own test would wait for a host that has vanished.
    options.test_before_acquire(false);
    let chosen = servers.clone();
    options.map_sqlx_postgres_before_acquire(move |connection, meta| {
        let chosen = chosen.clone();
        Box::pin(async move { chosen.can_use(connection, meta.age).await })
    });
    Ok((options, Some(servers)))
}

/// Sets `TCP_NODELAY` on new connections, so that they send each statement at once.
fn set_no_delay(options: &mut ConnectOptions, ports: BTreeSet<u16>) {
    options.map_sqlx_postgres_pool_opts(move |pool| {
        let ports = ports.clone();
        pool.after_connect(move |_, _| {
            no_delay::set(&ports);
            Box::pin(async { Ok(()) })
        })
    });
}

/// Whether a returned connection is outside any transaction. After errors on a full disk, the driver's count of open
/// transactions can stay above zero. Every later transaction is then part of one that never ends: it reports success,
/// is invisible to others, and is lost with the process. Such a connection is closed and replaced.
async fn is_idle(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // The ping is answered after any pending rollback.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

/// Whether another program holds the file (SQLITE_BUSY).
fn is_locked(error: &DbErr) -> bool {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error)) => {
            error.as_database_error().and_then(DatabaseError::code).is_some_and(|code| code == "5")
        }
        _ => false,
    }
}

/// Keeps statements out of logs and traces: they contain phone numbers and names.
fn without_statement_logging(mut options: ConnectOptions) -> ConnectOptions {
    options.sqlx_logging(false).record_stmt_in_spans(false);
    options
}

/// Creates the file and its folder, accessible to this user only. SQLite gives its side files the same mode.
fn create_private(path: &Path) -> Result<(), ConnectError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| ConnectError::File { path, source }
    };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed(folder))?;
    }
    let mut file = fs::OpenOptions::new();
    file.write(true).create(true).truncate(false).mode(0o600);
    file.open(path).map(|_| ()).map_err(failed(path))
}

async fn check_version(db: &DatabaseConnection) -> Result<(), ConnectError> {
    let row =
        db.query_one_raw(Statement::from_string(DbBackend::Sqlite, "SELECT sqlite_version() AS v")).await?;
    let version: String = row.map(|row| row.try_get("", "v")).transpose()?.unwrap_or_default();
    let parts: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    match parts.as_slice() {
        [major, minor, patch, ..] if (*major, *minor, *patch) >= MIN_SQLITE => Ok(()),
        _ => Err(ConnectError::OldSqlite(version)),
    }
}
