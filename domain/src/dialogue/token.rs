//! A dialogue as a token in a URL path: readable when debugging, and never rejected when read back.
//!
//! The parts of a state are separated by dots; the caller's history, if it has more than the step number, follows
//! after tildes: `menu.sales.0.0.3~e.1f2e3d4c~l.fr-FR~m.main~c.main.1`. All of it is unreserved in URLs (RFC 3986, section 2.3), so
//! no proxy re-encodes it.
use std::fmt;
use std::str::FromStr;

use super::Dialogue;
use super::history::DialogueHistory;
use crate::keys::Keys;

impl fmt::Display for Dialogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let step = self.history().step;
        match self {
            Self::Start => f.write_str("start"),
            Self::Menu { menu, no_input, no_match, history } => {
                write!(f, "menu.{menu}.{no_input}.{no_match}.{step}{history}")
            }
            Self::Forward { forward, position, history } => {
                write!(f, "forward.{forward}.{position}.{step}{history}")
            }
            Self::Mailbox { mailbox, cause, history } => {
                write!(f, "mailbox.{mailbox}.{}.{step}{history}", cause.as_str())
            }
            Self::Confirm { mailbox, cause, recording, history } => {
                write!(f, "confirm.{mailbox}.{}.{recording}.{step}{history}", cause.as_str())
            }
            Self::Screening { forward, position, attempt, caller, history } => {
                write!(f, "screening.{forward}.{position}.{step}.{attempt}.{}{history}", caller.as_str())
            }
            Self::Lost => f.write_str("lost"),
        }
    }
}

impl From<String> for Dialogue {
    fn from(token: String) -> Self {
        Self::read(&token)
    }
}

impl From<Dialogue> for String {
    fn from(dialogue: Dialogue) -> Self {
        dialogue.to_string()
    }
}

/// The parts of a history other than the step.
impl fmt::Display for DialogueHistory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(version) = &self.version {
            write!(f, "~e.{version}")?;
        }
        if let Some(language) = &self.language {
            write!(f, "~l.{language}")?;
        }
        if !self.menus.is_empty() {
            f.write_str("~m")?;
            self.menus.iter().try_for_each(|menu| write!(f, ".{menu}"))?;
        }
        if self.forwarded {
            f.write_str("~f")?;
        }
        if let Some(rotation) = self.rotation {
            write!(f, "~r.{rotation}")?;
        }
        if self.shows_ours {
            f.write_str("~o")?;
        }
        if let Some((menu, keys)) = &self.chosen {
            let keys = keys.to_string().replace('*', "s").replace('#', "h");
            write!(f, "~c.{menu}.{keys}")?;
        }
        Ok(())
    }
}

impl DialogueHistory {
    fn parse<'t>(step: u16, sections: impl Iterator<Item = &'t str>) -> Option<Self> {
        let mut history = Self::at_step(step);
        for section in sections {
            if section == "f" {
                history.forwarded = true;
                continue;
            }
            if section == "o" {
                history.shows_ours = true;
                continue;
            }
            let (kind, rest) = section.split_once('.')?;
            match kind {
                "e" => history.version = Some(rest.parse().ok()?),
                "r" => history.rotation = Some(number(rest)?),
                "l" => history.language = Some(rest.parse().ok()?),
                "m" => history.menus = rest.split('.').map(str::parse).collect::<Result<_, _>>().ok()?,
                "c" => {
                    let (menu, keys) = rest.split_once('.')?;
                    let keys: Keys = keys.replace('s', "*").replace('h', "#").parse().ok()?;
                    history.chosen = Some((menu.parse().ok()?, keys));
                }
                _ => return None,
            }
        }
        Some(history)
    }
}

impl Dialogue {
    /// Parses a dialogue. An unreadable token becomes [`Dialogue::Lost`], which leads the caller to a mailbox: an old
    /// or damaged URL must not cost a call.
    ///
    /// ```
    /// use frontdesk_domain::Dialogue;
    ///
    /// let at = Dialogue::read("mailbox.main.chosen.2");
    /// assert!(matches!(at, Dialogue::Mailbox { .. }));
    /// assert_eq!(at.to_string(), "mailbox.main.chosen.2");
    /// assert_eq!(Dialogue::read("%00"), Dialogue::Lost);
    /// ```
    pub fn read(token: &str) -> Self {
        Self::parse(token).unwrap_or(Self::Lost)
    }

    fn parse(token: &str) -> Option<Self> {
        let mut sections = token.split('~');
        let parts: Vec<&str> = sections.next()?.split('.').collect();
        let history = |step: &str| DialogueHistory::parse(number(step)?, sections);
        Some(match parts.as_slice() {
            ["start"] => Self::Start,
            ["menu", menu, no_input, no_match, step] => Self::Menu {
                menu: menu.parse().ok()?,
                no_input: number(no_input)?,
                no_match: number(no_match)?,
                history: history(step)?,
            },
            ["forward", forward, position, step] => Self::Forward {
                forward: forward.parse().ok()?,
                position: number(position)?,
                history: history(step)?,
            },
            ["mailbox", mailbox, cause, step] => Self::Mailbox {
                mailbox: mailbox.parse().ok()?,
                cause: cause.parse().ok()?,
                history: history(step)?,
            },
            ["confirm", mailbox, cause, recording, step] => Self::Confirm {
                mailbox: mailbox.parse().ok()?,
                cause: cause.parse().ok()?,
                recording: recording.parse().ok()?,
                history: history(step)?,
            },
            ["screening", forward, position, step, attempt, caller] => Self::Screening {
                forward: forward.parse().ok()?,
                position: number(position)?,
                attempt: number(attempt)?,
                caller: caller.parse().ok()?,
                history: history(step)?,
            },
            _ => return None,
        })
    }
}

/// Parses a number only in the form that `Display` writes, so that each dialogue has exactly one token.
fn number<T: FromStr + ToString>(text: &str) -> Option<T> {
    text.parse().ok().filter(|n: &T| n.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialogue_round_trips_through_its_token() {
        for token in [
            "start",
            "menu.main.0.2.7",
            "forward.team.1.3",
            "mailbox.main.no_answer.4",
            "screening.team.0.3.2.withheld",
            "menu.sales.0.0.3~e.0f2e3d4c~l.fr-FR~m.main.shop~c.main.1s2h",
            "confirm.main.closed.RE1.4~l.en-GB",
            "forward.team.0.3~m.main~f~c.main.1",
            "forward.team.0.4~f~r.17~o",
            "screening.team.0.3.2.number~c.main.1",
        ] {
            let dialogue = Dialogue::read(token);
            assert_ne!(dialogue, Dialogue::Lost, "{token}");
            assert_eq!(dialogue.to_string(), token);
        }
    }

    #[test]
    fn an_unreadable_token_is_lost_not_refused() {
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
            "menu.main.0.0.1~",
            "menu.main.0.0.1~x.y",
            "menu.main.0.0.1~e.F",
            "menu.main.0.0.1~l.EN",
            "menu.main.0.0.1~m.",
        ] {
            assert_eq!(Dialogue::read(token), Dialogue::Lost, "{token}");
        }
    }
}
