//! On SQLite the index of texts holds calls that are over: a call's text changes while it lasts, and taking an earlier text
//! out again costs more than everything else that is written about a call.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const ENDED: &str = "
    INSERT INTO call_text (call_text, rowid, search_text, note_text)
        SELECT 'delete', serial, search_text, note_text FROM calls WHERE serial IS NOT NULL AND state <> 'ended';
    DROP TRIGGER calls_text_added;
    DROP TRIGGER calls_text_removed;
    DROP TRIGGER calls_text_changed;
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

const ALL: &str = "
    DROP TRIGGER calls_text_added;
    DROP TRIGGER calls_text_ended;
    DROP TRIGGER calls_text_reopened;
    DROP TRIGGER calls_text_changed;
    DROP TRIGGER calls_text_removed;
    INSERT INTO call_text (rowid, search_text, note_text)
        SELECT serial, search_text, note_text FROM calls WHERE serial IS NOT NULL AND state <> 'ended';
    CREATE TRIGGER calls_text_added AFTER INSERT ON calls WHEN new.serial IS NOT NULL BEGIN
        INSERT INTO call_text (rowid, search_text, note_text)
        VALUES (new.serial, new.search_text, new.note_text);
    END;
    CREATE TRIGGER calls_text_removed AFTER DELETE ON calls WHEN old.serial IS NOT NULL BEGIN
        INSERT INTO call_text (call_text, rowid, search_text, note_text)
        VALUES ('delete', old.serial, old.search_text, old.note_text);
    END;
    CREATE TRIGGER calls_text_changed AFTER UPDATE OF search_text, note_text ON calls
    WHEN old.serial IS NOT NULL
        AND (old.search_text <> new.search_text OR old.note_text <> new.note_text) BEGIN
        INSERT INTO call_text (call_text, rowid, search_text, note_text)
        VALUES ('delete', old.serial, old.search_text, old.note_text);
        INSERT INTO call_text (rowid, search_text, note_text)
        VALUES (new.serial, new.search_text, new.note_text);
    END;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if db.get_database_backend() == DbBackend::Sqlite {
            db.execute_unprepared(ENDED).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if db.get_database_backend() == DbBackend::Sqlite {
            db.execute_unprepared(ALL).await?;
        }
        Ok(())
    }
}
