//! A dialogue as a word in a URL path: readable when debugging, and never refused when read back.

use std::fmt;
use std::str::FromStr;

use super::{Dialogue, MailboxCause};
use crate::dialogue::instruction::CallerShown;

impl fmt::Display for Dialogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start => f.write_str("start"),
            Self::Menu { menu, no_input, no_match, step } => {
                write!(f, "menu.{menu}.{no_input}.{no_match}.{step}")
            }
            Self::Forward { forward, position, step } => write!(f, "forward.{forward}.{position}.{step}"),
            Self::Mailbox { mailbox, cause, step } => write!(f, "mailbox.{mailbox}.{}.{step}", cause.word()),
            Self::Screening { forward, position, step, attempt, caller } => {
                write!(f, "screening.{forward}.{position}.{step}.{attempt}.{}", caller.word())
            }
            Self::Lost => f.write_str("lost"),
        }
    }
}

impl Dialogue {
    /// Reads a dialogue back. Whatever does not read as one is [`Dialogue::Lost`], from which a caller is led to a
    /// mailbox: an old or mangled URL must not cost a call.
    pub fn read(token: &str) -> Self {
        Self::parse(token).unwrap_or(Self::Lost)
    }

    fn parse(token: &str) -> Option<Self> {
        let parts: Vec<&str> = token.split('.').collect();
        Some(match parts.as_slice() {
            ["start"] => Self::Start,
            ["menu", menu, no_input, no_match, step] => Self::Menu {
                menu: menu.parse().ok()?,
                no_input: number(no_input)?,
                no_match: number(no_match)?,
                step: number(step)?,
            },
            ["forward", forward, position, step] => Self::Forward {
                forward: forward.parse().ok()?,
                position: number(position)?,
                step: number(step)?,
            },
            ["mailbox", mailbox, cause, step] => Self::Mailbox {
                mailbox: mailbox.parse().ok()?,
                cause: MailboxCause::ALL.into_iter().find(|c| c.word() == *cause)?,
                step: number(step)?,
            },
            ["screening", forward, position, step, attempt, caller] => Self::Screening {
                forward: forward.parse().ok()?,
                position: number(position)?,
                step: number(step)?,
                attempt: number(attempt)?,
                caller: CallerShown::ALL.into_iter().find(|c| c.word() == *caller)?,
            },
            _ => return None,
        })
    }
}

/// A number as `Display` writes it, so that one dialogue has one token.
fn number<T: FromStr + ToString>(text: &str) -> Option<T> {
    text.parse().ok().filter(|n: &T| n.to_string() == text)
}

impl MailboxCause {
    const ALL: [Self; 8] = [
        Self::Chosen,
        Self::NoInput,
        Self::NoMatch,
        Self::NoAnswer,
        Self::Busy,
        Self::Failed,
        Self::Canceled,
        Self::Fault,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Chosen => "chosen",
            Self::NoInput => "no_input",
            Self::NoMatch => "no_match",
            Self::NoAnswer => "no_answer",
            Self::Busy => "busy",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Fault => "fault",
        }
    }
}

impl CallerShown {
    const ALL: [Self; 3] = [Self::Number, Self::Withheld, Self::Address];

    fn word(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Withheld => "withheld",
            Self::Address => "address",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialogue_survives_the_way_through_a_url() {
        for token in [
            "start",
            "menu.main.0.2.7",
            "forward.team.1.3",
            "mailbox.main.no_answer.4",
            "screening.team.0.3.2.withheld",
        ] {
            let dialogue = Dialogue::read(token);
            assert_ne!(dialogue, Dialogue::Lost, "{token}");
            assert_eq!(dialogue.to_string(), token);
        }
    }

    #[test]
    fn whatever_is_no_dialogue_is_lost_not_refused() {
        for token in [
            "",
            "menu",
            "menu.main.0.0",
            "menu.Main.0.0.1",
            "menu.main.256.0.1",
            "menu.main.00.0.1",
            "menu.main.+1.0.1",
            "x.y",
            "mailbox.main.never.1",
        ] {
            assert_eq!(Dialogue::read(token), Dialogue::Lost, "{token}");
        }
    }
}
