//! The parties of a call: dialable numbers, and the many forms of a caller without one.

pub(crate) mod address;
pub(crate) mod spelling;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::names::checked_text;
use spelling::visible;

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

impl PhoneNumber {
    /// Reads a called number, which carriers also write as a SIP or WhatsApp address or without the plus.
    pub fn read_called(text: &str) -> Option<Self> {
        Self::read(user_of(&visible(text)), None)
    }
}

/// The part of an address that names the user: what is before the host, without scheme and parameters.
fn user_of(address: &str) -> &str {
    let lower = address.to_ascii_lowercase();
    let scheme = ["sips:", "sip:", "whatsapp:", "tel:"].into_iter().find(|scheme| lower.starts_with(scheme));
    let rest = address.get(scheme.map_or(0, str::len)..).unwrap_or_default();
    rest.split(['@', ';']).next().unwrap_or_default()
}

/// The number in the user part of a SIP address, if it is one: with a plus, or long enough to be no extension.
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

/// The caller in words: number, address, or `withheld`.
impl fmt::Display for CallerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_text().unwrap_or("withheld"))
    }
}

/// Words that stand for "no caller ID" in place of a number or name, in lower case and without blanks.
/// Source: Twilio, "voice request parameters" (anonymous, unknown, other descriptions); the rest seen in the field.
const WITHHELD_WORDS: [&str; 30] = [
    "anonymous",
    "anonymouscaller",
    "anonym",
    "blocked",
    "callerunknown",
    "hidden",
    "hiddennumber",
    "inconnu",
    "masked",
    "nocallerid",
    "nocallerinformation",
    "noid",
    "nonumber",
    "notavailable",
    "numbernotavailable",
    "numberunavailable",
    "numberwithheld",
    "numeromasque",
    "outofarea",
    "privacy",
    "private",
    "privatecaller",
    "privatenumber",
    "restricted",
    "unavailable",
    "unknown",
    "unknowncaller",
    "unknownnumber",
    "withheld",
    "withheldnumber",
];

/// The same words typed on a keypad, which carriers send as if they were numbers:
/// ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE. They look like E.164 and are not.
const WITHHELD_KEYPAD: [&str; 5] = ["266696687", "7378742833", "2562533", "8656696", "86282452253"];

/// Whether a text says that the caller's number is withheld: in words, in the words' keys, or as zeros.
fn is_withheld(text: &str) -> bool {
    let word: String = text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let word = word.replace(['é', 'è'], "e");
    let digits = word.trim_start_matches('0');
    let is_zeros = |digits: &str| digits.len() >= 6 && digits.bytes().all(|b| b == b'0');
    // A country code may stand before the zeros.
    let has_zeros = word.bytes().all(|b| b.is_ascii_digit())
        && (0..=3).any(|code| word.get(code..).is_some_and(is_zeros));
    word.is_empty()
        || WITHHELD_WORDS.contains(&word.as_str())
        || WITHHELD_KEYPAD.contains(&digits)
        || has_zeros
        || word == "0"
}

impl CallerId {
    /// Reads the carrier's text. Every form of "withheld" becomes [`CallerId::Withheld`]; addresses stay as they are.
    ///
    /// ```
    /// use frontdesk_domain::CallerId;
    ///
    /// assert!(matches!(CallerId::read("+33123456789"), CallerId::Known(_)));
    /// assert_eq!(CallerId::read("sip:anonymous@anonymous.invalid"), CallerId::Withheld);
    /// let same = ["+33123456789", "tel:+33123456789", "sip:+33123456789@trunk.example"];
    /// assert!(same.iter().all(|text| CallerId::read(text).identity("").as_deref() == Some("+33123456789")));
    /// ```
    pub fn read(text: &str) -> Self {
        let text = visible(text);
        // A display name may stand before an address: `"Bob" <sip:101@pbx>`.
        let bracketed = text.rsplit_once('<').map(|(_, rest)| rest.trim_end_matches('>').trim());
        let address = bracketed.unwrap_or(&text);
        let lower = address.to_ascii_lowercase();
        // RFC 3323, section 4.1.1.3: the anonymous URI.
        if is_withheld(user_of(address)) || lower.contains("@anonymous.invalid") {
            return Self::Withheld;
        }
        if let Ok(number) = address.parse() {
            return Self::Known(number);
        }
        if lower.starts_with("client:") {
            return Self::Client(address.to_owned());
        }
        if lower.starts_with("sip:") || lower.starts_with("sips:") || address.contains('@') {
            return Self::Sip(address.to_owned());
        }
        Self::Other(text)
    }

