//! What must exist before a command starts: a configuration or a database. A command in the wrong folder must not create
//! an empty database.
use std::path::{Path, PathBuf};

use super::Failure;
use crate::config::{Config, is_configured};
use crate::environment::Environment;

/// What must exist before a command starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Precondition {
    /// Nothing: it works anywhere.
    Nothing,
    /// A configuration; it may create the database.
    Configuration,
    /// A database that exists.
    Database,
}

impl Precondition {
    /// Returns an error if the precondition is not met. Creates nothing.
    pub fn check(
        self,
        config: &Config,
        file: Option<&Path>,
        environment: &Environment,
    ) -> Result<(), Failure> {
        let database = sqlite_file(&config.database_url);
        let exists =
            database.as_ref().is_none_or(|file| file.exists() || crate::backup::is_interrupted(file));
        match self {
            Self::Nothing => Ok(()),
            _ if !is_configured(file, environment) && (database.is_none() || !exists) => {
                Err(Failure::Usage(
                    "there is neither a configuration nor a database here; run the command in frontdesk's folder, or \
                     name the configuration with --config"
                        .to_owned(),
                ))
            }
            Self::Database if !exists => {
                let file = database.unwrap_or_default();
                Err(Failure::Usage(format!(
                    "database.url: {} does not exist yet; `frontdesk serve` creates it",
                    file.display()
                )))
            }
            Self::Configuration | Self::Database => Ok(()),
        }
    }
}

/// The file of a SQLite database; `None` for PostgreSQL.
fn sqlite_file(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite://")?;
    Some(PathBuf::from(path.split('?').next().unwrap_or(path)))
}
