//! Messages about calls that are on their way to somebody, and up to which change the log was looked at for them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[derive(DeriveIden)]
enum Deliveries {
    Table,
    Key,
    CallId,
    Occasion,
    Recipient,
    State,
    QueuedAt,
    DueAt,
    Attempt,
    LastError,
}

#[derive(DeriveIden)]
enum OutboxCursor {
    Table,
    Id,
    Change,
}

#[derive(DeriveIden)]
enum OutboxRecipients {
    Table,
    Name,
    Since,
}

#[derive(DeriveIden)]
enum Calls {
    Table,
    Id,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing, on both databases.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let deliveries = Table::create()
            .table(Deliveries::Table)
            .col(ColumnDef::new(Deliveries::Key).text().not_null().primary_key())
            .col(ColumnDef::new(Deliveries::CallId).text().not_null())
            .col(ColumnDef::new(Deliveries::Occasion).text().not_null())
            .col(ColumnDef::new(Deliveries::Recipient).text().not_null())
            .col(ColumnDef::new(Deliveries::State).text().not_null())
            .col(ColumnDef::new(Deliveries::QueuedAt).big_integer().not_null())
            .col(ColumnDef::new(Deliveries::DueAt).big_integer().not_null())
            .col(ColumnDef::new(Deliveries::Attempt).big_integer().not_null())
            .col(ColumnDef::new(Deliveries::LastError).text())
            .foreign_key(
                ForeignKey::create()
                    .from(Deliveries::Table, Deliveries::CallId)
                    .to(Calls::Table, Calls::Id)
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned();
        manager.create_table(deliveries).await?;
        for (name, columns) in [
            ("deliveries_due", vec![Deliveries::State, Deliveries::DueAt]),
            ("deliveries_call", vec![Deliveries::CallId]),
        ] {
            let mut index = Index::create().name(name).table(Deliveries::Table).to_owned();
            for column in columns {
                index.col(column);
            }
            manager.create_index(index).await?;
        }
        let cursor = Table::create()
            .table(OutboxCursor::Table)
            .col(ColumnDef::new(OutboxCursor::Id).integer().not_null().primary_key())
            .col(ColumnDef::new(OutboxCursor::Change).big_integer().not_null())
            .to_owned();
        manager.create_table(cursor).await?;
        let recipients = Table::create()
            .table(OutboxRecipients::Table)
            .col(ColumnDef::new(OutboxRecipients::Name).text().not_null().primary_key())
            .col(ColumnDef::new(OutboxRecipients::Since).big_integer().not_null())
            .to_owned();
        manager.create_table(recipients).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(OutboxRecipients::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(OutboxCursor::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Deliveries::Table).to_owned()).await
    }
}
