//! What people decide beside the flow: a closure, and callers who are refused.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[derive(DeriveIden)]
enum Closures {
    Table,
    Id,
    From,
    Until,
    Say,
    By,
}

#[derive(DeriveIden)]
enum BlockedCallers {
    Table,
    Number,
    By,
    At,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing, on both databases.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One row: the company is closed or it is not.
        let closures = Table::create()
            .table(Closures::Table)
            .col(ColumnDef::new(Closures::Id).integer().not_null().primary_key())
            .col(ColumnDef::new(Closures::From).big_integer().not_null())
            .col(ColumnDef::new(Closures::Until).big_integer().not_null())
            .col(ColumnDef::new(Closures::Say).text())
            .col(ColumnDef::new(Closures::By).text().not_null())
            .to_owned();
        manager.create_table(closures).await?;
        let blocked = Table::create()
            .table(BlockedCallers::Table)
            .col(ColumnDef::new(BlockedCallers::Number).text().not_null().primary_key())
            .col(ColumnDef::new(BlockedCallers::By).text().not_null())
            .col(ColumnDef::new(BlockedCallers::At).big_integer().not_null())
            .to_owned();
        manager.create_table(blocked).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(BlockedCallers::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Closures::Table).to_owned()).await
    }
}
