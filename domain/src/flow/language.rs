//! Languages of a call.
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::names::checked_text;

/// A language tag such as `en-GB` (BCP 47: ASCII alphanumerics and hyphens, 2 to 35 characters).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Language(String);

/// A text that is not a valid language tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a valid language; use a tag such as en-GB or fr-FR")]
pub struct InvalidLanguage(String);

impl Language {
    /// The tag up to its first hyphen: `en` of `en-GB`.
    pub fn primary(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }
}

impl FromStr for Language {
    type Err = InvalidLanguage;
    fn from_str(text: &str) -> Result<Self, InvalidLanguage> {
        let mut parts = text.split('-');
        let primary = parts.next().unwrap_or_default();
        let fits = (2..=35).contains(&text.len())
            && (2..=3).contains(&primary.len())
            && primary.bytes().all(|b| b.is_ascii_lowercase())
            && parts
                .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidLanguage(text.to_owned())) }
    }
}

checked_text!(Language);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_tags() {
        for good in ["en", "en-GB", "cmn-Hans-CN", "es-419"] {
            assert_eq!(good.parse::<Language>().unwrap().as_str(), good);
        }
        for bad in ["", "e", "EN", "english", "en_GB", "en-", "en~x", "file"] {
            assert!(bad.parse::<Language>().is_err(), "{bad}");
        }
    }
}
