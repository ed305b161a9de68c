//! The graph of a flow: how its nodes are connected.
use std::fmt;

use crate::flow::draft::FlowDraft;
use crate::flow::target::{Target, Then};
use crate::keys::Keys;

/// What leads from one node to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// These keys.
    Keys {
        /// The keys.
        keys: Keys,
        /// Their label.
        label: String,
    },
    /// Nothing was pressed, this many times.
    NoInput(u8),
    /// Keys without a meaning were pressed, this many times.
    NoMatch(u8),
    /// The call was not answered.
    Nobody,
    /// It is open.
    Open,
    /// It is closed.
    Closed,
    /// A dated rule closes the day.
    Holiday,
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keys { keys, label } => write!(f, "{keys} {label}"),
            Self::NoInput(limit) => write!(f, "nothing pressed, {}", times(*limit)),
            Self::NoMatch(limit) => write!(f, "another key, {}", times(*limit)),
            Self::Nobody => f.write_str("not answered"),
            Self::Open => f.write_str("open"),
            Self::Closed => f.write_str("closed"),
            Self::Holiday => f.write_str("holiday"),
        }
    }
}

fn times(count: u8) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

/// An exit of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    /// What leads there.
    pub by: By,
    /// Where it leads.
    pub then: Then,
    /// The setting of the node that defines the exit (`no_input.then`).
    pub setting: String,
}

impl Exit {
    fn new(by: By, then: impl Into<Then>, setting: impl Into<String>) -> Self {
        Self { by, then: then.into(), setting: setting.into() }
    }

    /// The node it leads to; `None` for a key that leads back or asks again.
    pub fn target(&self) -> Option<&Target> {
        match &self.then {
            Then::Go(target) => Some(target),
            Then::Back | Then::Repeat => None,
        }
    }

    /// Whether a caller who presses nothing can take this exit.
    pub fn is_silent(&self) -> bool {
        !matches!(self.by, By::Keys { .. } | By::NoMatch(_))
    }
}

impl FlowDraft {
    /// Every exit of a node.
    pub fn exits(&self, place: &Target) -> Vec<Exit> {
        match place {
            Target::Menu(name) => self.menus.get(name).map_or_else(Vec::new, |menu| {
                let ways = menu.ways().map(|(keys, choice)| {
                    let (by, setting) = if keys.single().is_some() {
                        ("keys", keys.to_string())
                    } else {
                        ("extensions", keys.to_string())
                    };
                    let label = choice.label.clone();
                    Exit::new(By::Keys { keys, label }, choice.then.clone(), format!("{by}.{setting}"))
                });
                let silent =
                    Exit::new(By::NoInput(menu.no_input.limit), menu.no_input.then.clone(), "no_input.then");
                let wrong =
                    Exit::new(By::NoMatch(menu.no_match.limit), menu.no_match.then.clone(), "no_match.then");
                ways.chain([silent, wrong]).collect()
            }),
            Target::Forward(name) => {
                let forward = self.forwards.get(name);
                forward.map(|f| Exit::new(By::Nobody, f.otherwise.clone(), "otherwise")).into_iter().collect()
            }
            Target::Hours(name) => self.hours.get(name).map_or_else(Vec::new, |hours| {
                let holiday = hours.holiday.iter().map(|t| Exit::new(By::Holiday, t.clone(), "holiday"));
                [
                    Exit::new(By::Open, hours.open.clone(), "open"),
                    Exit::new(By::Closed, hours.closed.clone(), "closed"),
                ]
                .into_iter()
                .chain(holiday)
                .collect()
            }),
            Target::Mailbox(_) | Target::Goodbye(_) => Vec::new(),
        }
    }

    /// The nodes where calls begin, or that a caller rule, a closure or a fault leads to, with the setting that names each.
    pub fn entrances(&self) -> Vec<(String, Target)> {
        let mut entrances = vec![("start".to_owned(), self.start.clone())];
        let numbers = self.main_numbers.iter();
        entrances
            .extend(numbers.map(|(number, entrance)| (format!("numbers.{number}"), entrance.start.clone())));
        for (place, rule) in self.callers.iter().enumerate() {
            if let crate::flow::callers::CallerThen::Go(target) = &rule.then {
                entrances.push((format!("callers.{place}.then"), target.clone()));
            }
        }
        entrances.extend(self.closed.iter().map(|target| ("closed".to_owned(), target.clone())));
        entrances.push(("safety".to_owned(), Target::Mailbox(self.safety.clone())));
        entrances
    }
}
