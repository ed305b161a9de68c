//! References to the nodes of a flow.
use std::fmt;

use serde::Serialize;

use crate::flow::language::Language;
use crate::flow::name::NodeName;

/// A node of the flow, as a target.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Ask for a key.
    Menu(NodeName),
    /// Ring other phones.
    Forward(NodeName),
    /// Take a message.
    Mailbox(NodeName),
    /// Branch by the opening hours.
    Hours(NodeName),
    /// Say something and hang up.
    Goodbye(NodeName),
}

impl Target {
    /// Its kind, as it is written in flow files.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Menu(_) => "menu",
            Self::Forward(_) => "forward",
            Self::Mailbox(_) => "mailbox",
            Self::Hours(_) => "hours",
            Self::Goodbye(_) => "goodbye",
        }
    }

    /// Its name.
    pub fn name(&self) -> &NodeName {
        match self {
            Self::Menu(name)
            | Self::Forward(name)
            | Self::Mailbox(name)
            | Self::Hours(name)
            | Self::Goodbye(name) => name,
        }
    }

    /// The node of that kind and name; `None` if there is no such kind.
    pub fn of_kind(kind: &str, name: NodeName) -> Option<Self> {
        Some(match kind {
            "menu" => Self::Menu(name),
            "forward" => Self::Forward(name),
            "mailbox" => Self::Mailbox(name),
            "hours" => Self::Hours(name),
            "goodbye" => Self::Goodbye(name),
            _ => return None,
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind(), self.name())
    }
}

/// Where a key leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// To a node.
    Go(Target),
    /// Back to the menu from which the caller came.
    Back,
    /// To the same menu again.
    Repeat,
}

impl From<Target> for Then {
    fn from(target: Target) -> Self {
        Self::Go(target)
    }
}

impl fmt::Display for Then {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Go(target) => target.fmt(f),
            Self::Back => f.write_str("back"),
            Self::Repeat => f.write_str("repeat"),
        }
    }
}

/// What a key means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// The name that the company gives the choice, shown in the call list.
    pub label: String,
    /// The language for the rest of the call, if the key chooses one.
    pub language: Option<Language>,
    /// Where it leads.
    pub then: Then,
}

impl Choice {
    /// A key that leads to a node.
    pub fn new(label: impl Into<String>, target: Target) -> Self {
        Self { label: label.into(), language: None, then: Then::Go(target) }
    }
}
