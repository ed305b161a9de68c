//! Since which change of the log a recipient is notified.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// For recipients of an earlier version every call counts as logged before: they are notified by time alone, as before.
const UP: &str =
    "ALTER TABLE outbox_recipients ADD COLUMN since_change bigint NOT NULL DEFAULT 9223372036854775807";
const DOWN: &str = "ALTER TABLE outbox_recipients DROP COLUMN since_change";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(UP).await.map(|_| ())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(DOWN).await.map(|_| ())
    }
}
