//! The servers that frontdesk is compared with: a bare poem server, and one that only makes a row durable for each request (all
//! requests in flight share a commit). The second is the upper limit for any server that acknowledges only what is durable.
//! On PostgreSQL, it is replaced by a server that inserts a row for each request.
use std::net::SocketAddr;
use std::path::Path;

use poem::listener::TcpListener;
use poem::web::Data;
use poem::{EndpointExt, Response, Route, Server, handler, post};
use sea_orm::sqlx::postgres::PgPoolOptions;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sea_orm::sqlx::{Pool, Postgres, QueryBuilder, Sqlite};
use tokio::sync::{mpsc, oneshot};

type Failure = Box<dyn std::error::Error>;

/// The size of the connection pool: sqlx's default.
const POOL: u32 = 10;

/// A document with every URL that a call requests.
fn document(listen: SocketAddr) -> String {
    let base = format!("http://{listen}/twilio");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Gather input=\"dtmf\" timeout=\"5\" numDigits=\"1\" \
         action=\"{base}/step/menu.main.0.0.1#ct=2000&amp;rt=5000\"><Say>Press 1 to be connected, or 2 to leave a \
         message.</Say></Gather><Number url=\"{base}/screen/CA0/screening.team.0.2.0\" \
         statusCallback=\"{base}/leg/CA0/2/0\" recordingStatusCallback=\"{base}/recording/CA0\"/></Response>"
    )
}

fn xml(document: &str) -> Response {
    Response::builder().content_type("text/xml; charset=utf-8").body(document.to_owned())
}

#[handler]
fn fixed(Data(document): Data<&String>, _body: Vec<u8>) -> Response {
    xml(document)
}

/// Serves a fixed document.
pub async fn bare(listen: SocketAddr) -> Result<(), Failure> {
    let routes = Route::new().at("/*path", post(fixed)).data(document(listen));
    Server::new(TcpListener::bind(listen)).run(routes).await?;
    Ok(())
}

type Job = (Vec<u8>, oneshot::Sender<bool>);

#[handler]
async fn ingest(
    Data(document): Data<&String>,
    Data(jobs): Data<&mpsc::Sender<Job>>,
    body: Vec<u8>,
) -> Response {
    let (done, outcome) = oneshot::channel();
    let sent = jobs.send((body, done)).await.is_ok();
    if sent && outcome.await.unwrap_or(false) {
        xml(document)
    } else {
        Response::builder().status(poem::http::StatusCode::SERVICE_UNAVAILABLE).finish()
    }
}

/// Serves a fixed document after one durable row.
pub async fn ceiling(listen: SocketAddr, database: &Path) -> Result<(), Failure> {
    let options = SqliteConnectOptions::new()
        .filename(database)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    sea_orm::sqlx::query("CREATE TABLE IF NOT EXISTS requests (id INTEGER PRIMARY KEY, body BLOB NOT NULL)")
        .execute(&pool)
        .await?;
    let (jobs, waiting) = mpsc::channel(4096);
    tokio::spawn(write(waiting, pool));
    let routes = Route::new().at("/*path", post(ingest)).data(document(listen)).data(jobs);
    Server::new(TcpListener::bind(listen)).run(routes).await?;
    Ok(())
}

#[handler]
async fn inserted(
    Data(document): Data<&String>,
    Data(pool): Data<&Pool<Postgres>>,
    body: Vec<u8>,
) -> Response {
    match sea_orm::sqlx::query("INSERT INTO requests (body) VALUES ($1)").bind(body).execute(pool).await {
        Ok(_) => xml(document),
        Err(_) => Response::builder().status(poem::http::StatusCode::SERVICE_UNAVAILABLE).finish(),
    }
}

/// Serves a fixed document after one INSERT on PostgreSQL, as a simple server with a database would.
pub async fn insert(listen: SocketAddr, database: &str) -> Result<(), Failure> {
    let pool = PgPoolOptions::new().max_connections(POOL).connect(database).await?;
    sea_orm::sqlx::query(
        "CREATE TABLE IF NOT EXISTS requests (id BIGSERIAL PRIMARY KEY, body BYTEA NOT NULL)",
    )
    .execute(&pool)
    .await?;
    let routes = Route::new().at("/*path", post(inserted)).data(document(listen)).data(pool);
    Server::new(TcpListener::bind(listen)).run(routes).await?;
    Ok(())
}

async fn write(mut waiting: mpsc::Receiver<Job>, pool: Pool<Sqlite>) {
    let mut jobs: Vec<Job> = Vec::new();
    while waiting.recv_many(&mut jobs, 1000).await > 0 {
        let mut insert = QueryBuilder::<Sqlite>::new("INSERT INTO requests (body) ");
        insert.push_values(&jobs, |mut row, (body, _)| {
            row.push_bind(body.clone());
        });
        let durable = insert.build().execute(&pool).await.is_ok();
        for (_, done) in jobs.drain(..) {
            let _ = done.send(durable);
        }
    }
}
