//! On SQLite, a call's events lie together in the order of their key, and not once more in an index beside the table: half
//! the pages to write for each event. PostgreSQL has no such table and is left alone.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rebuild(manager, "WITHOUT ROWID").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rebuild(manager, "").await
    }
}

/// SQLite cannot change how a table lies: it is made anew and filled. Nothing refers to this table.
async fn rebuild(manager: &SchemaManager<'_>, how: &str) -> Result<(), DbErr> {
    let db = manager.get_connection();
    if db.get_database_backend() != DbBackend::Sqlite {
        return Ok(());
    }
    db.execute_unprepared(&format!(
        "CREATE TABLE call_events_anew (
            call_id text NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
            identity text NOT NULL,
            at integer NOT NULL,
            kind text NOT NULL,
            detail text NOT NULL,
            raw text,
            PRIMARY KEY (call_id, identity)
        ) {how};
        INSERT INTO call_events_anew SELECT call_id, identity, at, kind, detail, raw FROM call_events;
        DROP TABLE call_events;
        ALTER TABLE call_events_anew RENAME TO call_events"
    ))
    .await
    .map(|_| ())
}
