//! Which names people and tokens can have.

/// A name that does not follow the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadName;

/// The name of a person or token: 1 to 64 printable characters, without blanks around it.
pub(crate) fn valid_name(name: &str) -> Result<&str, BadName> {
    let trimmed = name.trim();
    let length = trimmed.chars().count();
    let fits = (1..=64).contains(&length) && !trimmed.chars().any(char::is_control);
    if fits { Ok(trimmed) } else { Err(BadName) }
}

/// What the audit log calls actors that are no people; each alone, or before a name.
const OTHER_ACTORS: [&str; 7] =
    ["command line", "retention", "configuration", "token", "proxy", "provider", "setup link"];

/// The name of a person: none that the audit log could confuse with another kind of actor.
pub(crate) fn valid_user_name(name: &str) -> Result<&str, BadName> {
    let name = valid_name(name)?;
    let lower = name.to_lowercase();
    let imitates = |actor: &&str| {
        lower.strip_prefix(*actor).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    if OTHER_ACTORS.iter().any(imitates) { Err(BadName) } else { Ok(name) }
}
