//! The common forms of a PostgreSQL address, tested on a server with TLS and with special characters in the password.
use adapters_persistence::Database;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, Statement};

/// A setting of the server.
async fn setting(db: &Database, name: &str) -> String {
    let show =
        Statement::from_string(DbBackend::Postgres, format!("SELECT current_setting('{name}') AS value"));
    db.connection().query_one_raw(show).await.unwrap().unwrap().try_get("", "value").unwrap()
}

/// Whether the connection is encrypted.
async fn is_encrypted(db: &Database) -> bool {
    let ask = "SELECT ssl AS value FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let ask = Statement::from_string(DbBackend::Postgres, ask);
    db.connection().query_one_raw(ask).await.unwrap().unwrap().try_get("", "value").unwrap()
}

#[tokio::test]
async fn every_form_of_an_address_connects() {
    #[expect(clippy::disallowed_methods, reason = "the test command names the server")]
    let Ok(url) = std::env::var("FRONTDESK_TEST_POSTGRES") else {
        return println!("skipped: FRONTDESK_TEST_POSTGRES names no server");
    };
    let db = Database::open(&url).await.unwrap();
    let certificate = setting(&db, "ssl_cert_file").await;
    let folder = setting(&db, "unix_socket_directories").await;
    let (before, after) = url.split_once("127.0.0.1").unwrap();
    let by_name = format!("{before}localhost{after}");
    for (address, encrypted) in [
        (format!("{url}?sslmode=disable"), false),
        (format!("{url}?sslmode=require"), true),
        (format!("{by_name}?sslmode=verify-ca&sslrootcert={certificate}"), true),
        (format!("{by_name}?sslmode=verify-full&sslrootcert={certificate}"), true),
        (format!("{by_name}?host={folder}"), false),
        (format!("{before}{}{after}", folder.replace('/', "%2F")), false),
        // Parameters of other programs, which hosting providers put into their addresses.
        (format!("{url}?channel_binding=prefer&connect_timeout=10&pgbouncer=true"), true),
        (format!("{url}?application_name=frontdesk&options=-c%20geqo%3Doff"), true),
    ] {
        let shown = address.replace(before, "postgres://…@");
        let db = Database::open(&address).await.unwrap_or_else(|error| panic!("{shown}: {error}"));
        assert_eq!(is_encrypted(&db).await, encrypted, "{shown}");
    }
    // The certificate is self-signed, and for localhost only.
    for address in [
        format!("{url}?sslmode=verify-full&sslrootcert={certificate}"),
        format!("{by_name}?sslmode=verify-full"),
        format!("{}?sslmode=require", url.replace("p%40ss", "another")),
    ] {
        let opened = Database::open(&address).await;
        let Ok(db) = opened else { continue };
        assert!(db.connection().execute_unprepared("SELECT 1").await.is_err(), "the connection is refused");
    }
}
