//! The database schema, for SQLite and PostgreSQL. Released migrations are never changed; a new one is appended.
//!
//! Times are milliseconds since 1970, UTC. Truth values are integers, 0 or 1, as SQLite has no other.

mod m20261127_000001_create_tables;
mod m20261127_000002_create_text_index;
mod m20261128_000001_add_recipient_position;
mod m20261128_000002_create_contacts;
mod m20261128_000003_describe_sessions;
mod m20261128_000004_create_done_links;
mod m20261129_000001_create_daily_figures;
mod m20261129_000002_index_assigned_calls;
mod m20261129_000003_add_work_change;
mod m20261130_000001_count_by_carrier_and_user;

use sea_orm_migration::prelude::*;

/// All migrations, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261127_000001_create_tables::Migration),
            Box::new(m20261127_000002_create_text_index::Migration),
            Box::new(m20261128_000001_add_recipient_position::Migration),
            Box::new(m20261128_000002_create_contacts::Migration),
            Box::new(m20261128_000003_describe_sessions::Migration),
            Box::new(m20261128_000004_create_done_links::Migration),
            Box::new(m20261129_000001_create_daily_figures::Migration),
            Box::new(m20261129_000002_index_assigned_calls::Migration),
            Box::new(m20261129_000003_add_work_change::Migration),
            Box::new(m20261130_000001_count_by_carrier_and_user::Migration),
        ]
    }
}

/// Whether a migration's name is that of a development build before the first release. Its data cannot be upgraded.
pub fn is_unreleased(version: &str) -> bool {
    ["m20261122_", "m20261124_", "m20261125_", "m20261126_"].iter().any(|day| version.starts_with(day))
}
