//! What browser a session is of, and where it signed in from.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: [&str; 2] = [
    "ALTER TABLE sessions ADD COLUMN browser text NOT NULL DEFAULT ''",
    "ALTER TABLE sessions ADD COLUMN address text NOT NULL DEFAULT ''",
];
const DOWN: [&str; 2] =
    ["ALTER TABLE sessions DROP COLUMN browser", "ALTER TABLE sessions DROP COLUMN address"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing, on both databases.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for sql in UP {
            manager.get_connection().execute_unprepared(sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for sql in DOWN {
            manager.get_connection().execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
