//! The views of the feed that people have saved.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[derive(DeriveIden)]
enum SavedViews {
    Table,
    UserName,
    Name,
    Query,
}

#[derive(DeriveIden)]
enum Users {
    Table,
    Name,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing, on both databases.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let views = Table::create()
            .table(SavedViews::Table)
            .col(ColumnDef::new(SavedViews::UserName).text().not_null())
            .col(ColumnDef::new(SavedViews::Name).text().not_null())
            .col(ColumnDef::new(SavedViews::Query).text().not_null())
            .primary_key(Index::create().col(SavedViews::UserName).col(SavedViews::Name))
            .foreign_key(
                ForeignKey::create()
                    .from(SavedViews::Table, SavedViews::UserName)
                    .to(Users::Table, Users::Name)
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned();
        manager.create_table(views).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(SavedViews::Table).to_owned()).await
    }
}
