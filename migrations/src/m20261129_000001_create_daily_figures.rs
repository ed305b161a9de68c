//! Figures of whole days, and up to which change of the log they hold.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: [&str; 3] = [
    "CREATE TABLE daily_figures (day bigint NOT NULL PRIMARY KEY, figures text NOT NULL)",
    "CREATE TABLE figures_cursor (id integer NOT NULL PRIMARY KEY, change bigint NOT NULL)",
    "INSERT INTO figures_cursor (id, change) VALUES (1, 0)",
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
        for table in ["daily_figures", "figures_cursor"] {
            manager.get_connection().execute_unprepared(&format!("DROP TABLE {table}")).await?;
        }
        Ok(())
    }
}
