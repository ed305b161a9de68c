//! The change in which the follow-up of a call was last written, by which notifications know that it is new.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing, on both databases.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = "ALTER TABLE calls ADD COLUMN work_change bigint NOT NULL DEFAULT 0";
        manager.get_connection().execute_unprepared(column).await.map(|_| ())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = "ALTER TABLE calls DROP COLUMN work_change";
        manager.get_connection().execute_unprepared(column).await.map(|_| ())
    }
}
