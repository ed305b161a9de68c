//! The index for text search, by trigrams: FTS5 on SQLite, `pg_trgm` on PostgreSQL. Only ended calls are indexed on SQLite;
//! the few calls in progress are searched one by one.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Triggers keep the index in step with the rows. `serial` is the row id in the index: unlike SQLite's own row id, it does
/// not change when the database is copied.
const SQLITE: &str = "
    CREATE VIRTUAL TABLE call_text USING fts5(
        search_text, note_text, content='calls', content_rowid='serial', tokenize='trigram'
    );
    INSERT INTO call_text (call_text, rank) VALUES ('secure-delete', 1);
    CREATE TRIGGER calls_text_added AFTER INSERT ON calls
    WHEN new.serial IS NOT NULL AND new.state = 'ended' BEGIN
        INSERT INTO call_text (rowid, search_text, note_text)
        VALUES (new.serial, new.search_text, new.note_text);
    END;
    CREATE TRIGGER calls_text_ended AFTER UPDATE OF state ON calls
    WHEN new.serial IS NOT NULL AND new.state = 'ended' AND old.state <> 'ended' BEGIN
        INSERT INTO call_text (rowid, search_text, note_text)
        VALUES (new.serial, new.search_text, new.note_text);
    END;
    CREATE TRIGGER calls_text_reopened AFTER UPDATE OF state ON calls
    WHEN old.serial IS NOT NULL AND old.state = 'ended' AND new.state <> 'ended' BEGIN
        INSERT INTO call_text (call_text, rowid, search_text, note_text)
        VALUES ('delete', old.serial, old.search_text, old.note_text);
    END;
    CREATE TRIGGER calls_text_changed AFTER UPDATE OF search_text, note_text ON calls
    WHEN old.serial IS NOT NULL AND old.state = 'ended' AND new.state = 'ended'
        AND (old.search_text <> new.search_text OR old.note_text <> new.note_text) BEGIN
        INSERT INTO call_text (call_text, rowid, search_text, note_text)
        VALUES ('delete', old.serial, old.search_text, old.note_text);
        INSERT INTO call_text (rowid, search_text, note_text)
        VALUES (new.serial, new.search_text, new.note_text);
    END;
    CREATE TRIGGER calls_text_removed AFTER DELETE ON calls
    WHEN old.serial IS NOT NULL AND old.state = 'ended' BEGIN
        INSERT INTO call_text (call_text, rowid, search_text, note_text)
        VALUES ('delete', old.serial, old.search_text, old.note_text);
    END;
";

/// The extension may be installed in a schema outside the search path, so its operators are qualified. If the database user
/// may not install it, the server searches without an index, and builds the index once the extension is installed.
const POSTGRES: &str = "
    DO $$ BEGIN
        CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
    EXCEPTION WHEN OTHERS THEN
        RAISE NOTICE 'the extension pg_trgm is not available: %', SQLERRM;
    END $$;
    DO $$ DECLARE extension_schema text; BEGIN
        SELECT n.nspname INTO extension_schema FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
        WHERE e.extname = 'pg_trgm';
        IF extension_schema IS NOT NULL THEN
            EXECUTE format('CREATE INDEX calls_text ON calls
                USING gin (search_text %I.gin_trgm_ops, note_text %I.gin_trgm_ops)', extension_schema, extension_schema);
        END IF;
    END $$;
";

const DROP_SQLITE: &str = "
    DROP TRIGGER calls_text_added;
    DROP TRIGGER calls_text_ended;
    DROP TRIGGER calls_text_reopened;
    DROP TRIGGER calls_text_changed;
    DROP TRIGGER calls_text_removed;
    DROP TABLE call_text;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing, on both databases.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let sql = if db.get_database_backend() == DbBackend::Sqlite { SQLITE } else { POSTGRES };
        db.execute_unprepared(sql).await.map(|_| ())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let sqlite = db.get_database_backend() == DbBackend::Sqlite;
        let sql = if sqlite { DROP_SQLITE } else { "DROP INDEX IF EXISTS calls_text" };
        db.execute_unprepared(sql).await.map(|_| ())
    }
}
