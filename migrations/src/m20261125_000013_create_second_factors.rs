//! Second factors: the secrets of people's authenticator apps, and the last code that each has used.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[derive(DeriveIden)]
enum SecondFactors {
    Table,
    UserName,
    Secret,
    Confirmed,
    LastStep,
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
        let factors = Table::create()
            .table(SecondFactors::Table)
            .col(ColumnDef::new(SecondFactors::UserName).text().not_null().primary_key())
            .col(ColumnDef::new(SecondFactors::Secret).text().not_null())
            .col(ColumnDef::new(SecondFactors::Confirmed).integer().not_null())
            .col(ColumnDef::new(SecondFactors::LastStep).big_integer().not_null())
            .foreign_key(
                ForeignKey::create()
                    .from(SecondFactors::Table, SecondFactors::UserName)
                    .to(Users::Table, Users::Name)
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned();
        manager.create_table(factors).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(SecondFactors::Table).to_owned()).await
    }
}
