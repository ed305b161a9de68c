//! The parties of a call: dialable numbers, and the many forms of a caller without one.
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::names::checked_text;

/// A dialable number in E.164 form: `+`, a digit that is not 0, at most 15 digits in all.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

/// A text that is not an E.164 number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a phone number in E.164 form, such as +33123456789: {why}")]
pub struct InvalidPhoneNumber {
    why: &'static str,
}

impl PhoneNumber {
    /// The digits with a blank between them, so that a voice reads them one by one.
    pub fn spoken(&self) -> String {
        let mut spoken = String::with_capacity(self.0.len() * 2);
        for digit in self.0.chars().skip(1) {
            if !spoken.is_empty() {
                spoken.push(' ');
            }
            spoken.push(digit);
        }
        spoken
    }
}

impl FromStr for PhoneNumber {
    type Err = InvalidPhoneNumber;
    fn from_str(text: &str) -> Result<Self, InvalidPhoneNumber> {
        let refuse = |why| Err(InvalidPhoneNumber { why });
        let Some(digits) = text.strip_prefix('+') else {
            return refuse("it starts with + and the country code");
        };
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return refuse("after the + there are digits only, no blanks or punctuation");
        }
        if digits.starts_with('0') {
            return refuse("no country code starts with 0");
        }
        if !(2..=15).contains(&digits.len()) {
            return refuse("it has 2 to 15 digits");
        }
        Ok(Self(text.to_owned()))
    }
}

/// What the network reports about the caller. Parsing never fails: a caller is not refused over a strange caller ID.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type", content = "value")]
pub enum CallerId {
    /// A dialable number.
    Known(PhoneNumber),
    /// The caller keeps the number back, or the network does not know it.
    Withheld,
    /// A SIP address, verbatim.
    Sip(String),
    /// An app on the carrier's own network, verbatim (`client:…`).
    Client(String),
    /// Something else the network could not normalise (a short or national number), verbatim; not dialable.
    Other(String),
}

/// Words that stand for "no caller ID" in place of a number.
/// Source: Twilio, "voice request parameters" (anonymous, unknown, other descriptions); the rest seen in the field.
const WITHHELD_WORDS: [&str; 7] =
    ["anonymous", "unknown", "restricted", "private", "unavailable", "blocked", "withheld"];

/// The same words typed on a keypad, which carriers send as if they were numbers:
/// ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE. They look like E.164 and are not.
const WITHHELD_KEYPAD: [&str; 5] = ["+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"];

impl CallerId {
    /// Reads the carrier's text. Every form of "withheld" becomes [`CallerId::Withheld`].
    pub fn read(text: &str) -> Self {
        let text = text.trim();
        let lower = text.to_ascii_lowercase();
        if text.is_empty() || WITHHELD_WORDS.contains(&lower.as_str()) || WITHHELD_KEYPAD.contains(&text) {
            return Self::Withheld;
        }
        if let Ok(number) = text.parse() {
            return Self::Known(number);
        }
        if lower.starts_with("client:") {
            return Self::Client(text.to_owned());
        }
        if lower.starts_with("sip:") || lower.starts_with("sips:") || text.contains('@') {
            let address = lower.trim_start_matches("sips:").trim_start_matches("sip:");
            // RFC 3323, section 4.1.1.3: the anonymous URI.
            return if address.starts_with("anonymous@") || address.contains("@anonymous.invalid") {
                Self::Withheld
            } else {
                Self::Sip(text.to_owned())
            };
        }
        Self::Other(text.to_owned())
    }

    /// The dialable number, if there is one.
    pub fn number(&self) -> Option<&PhoneNumber> {
        match self {
            Self::Known(number) => Some(number),
            Self::Withheld | Self::Sip(_) | Self::Client(_) | Self::Other(_) => None,
        }
    }

    /// The caller as the log writes it: number or address verbatim, `None` when withheld.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Known(number) => Some(number.as_str()),
            Self::Sip(text) | Self::Client(text) | Self::Other(text) => Some(text),
            Self::Withheld => None,
        }
    }
}

checked_text!(PhoneNumber);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e164_numbers_are_taken_and_everything_else_says_why() {
        assert_eq!("+33123456789".parse::<PhoneNumber>().unwrap().as_str(), "+33123456789");
        for (bad, why) in [
            ("0123456789", "starts with +"),
            ("+33 1 23", "digits only"),
            ("+0123", "country code"),
            ("+1", "2 to 15"),
            ("+1234567890123456", "2 to 15"),
            ("+", "2 to 15"),
            ("+٣٣١٢٣", "digits only"),
        ] {
            let error = bad.parse::<PhoneNumber>().unwrap_err().to_string();
            assert!(error.contains(why), "{bad}: {error}");
        }
    }

    #[test]
    fn every_form_of_withheld_is_one() {
        for text in [
            "",
            "  ",
            "anonymous",
            "Anonymous",
            "ANONYMOUS",
            "unknown",
            "Restricted",
            "private",
            "unavailable",
            "+266696687",
            "+7378742833",
            "+2562533",
            "+8656696",
            "+86282452253",
            "sip:anonymous@anonymous.invalid",
            "anonymous@example.com",
        ] {
            assert_eq!(CallerId::read(text), CallerId::Withheld, "{text:?}");
        }
    }

    #[test]
    fn callers_without_a_number_keep_their_address() {
        assert_eq!(CallerId::read("client:alice"), CallerId::Client("client:alice".into()));
        assert_eq!(CallerId::read("sip:bob@example.com"), CallerId::Sip("sip:bob@example.com".into()));
        assert_eq!(CallerId::read("bob@example.com"), CallerId::Sip("bob@example.com".into()));
        assert_eq!(CallerId::read("1234"), CallerId::Other("1234".into()));
        assert_eq!(CallerId::read("+1234567890123456789"), CallerId::Other("+1234567890123456789".into()));
        assert_eq!(CallerId::read("+33123456789").as_text(), Some("+33123456789"));
    }

    #[test]
    fn numbers_are_read_out_digit_by_digit() {
        assert_eq!("+33123".parse::<PhoneNumber>().unwrap().spoken(), "3 3 1 2 3");
    }
}