    /// The identity by which callers are compared, equal for every spelling of the same caller; `None` when withheld.
    /// A number is written in E.164, regardless of how it was sent; a national one belongs to the country of `called`.
    pub fn identity(&self, called: &str) -> Option<String> {
        match self {
            Self::Known(number) => Some(number.to_string()),
            Self::Withheld => None,
            Self::Client(name) => Some(name.clone()),
            Self::Sip(address) => Some(sip_number(user_of(address)).map_or_else(
                || {
                    let bare = address.to_lowercase();
                    let bare = bare.trim_start_matches("sips:").trim_start_matches("sip:");
                    format!("sip:{}", bare.split(';').next().unwrap_or_default())
                },
                |number| number.to_string(),
            )),
            Self::Other(text) => {
                let home = PhoneNumber::read_called(called);
                let number = PhoneNumber::read(user_of(text), home.as_ref());
                Some(number.map_or_else(|| text.to_lowercase(), |number| number.to_string()))
            }
        }
    }

    /// Whether two calls with this identity are from the same caller. A text that is no number and no address says
    /// nothing about who calls.
    pub fn identifies(&self, called: &str) -> bool {
        let is_number = |identity: String| identity.starts_with('+');
        match self {
            Self::Known(_) | Self::Sip(_) | Self::Client(_) => true,
            Self::Other(_) => self.identity(called).is_some_and(is_number),
            Self::Withheld => false,
        }
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
            "No Caller ID",
            "Private Number",
            "Unknown Caller",
            "Out of Area",
            "Number Withheld",
            "Numéro masqué",
            "0000000000",
            "+10000000000",
            "0",
            "266696687",
            "sip:unknown@1.2.3.4",
            "sip:Restricted@1.2.3.4",
            "sip:+266696687@1.2.3.4",
            "sip:@1.2.3.4",
            "\u{202d}anonymous\u{202c}",
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
        assert_eq!(CallerId::read("sip:101@pbx.example"), CallerId::Sip("sip:101@pbx.example".into()));
        assert_eq!(CallerId::read("\"Bob\" <sip:101@pbx>"), CallerId::Sip("sip:101@pbx".into()));
        assert_eq!(CallerId::read("+33123456789").as_text(), Some("+33123456789"));
    }

    #[test]
    fn every_spelling_of_a_caller_is_the_same_caller_and_stays_as_it_was_sent() {
        for text in [
            "+33899123456",
            "33899123456",
            "0033899123456",
            "0899123456",
            "sip:+33899123456@1.2.3.4",
            "sips:+33899123456@acme.example;user=phone",
            "whatsapp:+33899123456",
            "tel:+33899123456",
        ] {
            let caller = CallerId::read(text);
            assert_eq!(caller.as_text(), Some(text));
            assert_eq!(caller.identity("+33140000000").as_deref(), Some("+33899123456"), "{text}");
            assert!(caller.identifies("+33140000000"), "{text}");
        }
        let identity = |text: &str, called: &str| CallerId::read(text).identity(called);
        assert_eq!(identity("15551234567", "+15556667777").as_deref(), Some("+15551234567"));
        assert_eq!(identity("sip:Bob@Example.com;user=phone", "").as_deref(), Some("sip:bob@example.com"));
        assert_eq!(identity("\"Spam\" <sip:+33899123456@1.2.3.4>", "").as_deref(), Some("+33899123456"));
    }

    #[test]
    fn a_text_without_number_or_address_identifies_nobody() {
        for (text, identifies) in
            [("+33123456789", true), ("client:ann", true), ("sip:ann@x", true), ("1234", false), ("", false)]
        {
            assert_eq!(CallerId::read(text).identifies("+33140000000"), identifies, "{text}");
        }
    }

    #[test]
    fn a_called_number_is_read_in_other_forms() {
        for text in ["+15556667777", "sip:+15556667777@acme.sip.twilio.com", "whatsapp:+15556667777"] {
            assert_eq!(PhoneNumber::read_called(text).unwrap().as_str(), "+15556667777", "{text}");
        }
        for text in ["", "client:desk", "sip:desk@acme.example"] {
            assert_eq!(PhoneNumber::read_called(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_read_out_digit_by_digit() {
        assert_eq!("+33123".parse::<PhoneNumber>().unwrap().spoken(), "3 3 1 2 3");
    }
}
