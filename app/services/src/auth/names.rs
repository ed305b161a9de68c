//! Validation of the names of users, tokens and views.

/// A name that does not follow the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadName;

/// Trims a name and validates it: 1 to 64 characters, none of them a control character.
pub(crate) fn valid_name(name: &str) -> Result<&str, BadName> {
    let trimmed = name.trim();
    let length = trimmed.chars().count();
    let fits = (1..=64).contains(&length) && !trimmed.chars().any(char::is_control);
    if fits { Ok(trimmed) } else { Err(BadName) }
}

/// What the audit log calls actors that are not users: used alone, or before a name, as in "token crm".
const OTHER_ACTORS: [&str; 7] =
    ["command line", "retention", "configuration", "token", "proxy", "provider", "setup link"];

/// Validates the name of a user or token: it must not look like another kind of actor in the audit log.
pub(crate) fn valid_user_name(name: &str) -> Result<&str, BadName> {
    let name = valid_name(name)?;
    let lower = name.to_lowercase();
    let resembles = |actor: &&str| {
        lower.strip_prefix(*actor).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    if OTHER_ACTORS.iter().any(resembles) { Err(BadName) } else { Ok(name) }
}
