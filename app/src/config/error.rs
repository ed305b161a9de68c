//! Configuration errors, with their position in the file.
use std::ops::Range;
use std::sync::Arc;

/// An error in a setting: its position, its key, and what is wrong and how to fix it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}{key}: {what}")]
pub struct ConfigError {
    /// `frontdesk.toml:3: ` or `FRONTDESK__LISTEN: ` or nothing.
    pub place: String,
    /// The setting.
    pub key: String,
    /// What is wrong, with the remedy.
    pub what: String,
    /// The position in the file, if the error has one.
    pub shown: Option<Shown>,
}

/// A position in a file, with the file's text to show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The file's name.
    pub file: String,
    /// Its text.
    pub text: Arc<str>,
    /// The range in the text, in bytes.
    pub span: Range<usize>,
}

impl ConfigError {
    /// An error without a position in a file.
    pub fn new(place: impl Into<String>, key: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), key: key.into(), what: what.into(), shown: None }
    }
}

/// All errors in the settings; never empty.
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
