//! What people did about calls, what the feed finds calls by, and what figures are counted by. On SQLite also an index of
//! every three letters in a row, so that a search need not read every call.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Columns that both databases write alike.
const COLUMNS: [&str; 9] = [
    "serial bigint",
    "attention integer NOT NULL DEFAULT 0",
    "handled integer NOT NULL DEFAULT 0",
    "mailbox text",
    "menu text",
    "wait_ms bigint",
    "work text",
    "work_version bigint NOT NULL DEFAULT 0",
    "note_text text NOT NULL DEFAULT ''",
];

/// What was there is filled in as far as its columns tell; the rest is known of calls from now on.
const FILL: &str = "UPDATE calls SET serial = change,
    attention = CASE WHEN outcome IN ('missed', 'voicemail') THEN 1 ELSE 0 END";

/// Indexes hold the rows that are asked for, and not the many that never are.
const INDEXES: &str = "
    CREATE UNIQUE INDEX calls_serial ON calls (serial);
    CREATE INDEX calls_attention ON calls (id) WHERE attention = 1;
    CREATE INDEX calls_missed ON calls (from_number, id) WHERE attention = 1 AND outcome = 'missed';
    CREATE INDEX calls_handled ON calls (id) WHERE handled = 1;
    CREATE INDEX calls_live ON calls (id) WHERE state <> 'ended';
    CREATE INDEX calls_reason ON calls (outcome_reason, id) WHERE outcome_reason IS NOT NULL;
    CREATE INDEX calls_destination ON calls (forwarded_to, id) WHERE forwarded_to IS NOT NULL;
    CREATE INDEX calls_mailbox ON calls (mailbox, id) WHERE mailbox IS NOT NULL;
    CREATE INDEX calls_figures
        ON calls (started_at, outcome, outcome_reason, forwarded_to, menu, wait_ms);
    DROP INDEX calls_state;
    DROP INDEX calls_started_at;
    CREATE TABLE call_tags (
        tag text NOT NULL,
        call_id text NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
        PRIMARY KEY (tag, call_id)
    );
    CREATE INDEX call_tags_call ON call_tags (call_id);
";

/// `calls` has no number of its own that survives a copy: `serial` does. A release that does not know it yet leaves it
/// empty; such calls are found by everything but a search.
const SEARCH: &str = "
    CREATE VIRTUAL TABLE call_text USING fts5(
        search_text, note_text, content='calls', content_rowid='serial', tokenize='trigram'
    );
    INSERT INTO call_text (call_text, rank) VALUES ('secure-delete', 1);
    INSERT INTO call_text (call_text) VALUES ('rebuild');
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
        for column in COLUMNS {
            db.execute_unprepared(&format!("ALTER TABLE calls ADD COLUMN {column}")).await?;
        }
        db.execute_unprepared(FILL).await?;
        db.execute_unprepared(INDEXES).await?;
        if db.get_database_backend() == DbBackend::Sqlite {
            db.execute_unprepared(SEARCH).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if db.get_database_backend() == DbBackend::Sqlite {
            db.execute_unprepared(
                "DROP TRIGGER calls_text_added; DROP TRIGGER calls_text_removed; DROP TRIGGER calls_text_changed;
                 DROP TABLE call_text",
            )
            .await?;
        }
        db.execute_unprepared(
            "DROP TABLE call_tags;
             DROP INDEX calls_serial; DROP INDEX calls_attention; DROP INDEX calls_missed; DROP INDEX calls_handled; DROP INDEX calls_live;
             DROP INDEX calls_reason; DROP INDEX calls_destination; DROP INDEX calls_mailbox;
             DROP INDEX calls_figures;
             CREATE INDEX calls_state ON calls (state, id);
             CREATE INDEX calls_started_at ON calls (started_at, id)",
        )
        .await?;
        for column in COLUMNS {
            let name = column.split(' ').next().unwrap_or_default();
            db.execute_unprepared(&format!("ALTER TABLE calls DROP COLUMN {name}")).await?;
        }
        Ok(())
    }
}
