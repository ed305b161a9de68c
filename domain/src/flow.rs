//! The call flow: menus, forwards and mailboxes, and how they lead to each other.
//!
//! A [`CallFlow`] can only be had from a [`FlowDraft`] in which no problem was found: every target exists, every
//! place can be reached, and a caller who does nothing at all comes to a mailbox.

pub(crate) mod builtin;
pub(crate) mod draft;
pub(crate) mod plain;
pub(crate) mod problem;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::keys::Key;
use crate::phone::PhoneNumber;

pub use draft::FlowDraft;

/// The name of a menu, forward or mailbox: 1 to 32 of `a-z 0-9 _ -`. It travels in URLs and stands in the log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NodeName(String);

/// A text that cannot name a place of the flow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} cannot be a name: use 1 to 32 small letters, digits, '-' and '_'")]
pub struct InvalidNodeName(String);

impl NodeName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

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

impl TryFrom<String> for NodeName {
    type Error = InvalidNodeName;
    fn try_from(text: String) -> Result<Self, InvalidNodeName> {
        text.parse()
    }
}

impl From<NodeName> for String {
    fn from(name: NodeName) -> Self {
        name.0
    }
}

impl fmt::Display for NodeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a step leads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// Ask for a key.
    Menu(NodeName),
    /// Ring other phones.
    Forward(NodeName),
    /// Take a message.
    Mailbox(NodeName),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Menu(name) => write!(f, "menu {name}"),
            Self::Forward(name) => write!(f, "forward {name}"),
            Self::Mailbox(name) => write!(f, "mailbox {name}"),
        }
    }
}

/// Words for the caller to hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// What is spoken.
    pub text: String,
    /// The language it is written in, as BCP 47 (`en-GB`).
    pub language: String,
}

impl Prompt {
    /// Spoken words in a language.
    pub fn new(text: impl Into<String>, language: impl Into<String>) -> Self {
        Self { text: text.into(), language: language.into() }
    }
}

/// What to do about a caller who pressed nothing, or nothing that means anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reprompt {
    /// Said before the menu is asked again.
    pub prompt: Prompt,
    /// How many times it may happen; the last time leads to `then`. At least 1.
    pub limit: u8,
    /// Where the last time leads.
    pub then: Target,
}

/// What a key means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The office's word for it, shown in the feed.
    pub label: String,
    /// Where it leads.
    pub then: Target,
}

/// A question answered by pressing a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Menu {
    /// The question.
    pub prompt: Prompt,
    /// What each key means.
    pub choices: BTreeMap<Key, Choice>,
    /// How long to wait for a key after the prompt.
    pub timeout: Duration,
    /// Nothing was pressed.
    pub no_input: Reprompt,
    /// A key without a meaning was pressed.
    pub no_match: Reprompt,
}

/// What the callee hears before being put through. `{caller}` in the text stands for who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screening {
    /// Who calls, and which keys take (1) and decline (2) the call.
    pub prompt: Prompt,
    /// In place of `{caller}` when the number is withheld.
    pub withheld: String,
    /// In place of `{caller}` when the caller has an address but no number.
    pub no_number: String,
    /// How many times the question is asked before the call counts as not accepted. At least 1.
    pub limit: u8,
    /// How long to wait for a key after the question.
    pub timeout: Duration,
}

/// A phone to ring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The number to dial.
    pub number: PhoneNumber,
    /// How long to let it ring.
    pub ring: Duration,
    /// Whether the callee must press a key to take the call.
    pub screening: Option<Screening>,
}

/// Rings other phones, one after the other; if nobody takes the call, leads on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forward {
    /// Said to the caller before the first phone rings.
    pub announcement: Option<Prompt>,
    /// Whom to ring, in this order. Never empty.
    pub destinations: Vec<Destination>,
    /// The longest the conversation may last.
    pub time_limit: Duration,
    /// Where to go when nobody took the call.
    pub otherwise: Target,
}

/// Takes a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// Said first to a caller who did not ask for the mailbox but ended up here.
    pub unavailable: Prompt,
    /// Invites the message and says that it is recorded.
    pub greeting: Prompt,
    /// Said after the message, if the caller is still there.
    pub farewell: Prompt,
    /// The longest message.
    pub max_length: Duration,
    /// Silence that ends the message.
    pub silence: Duration,
    /// The key that ends the message.
    pub finish_on_key: Key,
}

/// A flow without problems: what callers go through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallFlow {
    start: Target,
    safety: NodeName,
    menus: BTreeMap<NodeName, Menu>,
    forwards: BTreeMap<NodeName, Forward>,
    mailboxes: BTreeMap<NodeName, Mailbox>,
}

impl CallFlow {
    /// Where every call begins.
    pub fn start(&self) -> &Target {
        &self.start
    }

    /// The mailbox that catches callers when anything else is impossible (the flow changed mid-call, a fault).
    pub fn safety(&self) -> &NodeName {
        &self.safety
    }

    /// The menu of that name.
    pub fn menu(&self, name: &NodeName) -> Option<&Menu> {
        self.menus.get(name)
    }

    /// The forward of that name.
    pub fn forward(&self, name: &NodeName) -> Option<&Forward> {
        self.forwards.get(name)
    }

    /// The mailbox of that name.
    pub fn mailbox(&self, name: &NodeName) -> Option<&Mailbox> {
        self.mailboxes.get(name)
    }

    /// The names of the mailboxes.
    pub fn mailboxes(&self) -> impl Iterator<Item = &NodeName> {
        self.mailboxes.keys()
    }

    /// The longest that caller and callee can speak.
    pub fn longest_forward(&self) -> Duration {
        self.forwards.values().map(|forward| forward.time_limit).max().unwrap_or_default()
    }

    /// Every number this flow can ring: nothing else is ever dialled.
    pub fn numbers(&self) -> impl Iterator<Item = &PhoneNumber> {
        self.forwards.values().flat_map(|f| f.destinations.iter().map(|d| &d.number))
    }
}

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
