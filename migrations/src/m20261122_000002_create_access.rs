//! People, their sessions, and tokens for programs. Secrets are stored as hashes only.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[derive(DeriveIden)]
enum Users {
    Table,
    Name,
    Role,
    PasswordHash,
}

#[derive(DeriveIden)]
enum Sessions {
    Table,
    TokenHash,
    UserName,
    Csrf,
    CreatedAt,
    SeenAt,
}

#[derive(DeriveIden)]
enum ApiTokens {
    Table,
    Name,
    TokenHash,
    CreatedAt,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing, on both databases.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let users = Table::create()
            .table(Users::Table)
            .col(ColumnDef::new(Users::Name).text().not_null().primary_key())
            .col(ColumnDef::new(Users::Role).text().not_null())
            .col(ColumnDef::new(Users::PasswordHash).text().not_null())
            .to_owned();
        let sessions = Table::create()
            .table(Sessions::Table)
            .col(ColumnDef::new(Sessions::TokenHash).text().not_null().primary_key())
            .col(ColumnDef::new(Sessions::UserName).text().not_null())
            .col(ColumnDef::new(Sessions::Csrf).text().not_null())
            .col(ColumnDef::new(Sessions::CreatedAt).big_integer().not_null())
            .col(ColumnDef::new(Sessions::SeenAt).big_integer().not_null())
            .foreign_key(
                ForeignKey::create()
                    .from(Sessions::Table, Sessions::UserName)
                    .to(Users::Table, Users::Name)
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned();
        let tokens = Table::create()
            .table(ApiTokens::Table)
            .col(ColumnDef::new(ApiTokens::Name).text().not_null().primary_key())
            .col(ColumnDef::new(ApiTokens::TokenHash).text().not_null().unique_key())
            .col(ColumnDef::new(ApiTokens::CreatedAt).big_integer().not_null())
            .to_owned();
        for table in [users, sessions, tokens] {
            manager.create_table(table).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [ApiTokens::Table.into_iden(), Sessions::Table.into_iden(), Users::Table.into_iden()] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
