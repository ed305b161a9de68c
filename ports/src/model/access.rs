//! Users, their sessions, and API tokens. Not part of the domain, because applications that embed the domain have
//! users of their own.
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use frontdesk_domain::Timestamp;
use frontdesk_domain::named;
use frontdesk_domain::names::UnknownName;
use strum::{IntoStaticStr, VariantArray};

/// A user's role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Role {
    /// Reads the feed, plays voicemails, and works on calls.
    Reader,
    /// All of that, and administers the service.
    Admin,
}

named!(Role);

/// The form in which user names are compared: e-mail addresses without regard to letter case, other names exactly.
pub fn user_key(name: &str) -> String {
    if name.contains('@') { name.to_lowercase() } else { name.to_owned() }
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The name they sign in with.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The hash of their password (PHC string).
    pub password_hash: String,
}

/// A user's signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the session token; the token itself is only in the cookie.
    pub token_hash: String,
    /// The user.
    pub user: String,
    /// The token that forms must carry.
    pub csrf: String,
    /// When they signed in.
    pub created_at: Timestamp,
    /// When it was last used.
    pub seen_at: Timestamp,
    /// Browser and system, such as "Firefox on Windows"; empty if not known.
    pub browser: String,
    /// The address it signed in from; empty if not known.
    pub address: String,
}

/// A second factor in addition to the password: the codes of an authenticator app.
#[derive(Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// The user.
    pub user: String,
    /// The shared secret, in base32.
    pub secret: String,
    /// Whether the user has confirmed a code. Only then is a code required at sign-in.
    pub confirmed: bool,
    /// The time step of the last code that was used.
    pub last_step: u64,
}

impl fmt::Debug for SecondFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecondFactor").field("confirmed", &self.confirmed).finish_non_exhaustive()
    }
}

/// The result of a change of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserChange {
    /// It was made.
    Done,
    /// There is no such user.
    Nobody,
    /// It was not made: no admin would remain.
    LastAdmin,
}

/// A saved view of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    /// The name that the user chose.
    pub name: String,
    /// Its tab and filters, as the query string of an address.
    pub query: String,
}

/// A program's credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Its name, such as the program that uses it.
    pub name: String,
    /// SHA-256 of the token.
    pub token_hash: String,
    /// What it may do.
    pub scopes: Scopes,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last used, if ever, to the minute.
    pub last_used_at: Option<Timestamp>,
}

/// A permission of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Scope {
    /// Read calls and figures.
    Calls,
    /// Listen to voicemails.
    Audio,
    /// Read the service's own metrics.
    Metrics,
    /// Read and work on calls: mark them done, assign, note and tag them, and retry failed voicemail downloads.
    Work,
}

named!(Scope);

/// The scopes of a token. As text, they are separated by spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scopes(pub BTreeSet<Scope>);

impl Scopes {
    /// Everything.
    pub fn all() -> Self {
        Self(Scope::VARIANTS.iter().copied().collect())
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.0.iter().map(|scope| scope.as_str()).collect();
        f.write_str(&words.join(" "))
    }
}

impl FromStr for Scopes {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        text.split_whitespace().map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}
