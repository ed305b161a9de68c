//! Query plans of selective queries of the feed: each must use an index, on a log that is long enough to matter.
use std::fmt::Write;
use std::sync::Arc;

use adapters_memory::{ManualClock, SeededIds};
use frontdesk_domain::call::CallState;
use frontdesk_domain::{Outcome, Reason, Timestamp};
use frontdesk_ports::{CallFigures, CallQuery, TextMatch};
use migrations::Migrator;
use sea_orm::{ConnectionTrait, DbBackend, QuerySelect, QueryTrait, Statement};
use sea_orm_migration::MigratorTrait;

use crate::read::admitted;
use crate::read::query::newest_first;
use crate::{Database, SqlLog};

/// Calls in the log, and calls inserted per statement.
const CALLS: u64 = 20_000;
/// The newest calls, which have a text of their own.
const RECENT: u64 = 300;
const PORTION: u64 = 1000;

/// Fills a long log, in which about every thousandth call has the rare values.
async fn fill(db: &Database) {
    let mut next = 0;
    while next < CALLS {
        let mut rows = String::new();
        for n in next..next + PORTION {
            let rare = n % 1000 == 0;
            let (outcome, reason) = if rare { ("failed", "busy") } else { ("answered", "accepted") };
            let name = if rare { "zebediah" } else { "ann" };
            let company = if n >= CALLS - RECENT { " bertha" } else { "" };
            let _ = write!(
                rows,
                "{}('{n:026}','{}','CA{n:032}',{},'ended','{outcome}','{reason}','+331{n:08}','+15556667777',\
                 '+33611220{:03}',{},{},{},{},'+331{n:08} {name}{company}','','{{}}',{n},{n})",
                if rows.is_empty() { "" } else { "," },
                if rare { "sip" } else { "twilio" },
                1_700_000_000_000 + n * 60_000,
                n % 1000,
                if rare { "'main'" } else { "NULL" },
                u8::from(rare),
                u8::from(n % 1000 == 1),
                if rare { "'ann'" } else { "NULL" },
            );
        }
        let insert = format!(
            "INSERT INTO calls (id, provider, provider_id, started_at, state, outcome, outcome_reason, from_number, \
             to_number, forwarded_to, mailbox, attention, handled, assignee, search_text, note_text, document, change, \
             serial) VALUES {rows}"
        );
        db.connection().execute_unprepared(&insert).await.unwrap();
        let listed = "INSERT INTO call_phones (number, call_id, taken) SELECT forwarded_to, id, 1 FROM calls WHERE serial >= {n};
                      INSERT INTO call_tags (tag, call_id) SELECT 'sale', id FROM calls WHERE serial >= {n} AND serial % 10 = 0";
        let listed = listed.replace("{n}", &next.to_string());
        db.connection().execute_unprepared(&listed).await.unwrap();
        next += PORTION;
    }
    db.connection().execute_unprepared("ANALYZE").await.unwrap();
}

fn containing(text: &str, callers: &[&str]) -> CallQuery {
    let callers = callers.iter().map(|&caller| caller.to_owned()).collect();
    CallQuery { text: Some(TextMatch { text: text.to_owned(), callers }), ..CallQuery::newest(50) }
}

/// Queries that few calls match. Other queries, such as for one of the company's own numbers, match many calls: there the
/// newest calls are read in order until the page is full.
fn queries() -> Vec<(&'static str, CallQuery)> {
    let all = || CallQuery::newest(50);
    let at = |minute: i64| Timestamp::from_millisecond(1_700_000_000_000 + minute * 60_000).ok();
    vec![
        ("the next page", CallQuery { before: Some("00000000000000000000009000".parse().unwrap()), ..all() }),
        ("an outcome", CallQuery { outcome: Some(Outcome::Failed), ..all() }),
        ("a reason", CallQuery { reason: Some(Reason::Busy), ..all() }),
        ("calls in progress", CallQuery { live: Some(true), ..all() }),
        ("a state", CallQuery { state: Some(CallState::Ringing), ..all() }),
        ("needs attention", CallQuery { attention: true, ..all() }),
        ("done", CallQuery { handled: Some(true), ..all() }),
        ("a tag", CallQuery { tag: Some("sale".into()), ..all() }),
        ("assigned", CallQuery { assigned: true, ..all() }),
        ("assigned to a user", CallQuery { assignee: Some("ann".into()), ..all() }),
        ("a caller", CallQuery { from: Some("+33100000042".into()), ..all() }),
        ("a phone", CallQuery { destination: Some("+33611220042".into()), ..all() }),
        ("a mailbox", CallQuery { mailbox: Some("main".into()), ..all() }),
        ("a carrier", CallQuery { provider: Some("sip".into()), ..all() }),
        ("the carrier's id", CallQuery { provider_id: Some("CA1".into()), ..all() }),
        ("a span", CallQuery { since: at(10), until: at(20), ..all() }),
        // As the statistics page queries them, for a year.
        ("done in a span", CallQuery { handled: Some(true), since: at(10), until: at(19_000), ..all() }),
        ("assigned in a span", CallQuery { assigned: true, since: at(10), until: at(19_000), ..all() }),
        ("missed in a span", CallQuery { outcome: Some(Outcome::Failed), since: at(10), ..all() }),
        ("a rare text", containing("zebediah", &[])),
        ("no such text", containing("nobody here", &[])),
        ("part of a number", containing("0001234", &[])),
        ("a contact's name", containing("zebediah", &["+33100000042", "+33100000043"])),
        ("a rare text, in progress", CallQuery { live: Some(true), ..containing("zebediah", &[]) }),
    ]
}

