//! Names of nodes in a flow.
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::names::checked_text;

/// The name of a node: 1 to 32 of `a-z 0-9 _ -`. It is part of URLs and of the log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NodeName(String);

/// A text that is not a valid node name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} cannot be a name: use 1 to 32 lower-case ASCII letters, digits, '-' and '_'")]
pub struct InvalidNodeName(String);

impl FromStr for NodeName {
    type Err = InvalidNodeName;
    fn from_str(text: &str) -> Result<Self, InvalidNodeName> {
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
        if (1..=32).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidNodeName(text.to_owned()))
        }
    }
}

checked_text!(NodeName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_into_a_url_path() {
        assert!("opening-hours_2".parse::<NodeName>().is_ok());
        for bad in ["", "Main", "a.b", "a/b", "a b", "é", &"a".repeat(33)] {
            assert!(bad.parse::<NodeName>().is_err(), "{bad}");
        }
    }
}
