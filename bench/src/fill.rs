//! Fills a migrated database with a long log: rows as frontdesk would have written them, spread evenly over a number
//! of days. One call in three is missed or a voicemail, and the newest of those are not done. Placing ten million
//! calls would take hours.
use std::fmt::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use sea_orm::{
    ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, Statement,
    TransactionTrait,
};

use crate::crash::count;

type Failure = Box<dyn std::error::Error>;

const DAY_MS: u64 = 86_400_000;
/// The minimum number of calls that are not done; at least 1 % of the calls are not.
const OPEN_CALLS: u64 = 1000;
/// Rows of one statement, and statements of one transaction.
const ROWS: u64 = 500;
const STATEMENTS: u64 = 40;
/// Outcomes, with their cumulative frequency in percent.
const CASES: [(u64, &str, &str); 4] = [
    (55, "answered", "accepted"),
    (70, "voicemail", "after_no_answer"),
    (85, "missed", "no_answer"),
    (100, "abandoned", "in_menu"),
];
const NAMES: [Option<&str>; 6] =
    [Some("Ann Example"), Some("Bob Sample"), Some("Chloé Dupont"), Some("Dan Brown"), None, None];
const PLACES: [Option<&str>; 5] =
    [Some("Paris, FR"), Some("Lyon, FR"), Some("London, GB"), Some("New York, US"), None];
const MAIN: &str = "+33199000000";

/// Adds this many calls, spread over this many days.
pub async fn fill(database: &str, calls: u64, days: u64) -> Result<(), Failure> {
    let db = Database::connect(database).await?;
    if db.get_database_backend() == DbBackend::Sqlite {
        db.execute_unprepared("PRAGMA synchronous=OFF").await?;
    }
    let before = u64::try_from(count(&db, "SELECT value FROM change_counter").await?)?;
    let (span, open) = (days * DAY_MS, (calls / 100).max(OPEN_CALLS));
    let begins = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())? - span;
    let mut chance = Chance(7);
    let mut next = 0;
    while next < calls {
        let tx = db.begin().await?;
        for _ in 0..STATEMENTS {
            let rows: Vec<Rows> = (next..calls.min(next + ROWS))
                .map(|n| row(n, before + n + 1, begins + n * span / calls, n + open >= calls, &mut chance))
                .collect();
            if rows.is_empty() {
                break;
            }
            next += rows.len() as u64;
            let call = rows.iter().map(|rows| rows.call.as_str());
            insert(&tx, &format!("calls ({COLUMNS})"), call).await?;
            let phone = rows.iter().filter_map(|rows| rows.phone.as_deref());
            insert(&tx, "call_phones (number, call_id, taken)", phone).await?;
        }
        tx.commit().await?;
        if next % 1_000_000 == 0 {
            println!("{next} calls");
        }
    }
    let counter = format!("UPDATE change_counter SET value = {}", before + calls);
    db.execute_unprepared(&counter).await?;
    tidy(&db).await?;
    println!("{calls} calls written");
    Ok(())
}

/// Maintenance that a database server would have done by itself in two years.
async fn tidy(db: &DatabaseConnection) -> Result<(), Failure> {
    let analyze = match db.get_database_backend() {
        DbBackend::Postgres => "VACUUM (ANALYZE)",
        _ => "PRAGMA wal_checkpoint(TRUNCATE)",
    };
    db.query_all_raw(Statement::from_string(db.get_database_backend(), analyze)).await?;
    Ok(())
}

async fn insert(
    tx: &DatabaseTransaction,
    into: &str,
    rows: impl Iterator<Item = &str>,
) -> Result<(), Failure> {
    let rows: Vec<&str> = rows.collect();
    if !rows.is_empty() {
        tx.execute_unprepared(&format!("INSERT INTO {into} VALUES {}", rows.join(","))).await?;
    }
    Ok(())
}

/// The rows of one call.
struct Rows {
    call: String,
    phone: Option<String>,
}

const COLUMNS: &str = "id, provider, provider_id, started_at, ended_at, state, outcome, outcome_reason, from_number, \
    to_number, forwarded_to, duration_seconds, talk_seconds, search_text, document, change, serial, attention, handled, \
    mailbox, menu, wait_ms, work, work_version, note_text";

