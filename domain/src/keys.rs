//! Keys of a telephone's keypad (DTMF).
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::names::{checked_text, text_in_json};

/// One key: `0`-`9`, `*` or `#`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "char", into = "char")]
pub struct Key(char);

/// A character that is not on a telephone's keypad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a telephone key; keys are 0 to 9, * and #")]
pub struct InvalidKey(char);

impl TryFrom<char> for Key {
    type Error = InvalidKey;
    fn try_from(c: char) -> Result<Self, InvalidKey> {
        if c.is_ascii_digit() || c == '*' || c == '#' { Ok(Self(c)) } else { Err(InvalidKey(c)) }
    }
}

impl From<Key> for char {
    fn from(key: Key) -> Self {
        key.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Keys in the order they were pressed; may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Keys(Vec<Key>);

impl Keys {
    /// The one key pressed, if it was exactly one.
    pub fn single(&self) -> Option<Key> {
        match self.0.as_slice() {
            [key] => Some(*key),
            _ => None,
        }
    }

    /// Whether nothing was pressed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Parses keys sent by a carrier and drops every character that is not a key: a caller is never refused over a
    /// stray character.
    ///
    /// ```
    /// use frontdesk_domain::Keys;
    ///
    /// assert_eq!(Keys::lenient("1 2w#").to_string(), "12#");
    /// ```
    pub fn lenient(text: &str) -> Self {
        Self(text.chars().filter_map(|c| Key::try_from(c).ok()).collect())
    }
}

impl From<Key> for Keys {
    fn from(key: Key) -> Self {
        Self(vec![key])
    }
}

impl FromIterator<Key> for Keys {
    fn from_iter<T: IntoIterator<Item = Key>>(keys: T) -> Self {
        Self(keys.into_iter().collect())
    }
}

impl FromStr for Keys {
    type Err = InvalidKey;
    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        text.chars().map(Key::try_from).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|key| write!(f, "{key}"))
    }
}

text_in_json!(Keys);

/// Keys that are dialled once a phone is picked up, such as the extension behind a company's number: `ww123#`. A `w`
/// waits half a second.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DialDigits(String);

/// A text that is not valid as [`DialDigits`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("digits are 1 to 32 of 0 to 9, * and #, and w, which waits half a second, such as \"ww123#\"")]
pub struct InvalidDialDigits;

impl FromStr for DialDigits {
    type Err = InvalidDialDigits;

    fn from_str(text: &str) -> Result<Self, InvalidDialDigits> {
        let is_one = |c: char| c == 'w' || Key::try_from(c).is_ok();
        let has_key = text.chars().any(|c| Key::try_from(c).is_ok());
        let fits = text.len() <= 32 && has_key && text.chars().all(is_one);
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidDialDigits) }
    }
}

checked_text!(DialDigits);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_the_twelve_of_a_keypad() {
        assert_eq!("0123456789*#".parse::<Keys>().unwrap().to_string(), "0123456789*#");
        assert_eq!("12a".parse::<Keys>(), Err(InvalidKey('a')));
    }

    #[test]
    fn only_one_key_is_a_single_key() {
        assert_eq!("1".parse::<Keys>().unwrap().single(), Key::try_from('1').ok());
        assert_eq!("11".parse::<Keys>().unwrap().single(), None);
        assert_eq!(Keys::default().single(), None);
    }

    #[test]
    fn stray_characters_are_dropped_not_refused() {
        assert_eq!(Keys::lenient("1w\u{0}２").to_string(), "1");
    }
}
