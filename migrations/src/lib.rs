//! The database schema, for SQLite and PostgreSQL. Released migrations are never changed; a new one is appended.
//!
//! Times are milliseconds since 1970, UTC. Booleans are integers, 0 or 1, because SQLite has no boolean type.

mod m20261130_000001_create_tables;
mod m20261130_000002_create_text_index;

use sea_orm_migration::prelude::*;

/// All migrations, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261130_000001_create_tables::Migration),
            Box::new(m20261130_000002_create_text_index::Migration),
        ]
    }
}

/// Whether a migration's name is that of a development build before the first release. Its data cannot be upgraded.
pub fn is_unreleased(version: &str) -> bool {
    version < "m20261130_000001_create_tables"
}
