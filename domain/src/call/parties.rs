//! Caller and called number.
use serde::{Deserialize, Serialize};

use crate::phone::caller::CallerId;

/// Caller and called number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub struct Parties {
    /// The caller.
    pub from: CallerId,
    /// The number that was dialled, as the carrier writes it.
    pub to: String,
    /// The caller's name, if the network sent one.
    pub from_name: Option<String>,
    /// The region of the caller's number, if the network sent it.
    pub from_place: Option<String>,
}

impl Parties {
    /// Caller and called number, without a name.
    pub fn new(from: CallerId, to: &str) -> Self {
        Self { from, to: to.to_owned(), from_name: None, from_place: None }
    }

    /// The caller's identity, by which callers are compared; `None` when withheld.
    pub fn caller(&self) -> Option<String> {
        self.from.identity(&self.to)
    }

    pub(super) fn identity(&self) -> String {
        let Self { from, to, from_name, from_place } = self;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let from = from.as_text().unwrap_or("withheld");
        format!("{from}:{to}:{}:{}", text(from_name), text(from_place))
    }
}
