//! What is wrong with the configuration, and where it can be shown.
use std::ops::Range;
use std::sync::Arc;

/// What is wrong with a setting: where it stands, which it is, what is wrong and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}{key}: {what}")]
pub struct ConfigError {
    /// `frontdesk.toml:3: ` or `FRONTDESK__LISTEN: ` or nothing.
    pub place: String,
    /// The setting.
    pub key: String,
    /// What is wrong, with the remedy.
    pub what: String,
    /// Where it can be shown in its file.
    pub shown: Option<Shown>,
}

/// A place in a file that can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The file's name.
    pub file: String,
    /// Its text.
    pub text: Arc<str>,
    /// The place, in bytes.
    pub span: Range<usize>,
}

impl ConfigError {
    /// Something that cannot be shown in a file.
    pub fn new(place: impl Into<String>, key: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), key: key.into(), what: what.into(), shown: None }
    }
}

/// All that is wrong with the settings; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors(pub Vec<ConfigError>);

impl std::fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(first) = self.0.first() {
            write!(f, "{first}")?;
        }
        match self.0.len() {
            0 | 1 => Ok(()),
            more => write!(f, " (and {} more; `frontdesk check` lists them)", more - 1),
        }
    }
}

impl std::error::Error for ConfigErrors {}