/// The plan of a query's page, one step per line.
async fn plan(log: &SqlLog, query: &CallQuery) -> Vec<String> {
    let backend = log.db.reader.get_database_backend();
    explain(log, newest_first(&log.pages, query).await.unwrap().calls.limit(51).build(backend)).await
}

/// The plan of a statement.
async fn explain(log: &SqlLog, Statement { sql, values, .. }: Statement) -> Vec<String> {
    let backend = log.db.reader.get_database_backend();
    let explain = if backend == DbBackend::Sqlite { "EXPLAIN QUERY PLAN" } else { "EXPLAIN" };
    let column = if backend == DbBackend::Sqlite { "detail" } else { "QUERY PLAN" };
    let statement = Statement { sql: format!("{explain} {sql}"), values, db_backend: backend };
    let rows = log.db.reader.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get("", column).unwrap()).collect()
}

/// Partial indexes, which contain only matching calls: scanning one of them reads no other calls.
const PARTIAL: [&str; 5] =
    ["calls_live", "calls_attention", "calls_handled", "calls_assignee", "calls_assigned"];

/// Whether calls are read one by one, in any order, until enough of them match.
fn reads_all(steps: &[String]) -> bool {
    let step = |step: &String| step.trim_start_matches([' ', '-', '>']).to_owned();
    let steps: Vec<String> = steps.iter().map(step).collect();
    let by_order = |pair: &[String]| pair[0].contains("using calls_pkey") && pair[1].starts_with("Filter:");
    // The statistics index by time is not in the feed's order, and a long span covers nearly all calls.
    let by_time = |step: &String| step.contains("calls_figures") && step.contains("started_at>?");
    // Sorting reads all matching calls before the first one is shown; the order of an index avoids that. With `calls_leg` sorting
    // is fine, because an id matches at most one call per carrier.
    let sorts = |step: &String| {
        step.contains("TEMP B-TREE FOR ORDER BY") && !steps.iter().any(|step| step.contains("calls_leg"))
    };
    steps.windows(2).any(by_order)
        || steps.iter().any(by_time)
        || steps.iter().any(sorts)
        || steps
            .iter()
            .any(|step| step.starts_with("SCAN calls") && !PARTIAL.iter().any(|of| step.ends_with(of)))
        || steps.iter().any(|step| step.starts_with("Seq Scan on calls"))
}

async fn every_query_uses_an_index(db: Database) -> SqlLog {
    Migrator::up(db.connection(), None).await.unwrap();
    fill(&db).await;
    assert!(db.index_texts().await.unwrap(), "texts are indexed");
    let log = SqlLog::new(
        db,
        Arc::new(ManualClock::at("2026-11-27T12:00:00Z".parse().unwrap())),
        Arc::new(SeededIds::default()),
    );
    // No index serves this query: nearly all calls go to the company's main number.
    let unindexed = CallQuery { to: Some("+15550000000".into()), ..CallQuery::newest(50) };
    assert!(reads_all(&plan(&log, &unindexed).await), "a full scan is recognised");
    let mut reading = Vec::new();
    for (name, query) in queries() {
        let steps = plan(&log, &query).await;
        if reads_all(&steps) {
            reading.push(format!("{name}:\n  {}", steps.join("\n  ")));
        }
    }
    assert!(reading.is_empty(), "these read the whole log:\n{}", reading.join("\n"));
    let lately = Timestamp::from_millisecond(1_700_000_000_000 + 19_990 * 60_000).unwrap();
    for (select, index) in
        [(admitted::in_progress(100), "calls_live"), (admitted::began(lately, 100), "calls_figures")]
    {
        let steps = explain(&log, log.db.reader.get_database_backend().build(&select)).await;
        assert!(steps.iter().any(|step| step.contains(index)), "{}", steps.join("\n"));
    }
    log
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_that_few_calls_fit_use_an_index_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("calls.db").display());
    let log = every_query_uses_an_index(Database::open(&url).await.unwrap()).await;
    let steps = plan(&log, &containing("bertha", &[])).await;
    assert!(!reads_all(&steps), "a text of recent calls only: {}", steps.join("\n"));
    let count = async |text: &str| {
        let tally = log.tally(&containing(text, &[]), 999).await.unwrap();
        (tally.all(), tally.more)
    };
    assert_eq!(count("bertha").await, (RECENT, false), "found by the index and counted exactly");
    assert_eq!(count("ann").await, (200, true), "a common text is counted up to 199");
    assert_eq!(count("be").await, (200, true), "two characters have no index");
    assert_eq!(count("bertha").await, (RECENT, false), "again, after other texts");
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_that_few_calls_fit_use_an_index_on_postgresql() {
    #[expect(clippy::disallowed_methods, reason = "the test command names the server")]
    let Ok(server) = std::env::var("FRONTDESK_TEST_POSTGRES") else {
        return println!("skipped: FRONTDESK_TEST_POSTGRES names no server");
    };
    let admin = Database::open(&server).await.unwrap();
    let schema = "DROP SCHEMA IF EXISTS plans CASCADE; CREATE SCHEMA plans";
    admin.connection().execute_unprepared(schema).await.unwrap();
    let join = if server.contains('?') { '&' } else { '?' };
    every_query_uses_an_index(
        Database::open(&format!("{server}{join}options=-csearch_path%3Dplans%2Cpublic")).await.unwrap(),
    )
    .await;
}
