//! Phone numbers, addresses and callers: parsing and comparison.

pub(crate) mod address;
pub(crate) mod caller;
pub(crate) mod spelling;

pub use address::InvalidPhoneAddress;
pub use spelling::{digits_of, visible, visible_lines};

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
    /// The digits separated by spaces, so that a voice reads them one by one.
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

impl PhoneNumber {
    /// Reads a called number, which carriers also write as a SIP or WhatsApp address or without the plus.
    pub fn read_called(text: &str) -> Option<Self> {
        Self::read(user_of(&visible(text)), None)
    }
}

/// The user part of an address: what precedes the host, without scheme and parameters.
fn user_of(address: &str) -> &str {
    let lower = address.to_ascii_lowercase();
    let scheme = ["sips:", "sip:", "whatsapp:", "tel:"].into_iter().find(|scheme| lower.starts_with(scheme));
    let rest = address.get(scheme.map_or(0, str::len)..).unwrap_or_default();
    rest.split(['@', ';']).next().unwrap_or_default()
}

/// The number in the user part of a SIP address: with a plus, or too long to be an extension.
fn sip_number(user: &str) -> Option<PhoneNumber> {
    (user.starts_with('+') || user.len() >= 9).then(|| PhoneNumber::read(user, None))?
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

checked_text!(PhoneNumber);

#[cfg(test)]
mod tests;