fn row(n: u64, change: u64, at: u64, is_new: bool, chance: &mut Chance) -> Rows {
    let hundredth = chance.below(100);
    let (_, outcome, reason) = CASES.into_iter().find(|(until, ..)| hundredth < *until).unwrap_or(CASES[0]);
    let number = format!("+331{:08}", chance.below(100_000_000));
    let desk = (outcome != "abandoned").then(|| format!("+3361122{:04}", chance.below(20)));
    let (name, place) = (chance.one_of(&NAMES), chance.one_of(&PLACES));
    let wait = (outcome == "answered").then(|| 5_000 + chance.below(35) * 1_000);
    let asks = matches!(outcome, "missed" | "voicemail");
    let handled = asks && !is_new;
    let mailbox = (outcome == "voicemail").then_some("main");
    let text = |value: Option<&str>| value.map_or("null".into(), |value| format!("\"{value}\""));
    let document = format!(
        r#"{{"parties":{{"from":{{"type":"known","value":"{number}"}},"to":"{MAIN}","from_name":{},"from_place":{}}},"state":"ended","activity":null,"verdict":{{"outcome":"{outcome}","reason":"{reason}","evidence":["forward:2.0:team:+33611223344:true","dial:2:Answered:test:CA-callee-1:false:27"]}},"provider_status":"completed","started_at":"{}","answered_at":{},"ended_at":"{}","duration_seconds":60,"talk_seconds":{},"ring_seconds":{},"menu_seconds":4,"choices":[{}],"choice":{},"forwarded_to":{},"menu":"main","mailbox":{},"voicemail":null}}"#,
        text(name),
        text(place),
        time(at),
        wait.map_or("null".into(), |wait| format!("\"{}\"", time(at + wait))),
        time(at + 60_000),
        if wait.is_some() { "30" } else { "null" },
        if desk.is_some() { "8" } else { "null" },
        if desk.is_some() { "\"1\"" } else { "" },
        text(desk.as_ref().map(|_| "Speak to somebody")),
        text(desk.as_deref()),
        text(mailbox),
    );
    let work = handled.then(|| {
        format!(
            r#"{{"version":1,"turn":1,"handled":{{"by":{{"person":"ann"}},"at":"{}"}},"claimed":null,"tags":[],"notes":[],"played":[]}}"#,
            time(at)
        )
    });
    let words: Vec<&str> =
        [Some(number.as_str()), Some(MAIN), desk.as_deref(), name, place].into_iter().flatten().collect();
    let quoted =
        |value: Option<&str>| value.map_or("NULL".into(), |value| format!("'{}'", value.replace('\'', "''")));
    let id = ulid(at, chance);
    let mut row = String::with_capacity(1600);
    let _ = write!(
        row,
        "('{id}','{}','CA{n:032x}',{at},{},'ended','{outcome}','{reason}','{number}','{MAIN}',{},60,{},{},{},{change},\
         {change},{},{},{},'main',{},{},{},'')",
        if n.is_multiple_of(10) { "sip" } else { "twilio" },
        at + 60_000,
        quoted(desk.as_deref()),
        if wait.is_some() { "30" } else { "NULL" },
        quoted(Some(&words.join("\n").to_lowercase())),
        quoted(Some(&document)),
        u8::from(asks && !handled),
        u8::from(handled),
        quoted(mailbox),
        wait.map_or("NULL".into(), |wait| wait.to_string()),
        quoted(work.as_deref()),
        u8::from(work.is_some()),
    );
    let phone = desk.map(|number| format!("('{number}','{id}',{})", u8::from(outcome == "answered")));
    Rows { call: row, phone }
}

/// Random numbers that are the same in every run (xorshift).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, most: u64) -> u64 {
        self.next() % most
    }

    fn one_of<'a>(&mut self, of: &[Option<&'a str>]) -> Option<&'a str> {
        let place = usize::try_from(self.below(of.len() as u64)).unwrap_or(0);
        of.get(place).copied().flatten()
    }
}

/// An id as frontdesk creates it: the time, then random bits.
fn ulid(at: u64, chance: &mut Chance) -> String {
    const ULID_ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let value = u128::from(at) << 80 | u128::from(chance.next() & 0xffff) << 64 | u128::from(chance.next());
    (0..26u32)
        .rev()
        .map(|place| {
            let digit = usize::try_from(value >> (5 * place) & 31).unwrap_or(0);
            char::from(*ULID_ALPHABET.get(digit).unwrap_or(&b'0'))
        })
        .collect()
}

/// A time in milliseconds since 1970, in the format of a document.
fn time(at: u64) -> String {
    let at = i64::try_from(at).ok().and_then(|at| jiff::Timestamp::from_millisecond(at).ok());
    at.map_or_else(String::new, |at| at.to_string())
}
