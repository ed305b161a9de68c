//! What the statistics by carrier and by user are counted from, and what finds the calls of a carrier. Indexes that no query
//! uses any more leave.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// The user who marked a call done. The database derives it from the follow-up, so that it is right whichever version writes
/// that.
const HANDLED_BY_SQLITE: &str = "ALTER TABLE calls ADD COLUMN handled_by text
    GENERATED ALWAYS AS (json_extract(work, '$.handled.by.person')) VIRTUAL";
const HANDLED_BY_POSTGRES: &str = "ALTER TABLE calls ADD COLUMN handled_by text
    GENERATED ALWAYS AS (work::jsonb #>> '{handled,by,person}') STORED";

/// Calls that need attention are counted by outcome on every page of the feed: the index holds it.
/// A leg is unique in either order of its columns; in this one the index finds a call by the carrier's id as well.
const UP: &str = "
    CREATE INDEX calls_users ON calls (started_at, handled_by, assignee)
        WHERE handled_by IS NOT NULL OR assignee IS NOT NULL;
    CREATE INDEX calls_provider ON calls (provider, id);
    DROP INDEX calls_leg;
    CREATE UNIQUE INDEX calls_leg ON calls (provider_id, provider);
    DROP INDEX calls_provider_id;
    DROP INDEX calls_destination;
    DROP INDEX calls_attention;
    CREATE INDEX calls_attention ON calls (id, outcome) WHERE attention = 1;
    DROP INDEX calls_figures;
    CREATE INDEX calls_figures
        ON calls (started_at, outcome, outcome_reason, forwarded_to, menu, wait_ms, provider);
";

const DOWN: &str = "
    DROP INDEX calls_attention;
    CREATE INDEX calls_attention ON calls (id) WHERE attention = 1;
    DROP INDEX calls_figures;
    CREATE INDEX calls_figures ON calls (started_at, outcome, outcome_reason, forwarded_to, menu, wait_ms);
    CREATE INDEX calls_destination ON calls (forwarded_to, id) WHERE forwarded_to IS NOT NULL;
    CREATE INDEX calls_provider_id ON calls (provider_id, id);
    DROP INDEX calls_leg;
    CREATE UNIQUE INDEX calls_leg ON calls (provider, provider_id);
    DROP INDEX calls_provider;
    DROP INDEX calls_users;
    ALTER TABLE calls DROP COLUMN handled_by;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing, on both databases.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let handled_by = match manager.get_database_backend() {
            DbBackend::Postgres => HANDLED_BY_POSTGRES,
            _ => HANDLED_BY_SQLITE,
        };
        let connection = manager.get_connection();
        for sql in [handled_by, UP] {
            connection.execute_unprepared(sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(DOWN).await.map(|_| ())
    }
}
