//! Searching the text of many calls on PostgreSQL: an index of groups of three letters, where the server has the extension
//! for it (`pg_trgm`, part of PostgreSQL's own distribution). It is made here for a log that is empty; for one that is not it
//! would lock the log for minutes, so a running desk makes it beside its work. Without it a search reads calls.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

// Indexed by the extension's own name for its operators, for it may stand in a schema that is not searched.
const INDEX: &str = "
    DO $$ BEGIN
        CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
    EXCEPTION WHEN OTHERS THEN
        RAISE NOTICE 'the extension pg_trgm cannot be had: %', SQLERRM;
    END $$;
    DO $$ DECLARE place text; BEGIN
        SELECT n.nspname INTO place FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
        WHERE e.extname = 'pg_trgm';
        IF place IS NULL OR EXISTS (SELECT 1 FROM calls) THEN
            RAISE NOTICE 'texts are not indexed yet';
        ELSE
            EXECUTE format('CREATE INDEX calls_text ON calls
                USING gin (search_text %I.gin_trgm_ops, note_text %I.gin_trgm_ops)', place, place);
        END IF;
    END $$;";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if db.get_database_backend() == DbBackend::Postgres {
            db.execute_unprepared(INDEX).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if db.get_database_backend() == DbBackend::Postgres {
            db.execute_unprepared("DROP INDEX IF EXISTS calls_text").await?;
        }
        Ok(())
    }
}
