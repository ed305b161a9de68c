//! Contacts, and the user to whom a call is assigned.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// The second counter numbers changes of contacts. Assignments made before are in the document and found again with the
/// next change of their call; there was no filter for them.
const UP: [&str; 4] = [
    "CREATE TABLE contacts (
        caller text NOT NULL PRIMARY KEY,
        name text NOT NULL,
        company text NOT NULL,
        note text NOT NULL
    )",
    "INSERT INTO change_counter (id, value) VALUES (2, 0)",
    "ALTER TABLE calls ADD COLUMN assignee text",
    "CREATE INDEX calls_assignee ON calls (assignee, id) WHERE assignee IS NOT NULL",
];
const DOWN: [&str; 4] = [
    "DROP INDEX calls_assignee",
    "ALTER TABLE calls DROP COLUMN assignee",
    "DELETE FROM change_counter WHERE id = 2",
    "DROP TABLE contacts",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing, on both databases.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &DOWN).await
    }
}

async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    for sql in statements {
        manager.get_connection().execute_unprepared(sql).await?;
    }
    Ok(())
}
