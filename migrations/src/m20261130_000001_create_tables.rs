//! All tables and their indexes, except those of the text search.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// The call log. `document` is the folded call as JSON; queries use the other columns.
///
/// `handled_by`, the user who marked a call done, is generated from the follow-up, so that it is right whichever version writes
/// that. `work_change` is the change in which the follow-up was last written; notifications use it to detect a new follow-up.
/// `change_counter` counts changes of calls (1) and of contacts (2). `calls_leg` makes legs unique; with this order of columns
/// it also finds calls by provider id.
/// Every page of the feed counts the calls that need attention by outcome, from `calls_attention` alone.
const CALLS: &str = "
    CREATE TABLE calls (
        id text NOT NULL PRIMARY KEY,
        provider text NOT NULL,
        provider_id text NOT NULL,
        started_at bigint,
        ended_at bigint,
        state text NOT NULL,
        outcome text,
        outcome_reason text,
        from_number text,
        to_number text,
        forwarded_to text,
        duration_seconds bigint,
        talk_seconds bigint,
        mailbox text,
        menu text,
        wait_ms bigint,
        attention integer NOT NULL DEFAULT 0,
        handled integer NOT NULL DEFAULT 0,
        search_text text NOT NULL,
        note_text text NOT NULL DEFAULT '',
        document text NOT NULL,
        work text,
        work_version bigint NOT NULL DEFAULT 0,
        work_change bigint NOT NULL DEFAULT 0,
        assignee text,
        handled_by text GENERATED ALWAYS AS ({HANDLED_BY},
        change bigint NOT NULL,
        serial bigint
    );
    CREATE UNIQUE INDEX calls_leg ON calls (provider_id, provider);
    CREATE INDEX calls_provider ON calls (provider, id);
    CREATE UNIQUE INDEX calls_change ON calls (change);
    CREATE UNIQUE INDEX calls_serial ON calls (serial);
    CREATE INDEX calls_outcome ON calls (outcome, id);
    CREATE INDEX calls_from_number ON calls (from_number, id);
    CREATE INDEX calls_attention ON calls (id, outcome) WHERE attention = 1;
    CREATE INDEX calls_missed ON calls (from_number, id) WHERE attention = 1 AND outcome = 'missed';
    CREATE INDEX calls_handled ON calls (id) WHERE handled = 1;
    CREATE INDEX calls_live ON calls (id) WHERE state <> 'ended';
    CREATE INDEX calls_reason ON calls (outcome_reason, id) WHERE outcome_reason IS NOT NULL;
    CREATE INDEX calls_mailbox ON calls (mailbox, id) WHERE mailbox IS NOT NULL;
    CREATE INDEX calls_assignee ON calls (assignee, id) WHERE assignee IS NOT NULL;
    CREATE INDEX calls_assigned ON calls (id) WHERE assignee IS NOT NULL;
    CREATE INDEX calls_users ON calls (started_at, handled_by, assignee)
        WHERE handled_by IS NOT NULL OR assignee IS NOT NULL;
    CREATE INDEX calls_figures
        ON calls (started_at, outcome, outcome_reason, forwarded_to, menu, wait_ms, provider);

    CREATE TABLE call_events (
        call_id text NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
        identity text NOT NULL,
        at bigint NOT NULL,
        received_at bigint,
        kind text NOT NULL,
        detail text NOT NULL,
        raw text,
        PRIMARY KEY (call_id, identity)
    ) {CLUSTERED};

    CREATE TABLE call_tags (
        tag text NOT NULL,
        call_id text NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
        PRIMARY KEY (tag, call_id)
    );
    CREATE INDEX call_tags_call ON call_tags (call_id);

    CREATE TABLE call_phones (
        number text NOT NULL,
        call_id text NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
        taken integer NOT NULL,
        PRIMARY KEY (number, call_id)
    );
    CREATE INDEX call_phones_call ON call_phones (call_id);

    CREATE TABLE change_counter (id integer NOT NULL PRIMARY KEY, value bigint NOT NULL);
    INSERT INTO change_counter (id, value) VALUES (1, 0), (2, 0);

    CREATE TABLE daily_figures (day bigint NOT NULL PRIMARY KEY, figures text NOT NULL);
    CREATE TABLE figures_cursor (id integer NOT NULL PRIMARY KEY, change bigint NOT NULL);
    INSERT INTO figures_cursor (id, change) VALUES (1, 0);

    CREATE TABLE contacts (
        caller text NOT NULL PRIMARY KEY,
        name text NOT NULL,
        company text NOT NULL,
        note text NOT NULL
    );

    CREATE TABLE done_links (
        secret_hash text NOT NULL PRIMARY KEY,
        call_id text NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
        recipient text NOT NULL,
        created_at bigint NOT NULL
    );
    CREATE INDEX done_links_call ON done_links (call_id);

    CREATE TABLE tombstones (leg text NOT NULL PRIMARY KEY);
";

/// Jobs that calls cause, and events that are not in the call log yet.
const QUEUES: &str = "
    CREATE TABLE jobs (
        key text NOT NULL PRIMARY KEY,
        call_id text NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
        lane text NOT NULL,
        job text NOT NULL,
        state text NOT NULL,
        queued_at bigint NOT NULL,
        due_at bigint NOT NULL,
        attempt bigint NOT NULL,
        last_error text,
        report text
    );
    CREATE INDEX jobs_due ON jobs (state, due_at);
    CREATE INDEX jobs_call ON jobs (call_id);
    CREATE TABLE outbox_cursor (id integer NOT NULL PRIMARY KEY, change bigint NOT NULL);
    CREATE TABLE outbox_recipients (
        name text NOT NULL PRIMARY KEY,
        since bigint NOT NULL,
        since_change bigint NOT NULL
    );

    CREATE TABLE inbox (
        id {AUTO_ID},
        owner text NOT NULL,
        stored_at {TIMESTAMP} NOT NULL DEFAULT CURRENT_TIMESTAMP,
        events {BYTES} NOT NULL
    );
";

/// Users, their sessions and settings, API tokens, and the audit log.
const ACCESS: &str = "
    CREATE TABLE users (name text NOT NULL PRIMARY KEY, role text NOT NULL, password_hash text NOT NULL);

    CREATE TABLE sessions (
        token_hash text NOT NULL PRIMARY KEY,
        user_name text NOT NULL REFERENCES users (name) ON DELETE CASCADE,
        csrf text NOT NULL,
        created_at bigint NOT NULL,
        seen_at bigint NOT NULL,
        browser text NOT NULL,
        address text NOT NULL
    );

    CREATE TABLE second_factors (
        user_name text NOT NULL PRIMARY KEY REFERENCES users (name) ON DELETE CASCADE,
        secret text NOT NULL,
        confirmed integer NOT NULL,
        last_step bigint NOT NULL
    );

    CREATE TABLE saved_views (
        user_name text NOT NULL REFERENCES users (name) ON DELETE CASCADE,
        name text NOT NULL,
        query text NOT NULL,
        PRIMARY KEY (user_name, name)
    );

    CREATE TABLE api_tokens (
        name text NOT NULL PRIMARY KEY,
        token_hash text NOT NULL UNIQUE,
        scopes text NOT NULL,
        created_at bigint NOT NULL,
        last_used_at bigint
    );

    CREATE TABLE audit (
        id {AUTO_ID},
        at bigint NOT NULL,
        actor text NOT NULL,
        action text NOT NULL,
        subject text NOT NULL
    );
";

/// Overrides (closures and blocked callers), outages, watermarks and diagnostic reports.
const OPERATIONS: &str = "
    CREATE TABLE closures (
        id integer NOT NULL PRIMARY KEY,
        \"from\" bigint NOT NULL,
        until bigint NOT NULL,
        say text,
        by text NOT NULL
    );
    CREATE TABLE blocked_callers (number text NOT NULL PRIMARY KEY, by text NOT NULL, at bigint NOT NULL);

    CREATE TABLE outages (
        began_at bigint NOT NULL,
        cause text NOT NULL,
        ended_at bigint NOT NULL,
        calls bigint NOT NULL,
        added bigint NOT NULL,
        repaired bigint NOT NULL,
        messages bigint NOT NULL,
        PRIMARY KEY (began_at, cause)
    );
    CREATE TABLE watermarks (name text NOT NULL PRIMARY KEY, at bigint NOT NULL);
    CREATE TABLE diagnostic_reports (id integer NOT NULL PRIMARY KEY, at bigint NOT NULL, findings text NOT NULL);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing, on both databases.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let types = match db.get_database_backend() {
            // `WITHOUT ROWID` stores the events of a call together on disk.
            DbBackend::Sqlite => [
                ("{CLUSTERED}", "WITHOUT ROWID"),
                ("{AUTO_ID}", "integer NOT NULL PRIMARY KEY AUTOINCREMENT"),
                ("{TIMESTAMP}", "text"),
                ("{BYTES}", "blob"),
                ("{HANDLED_BY}", "json_extract(work, '$.handled.by.person')) VIRTUAL"),
            ],
            _ => [
                ("{CLUSTERED}", ""),
                ("{AUTO_ID}", "bigserial PRIMARY KEY"),
                ("{TIMESTAMP}", "timestamp with time zone"),
                ("{BYTES}", "bytea"),
                ("{HANDLED_BY}", "work::jsonb #>> '{handled,by,person}') STORED"),
            ],
        };
        for tables in [CALLS, QUEUES, ACCESS, OPERATIONS] {
            let sql = types.iter().fold(tables.to_owned(), |sql, (name, word)| sql.replace(name, word));
            db.execute_unprepared(&sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = "diagnostic_reports watermarks outages blocked_callers closures audit api_tokens saved_views second_factors
            sessions users inbox outbox_recipients outbox_cursor jobs tombstones done_links contacts figures_cursor daily_figures
            change_counter call_phones call_tags call_events calls";
        for table in tables.split_whitespace() {
            manager.get_connection().execute_unprepared(&format!("DROP TABLE {table}")).await?;
        }
        Ok(())
    }
}
