//! `kill -9` at random times under load: every acknowledged event must be in the log afterwards.
//!
//! First, two calls are placed without a kill, and the log is read after each of their requests. These are the events that must
//! be in the log after as many acknowledged requests of any call of the same kind.
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use tokio::process::Child;
use tokio::task::LocalSet;

use crate::call::{ACCOUNT, Call, CallUrls, Line, Next, TOKEN};
use crate::connection::Connection;
use crate::desk::{free_address, serve, sqlite, wait_until_ready, wait_until_up};

type Failure = Box<dyn std::error::Error>;
/// The identities of the events of each call, by the carrier's id of the call.
type Events = BTreeMap<String, BTreeSet<String>>;

/// How long the log may take to contain what was acknowledged; after a run of kills, how long without progress.
pub const FOLLOWS_WITHIN: Duration = Duration::from_secs(60);

/// The parameters of a run.
pub struct Crash {
    pub frontdesk: PathBuf,
    pub cycles: u32,
    pub database: Option<String>,
    pub in_flight: usize,
}

/// Requests of a call that were acknowledged.
struct Acknowledged {
    number: u64,
    run: u32,
    steps: usize,
}

/// The events that must be in the log after this many requests of a forwarded call and of a call with a message.
struct Promises([Vec<BTreeSet<String>>; 2]);

impl Crash {
    pub async fn run(self) -> Result<(), Failure> {
        let folder = tempfile::tempdir_in("target")?;
        let folder = folder.path().canonicalize()?;
        let address = free_address()?;
        let database = self.database.clone().unwrap_or_else(|| sqlite(&folder));
        let line = Line { target: format!("http://{address}"), account: ACCOUNT.into(), token: TOKEN.into() };
        let mut server = self.start(address, &folder, &database).await?;
        wait_until_ready(address).await?;
        let db = Database::connect(&database).await?;
        let promises =
            Promises([promise(&line, address, 0, &db).await?, promise(&line, address, 1, &db).await?]);
        let mut acknowledged = Vec::new();
        for cycle in 1..=self.cycles {
            let until = Duration::from_millis(30 + u64::from(nanos()) % 300);
            acknowledged.extend(self.load(&line, address, cycle, until, &mut server).await?);
            server = self.start(address, &folder, &database).await?;
            if cycle % 50 == 0 {
                println!("{cycle} kills, {} calls", acknowledged.len());
            }
        }
        let missing = missing(&db, &line, &promises, &acknowledged).await?;
        let requests: usize = acknowledged.iter().map(|call| call.steps).sum();
        println!(
            "{} kills, {requests} acknowledged requests of {} calls: {missing} events missing, {} calls with two rows, \
             {} with two ends, database {}",
            self.cycles,
            acknowledged.len(),
            count(&db, "SELECT count(*) FROM (SELECT 1 FROM calls GROUP BY provider, provider_id HAVING count(*) > 1) t")
                .await?,
            count(
                &db,
                "SELECT count(*) FROM (SELECT 1 FROM call_events WHERE kind = 'ended' GROUP BY call_id HAVING count(*) > 1) t"
            )
            .await?,
            integrity(&db).await?,
        );
        server.kill().await?;
        if missing > 0 {
            return Err("acknowledged events are missing".into());
        }
        Ok(())
    }

    async fn start(&self, address: SocketAddr, folder: &Path, database: &str) -> Result<Child, Failure> {
        // No server listens at this API URL, so recordings are not fetched.
        let server = serve(&self.frontdesk, address, folder, database, "http://127.0.0.1:9").spawn()?;
        wait_until_up(address).await?;
        Ok(server)
    }

    /// Places calls, and kills the server after the time `until`.
    async fn load(
        &self,
        line: &Line,
        address: SocketAddr,
        run: u32,
        until: Duration,
        server: &mut Child,
    ) -> Result<Vec<Acknowledged>, Failure> {
        let (next, done) = (Rc::new(RefCell::new(0u64)), Rc::new(RefCell::new(Vec::new())));
        let here = LocalSet::new();
        for _ in 0..self.in_flight {
            let (line, next, done) = (line.clone(), next.clone(), done.clone());
            here.spawn_local(async move {
                let mut connection = Connection::new(address);
                loop {
                    let number = next.replace_with(|number| *number + 1);
                    let (steps, whole) = place(&Call::new(&line, run, number), &mut connection).await;
                    done.borrow_mut().push(Acknowledged { number, run, steps });
                    if !whole {
                        break;
                    }
                }
            });
        }
        here.run_until(async {
            tokio::time::sleep(until).await;
            server.kill().await
        })
        .await?;
        here.await;
        Ok(done.take())
    }
}

