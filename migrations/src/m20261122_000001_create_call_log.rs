//! Calls, their events, the effects they cause, and the counter that numbers changes.
//! Times are milliseconds since 1970, UTC.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[derive(DeriveIden)]
enum Calls {
    Table,
    Id,
    Provider,
    ProviderId,
    StartedAt,
    EndedAt,
    State,
    Outcome,
    OutcomeReason,
    FromNumber,
    ToNumber,
    ForwardedTo,
    DurationSeconds,
    TalkSeconds,
    SearchText,
    Document,
    Change,
}

#[derive(DeriveIden)]
enum CallEvents {
    Table,
    CallId,
    Identity,
    At,
    Kind,
    Detail,
    Raw,
}

#[derive(DeriveIden)]
enum Effects {
    Table,
    Key,
    CallId,
    Effect,
    State,
    QueuedAt,
    DueAt,
    Attempt,
    LastError,
}

#[derive(DeriveIden)]
enum ChangeCounter {
    Table,
    Id,
    Value,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing, on both databases.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(calls()).await?;
        let newest = |name: &str, column: Calls| {
            Index::create().name(name).table(Calls::Table).col(column).col(Calls::Id).to_owned()
        };
        let leg = Index::create()
            .name("calls_leg")
            .table(Calls::Table)
            .col(Calls::Provider)
            .col(Calls::ProviderId)
            .unique()
            .to_owned();
        for index in [
            leg,
            newest("calls_outcome", Calls::Outcome),
            newest("calls_state", Calls::State),
            newest("calls_from_number", Calls::FromNumber),
            newest("calls_started_at", Calls::StartedAt),
            newest("calls_provider_id", Calls::ProviderId),
            Index::create().name("calls_change").table(Calls::Table).col(Calls::Change).unique().to_owned(),
        ] {
            manager.create_index(index).await?;
        }
        manager.create_table(call_events()).await?;
        manager.create_table(effects()).await?;
        let due = Index::create()
            .name("effects_due")
            .table(Effects::Table)
            .col(Effects::State)
            .col(Effects::DueAt)
            .to_owned();
        manager.create_index(due).await?;
        manager
            .create_table(
                Table::create()
                    .table(ChangeCounter::Table)
                    .col(ColumnDef::new(ChangeCounter::Id).integer().not_null().primary_key())
                    .col(ColumnDef::new(ChangeCounter::Value).big_integer().not_null())
                    .to_owned(),
            )
            .await?;
        let first = Query::insert()
            .into_table(ChangeCounter::Table)
            .columns([ChangeCounter::Id, ChangeCounter::Value])
            .values_panic([1.into(), 0i64.into()])
            .to_owned();
        manager.execute(first).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            ChangeCounter::Table.into_iden(),
            Effects::Table.into_iden(),
            CallEvents::Table.into_iden(),
            Calls::Table.into_iden(),
        ] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn calls() -> TableCreateStatement {
    let text = |column: Calls| ColumnDef::new(column).text().to_owned();
    let number = |column: Calls| ColumnDef::new(column).big_integer().to_owned();
    Table::create()
        .table(Calls::Table)
        .col(text(Calls::Id).not_null().primary_key())
        .col(text(Calls::Provider).not_null())
        .col(text(Calls::ProviderId).not_null())
        .col(number(Calls::StartedAt))
        .col(number(Calls::EndedAt))
        .col(text(Calls::State).not_null())
        .col(text(Calls::Outcome))
        .col(text(Calls::OutcomeReason))
        .col(text(Calls::FromNumber))
        .col(text(Calls::ToNumber))
        .col(text(Calls::ForwardedTo))
        .col(number(Calls::DurationSeconds))
        .col(number(Calls::TalkSeconds))
        .col(text(Calls::SearchText).not_null())
        .col(text(Calls::Document).not_null())
        .col(number(Calls::Change).not_null())
        .to_owned()
}

fn call_events() -> TableCreateStatement {
    let text = |column: CallEvents| ColumnDef::new(column).text().to_owned();
    Table::create()
        .table(CallEvents::Table)
        .col(text(CallEvents::CallId).not_null())
        .col(text(CallEvents::Identity).not_null())
        .col(ColumnDef::new(CallEvents::At).big_integer().not_null())
        .col(text(CallEvents::Kind).not_null())
        .col(text(CallEvents::Detail).not_null())
        .col(text(CallEvents::Raw))
        .primary_key(Index::create().col(CallEvents::CallId).col(CallEvents::Identity))
        .foreign_key(
            ForeignKey::create()
                .from(CallEvents::Table, CallEvents::CallId)
                .to(Calls::Table, Calls::Id)
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}

fn effects() -> TableCreateStatement {
    let text = |column: Effects| ColumnDef::new(column).text().to_owned();
    let number = |column: Effects| ColumnDef::new(column).big_integer().not_null().to_owned();
    Table::create()
        .table(Effects::Table)
        .col(text(Effects::Key).not_null().primary_key())
        .col(text(Effects::CallId).not_null())
        .col(text(Effects::Effect).not_null())
        .col(text(Effects::State).not_null())
        .col(number(Effects::QueuedAt))
        .col(number(Effects::DueAt))
        .col(number(Effects::Attempt))
        .col(text(Effects::LastError))
        .foreign_key(
            ForeignKey::create()
                .from(Effects::Table, Effects::CallId)
                .to(Calls::Table, Calls::Id)
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}
