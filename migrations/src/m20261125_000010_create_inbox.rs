//! What requests were answered for and the log has not taken in yet, on a server that instances share.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[derive(DeriveIden)]
enum Inbox {
    Table,
    Id,
    Owner,
    KeptAt,
    Told,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing, on both databases.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let inbox = Table::create()
            .table(Inbox::Table)
            .col(ColumnDef::new(Inbox::Id).big_integer().not_null().auto_increment().primary_key())
            .col(ColumnDef::new(Inbox::Owner).text().not_null())
            .col(
                // By the server's clock, the only one that all instances share.
                ColumnDef::new(Inbox::KeptAt)
                    .timestamp_with_time_zone()
                    .not_null()
                    .default(Expr::current_timestamp()),
            )
            .col(ColumnDef::new(Inbox::Told).blob().not_null())
            .to_owned();
        manager.create_table(inbox).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(Inbox::Table).to_owned()).await
    }
}
