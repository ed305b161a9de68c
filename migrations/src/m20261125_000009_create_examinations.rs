//! What the last examination of the desk and its surroundings found.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[derive(DeriveIden)]
enum Examinations {
    Table,
    Id,
    At,
    Findings,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing, on both databases.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let examinations = Table::create()
            .table(Examinations::Table)
            .col(ColumnDef::new(Examinations::Id).integer().not_null().primary_key())
            .col(ColumnDef::new(Examinations::At).big_integer().not_null())
            .col(ColumnDef::new(Examinations::Findings).text().not_null())
            .to_owned();
        manager.create_table(examinations).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(Examinations::Table).to_owned()).await
    }
}
