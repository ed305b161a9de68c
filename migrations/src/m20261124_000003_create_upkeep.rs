//! What the service remembers of itself and of its users: outages, watermarks, the audit trail; what it must not learn
//! again; and what a token may do. Times are milliseconds since 1970, UTC.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[derive(DeriveIden)]
enum Outages {
    Table,
    Cause,
    BeganAt,
    EndedAt,
    Calls,
    Added,
    Repaired,
    Messages,
}

#[derive(DeriveIden)]
enum Watermarks {
    Table,
    Name,
    At,
}

#[derive(DeriveIden)]
enum Audit {
    Table,
    Id,
    At,
    Actor,
    Action,
    Subject,
}

#[derive(DeriveIden)]
enum Tombstones {
    Table,
    Leg,
}

#[derive(DeriveIden)]
enum ApiTokens {
    Table,
    Scopes,
    LastUsedAt,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing, on both databases.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [outages(), watermarks(), audit(), tombstones()] {
            manager.create_table(table).await?;
        }
        let scopes =
            ColumnDef::new(ApiTokens::Scopes).text().not_null().default("calls audio metrics").to_owned();
        let last_used = ColumnDef::new(ApiTokens::LastUsedAt).big_integer().to_owned();
        for column in [scopes, last_used] {
            // SQLite adds one column a statement.
            manager.alter_table(Table::alter().table(ApiTokens::Table).add_column(column).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [ApiTokens::LastUsedAt, ApiTokens::Scopes] {
            manager
                .alter_table(Table::alter().table(ApiTokens::Table).drop_column(column).to_owned())
                .await?;
        }
        for table in [
            Tombstones::Table.into_iden(),
            Audit::Table.into_iden(),
            Watermarks::Table.into_iden(),
            Outages::Table.into_iden(),
        ] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn outages() -> TableCreateStatement {
    let number = |column: Outages| ColumnDef::new(column).big_integer().not_null().to_owned();
    Table::create()
        .table(Outages::Table)
        .col(ColumnDef::new(Outages::Cause).text().not_null())
        .col(number(Outages::BeganAt))
        .col(number(Outages::EndedAt))
        .col(number(Outages::Calls))
        .col(number(Outages::Added))
        .col(number(Outages::Repaired))
        .col(number(Outages::Messages))
        .primary_key(Index::create().col(Outages::BeganAt).col(Outages::Cause))
        .to_owned()
}

fn watermarks() -> TableCreateStatement {
    Table::create()
        .table(Watermarks::Table)
        .col(ColumnDef::new(Watermarks::Name).text().not_null().primary_key())
        .col(ColumnDef::new(Watermarks::At).big_integer().not_null())
        .to_owned()
}

fn audit() -> TableCreateStatement {
    let text = |column: Audit| ColumnDef::new(column).text().not_null().to_owned();
    Table::create()
        .table(Audit::Table)
        .col(ColumnDef::new(Audit::Id).big_integer().not_null().auto_increment().primary_key())
        .col(ColumnDef::new(Audit::At).big_integer().not_null())
        .col(text(Audit::Actor))
        .col(text(Audit::Action))
        .col(text(Audit::Subject))
        .to_owned()
}

/// SHA-256 of the legs of deleted calls: late news of them is ignored.
fn tombstones() -> TableCreateStatement {
    Table::create()
        .table(Tombstones::Table)
        .col(ColumnDef::new(Tombstones::Leg).text().not_null().primary_key())
        .to_owned()
}
