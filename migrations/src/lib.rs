//! The schema's history, the same on SQLite and PostgreSQL. Append-only: a migration that has been released is never
//! changed, and a release can run beside the schema of the one before it (expand first, contract later).

mod m20261122_000001_create_call_log;
mod m20261122_000002_create_access;
mod m20261124_000003_create_upkeep;
mod m20261125_000004_cluster_call_events;
mod m20261125_000005_add_work;
mod m20261125_000006_create_saved_views;
mod m20261125_000007_create_standing;
mod m20261125_000008_create_outbox;
mod m20261125_000009_create_examinations;
mod m20261125_000010_create_inbox;
mod m20261125_000011_index_text;
mod m20261125_000012_index_ended_text;
mod m20261125_000013_create_second_factors;

use sea_orm_migration::prelude::*;

/// All migrations, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_create_call_log::Migration),
            Box::new(m20261122_000002_create_access::Migration),
            Box::new(m20261124_000003_create_upkeep::Migration),
            Box::new(m20261125_000004_cluster_call_events::Migration),
            Box::new(m20261125_000005_add_work::Migration),
            Box::new(m20261125_000006_create_saved_views::Migration),
            Box::new(m20261125_000007_create_standing::Migration),
            Box::new(m20261125_000008_create_outbox::Migration),
            Box::new(m20261125_000009_create_examinations::Migration),
            Box::new(m20261125_000010_create_inbox::Migration),
            Box::new(m20261125_000011_index_text::Migration),
            Box::new(m20261125_000012_index_ended_text::Migration),
            Box::new(m20261125_000013_create_second_factors::Migration),
        ]
    }
}