/// Places a call until it ends or the server stops answering. Returns the acknowledged requests, and whether it
/// ended.
async fn place(call: &Call<'_>, connection: &mut Connection) -> (usize, bool) {
    let (mut urls, mut document) = (CallUrls::default(), String::new());
    for step in 0.. {
        let Next::Ask(request) = call.next(step, &document, &mut urls) else { return (step, true) };
        match connection.ask(request).await {
            Ok(answer) => document = answer,
            Err(_) => return (step, false),
        }
    }
    (0, false)
}

/// Places a call without a kill, and reads the log after each request.
async fn promise(
    line: &Line,
    address: SocketAddr,
    number: u64,
    db: &DatabaseConnection,
) -> Result<Vec<BTreeSet<String>>, Failure> {
    let (call, mut connection) = (Call::new(line, 0, number), Connection::new(address));
    let (mut urls, mut document) = (CallUrls::default(), String::new());
    let mut promises = vec![BTreeSet::new()];
    for step in 0.. {
        let Next::Ask(request) = call.next(step, &document, &mut urls) else { break };
        document = connection.ask(request).await?;
        promises.push(events_of(&call, db).await?);
    }
    Ok(promises)
}

/// The events of a call once the log has caught up: there are some, and for a while no more are added.
async fn events_of(call: &Call<'_>, db: &DatabaseConnection) -> Result<BTreeSet<String>, Failure> {
    let (begun, mut known, mut unchanged) = (Instant::now(), BTreeSet::new(), 0);
    while known.is_empty() || unchanged < 10 {
        if begun.elapsed() > FOLLOWS_WITHIN {
            return Err("a call left no event".into());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        let now = events(db).await?.remove(call.sid()).map(|all| named(call, all)).unwrap_or_default();
        unchanged = if now == known { unchanged + 1 } else { 0 };
        known = now;
    }
    Ok(known)
}

/// The events, with the ids of the call replaced by placeholders.
fn named(call: &Call<'_>, events: BTreeSet<String>) -> BTreeSet<String> {
    let names = call.names();
    let plain = |event: String| names.iter().fold(event, |event, (name, word)| event.replace(name, word));
    events.into_iter().map(plain).collect()
}

/// The number of promised events that are missing, once the log has had time to catch up.
async fn missing(
    db: &DatabaseConnection,
    line: &Line,
    promises: &Promises,
    acknowledged: &[Acknowledged],
) -> Result<usize, Failure> {
    // After many kills, many events are in the buffers, so wait as long as there is progress.
    let (mut fewest, mut progress) = (usize::MAX, Instant::now());
    loop {
        let mut known = events(db).await?;
        let mut missing = 0;
        for Acknowledged { number, run, steps } in acknowledged {
            let call = Call::new(line, *run, *number);
            let there = named(&call, known.remove(call.sid()).unwrap_or_default());
            let [forwarded, message] = &promises.0;
            let kind = if call.leaves_message() { message } else { forwarded };
            let promised = kind.get(*steps).ok_or("a call has more requests than the first had")?;
            missing += promised.difference(&there).count();
        }
        if missing < fewest {
            (fewest, progress) = (missing, Instant::now());
        }
        if missing == 0 || progress.elapsed() > FOLLOWS_WITHIN {
            return Ok(missing);
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}

async fn events(db: &DatabaseConnection) -> Result<Events, Failure> {
    let all = "SELECT c.provider_id, e.identity FROM calls c JOIN call_events e ON e.call_id = c.id";
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), all)).await?;
    let mut events = Events::new();
    for row in rows {
        let (call, event): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        events.entry(call).or_default().insert(event);
    }
    Ok(events)
}

pub async fn count(db: &DatabaseConnection, query: &str) -> Result<i64, Failure> {
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), query)).await?;
    Ok(row.ok_or("no count")?.try_get_by_index(0)?)
}

async fn integrity(db: &DatabaseConnection) -> Result<String, Failure> {
    if db.get_database_backend() != sea_orm::DbBackend::Sqlite {
        return Ok("not checked".into());
    }
    let check = Statement::from_string(sea_orm::DbBackend::Sqlite, "PRAGMA integrity_check");
    let row = db.query_one_raw(check).await?;
    Ok(row.ok_or("no answer")?.try_get_by_index(0)?)
}

/// Random enough to choose an instant.
fn nanos() -> u32 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_micros())
}
