//! Links in e-mails that mark a call done.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: [&str; 2] = [
    "CREATE TABLE done_links (
        secret_hash text NOT NULL PRIMARY KEY,
        call_id text NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
        recipient text NOT NULL,
        created_at bigint NOT NULL
    )",
    "CREATE INDEX done_links_call ON done_links (call_id)",
];

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
        manager.get_connection().execute_unprepared("DROP TABLE done_links").await.map(|_| ())
    }
}
