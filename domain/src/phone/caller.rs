//! The caller: a number, or one of the many forms of a caller without a number.
use std::fmt;

use serde::{Deserialize, Serialize};

use super::spelling::visible;
use super::{PhoneNumber, sip_number, user_of};

/// What the network reports about the caller. Parsing never fails: a caller is not refused over a strange caller ID.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type", content = "value")]
pub enum CallerId {
    /// A dialable number.
    Known(PhoneNumber),
    /// The caller withholds the number, or the network does not know it.
    Withheld,
    /// A SIP address, verbatim.
    Sip(String),
    /// An app on the carrier's own network, verbatim (`client:…`).
    Client(String),
    /// Something else the network could not normalise (a short or national number), verbatim; not dialable.
    Other(String),
}

/// The caller as text: number, address, or `withheld`.
impl fmt::Display for CallerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_text().unwrap_or("withheld"))
    }
}

/// Words that mean "no caller ID" instead of a number or name, in lower case and without spaces.
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

/// Such words typed on a keypad, which carriers send as if they were numbers:
/// ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE. They look like E.164 and are not.
const WITHHELD_KEYPAD: [&str; 5] = ["266696687", "7378742833", "2562533", "8656696", "86282452253"];

/// Whether a text means that the caller's number is withheld: as a word, as a word typed on a keypad, or as zeros.
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
    /// A number is in E.164 form, regardless of how it was sent; a national one is read in the country of `called`.
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

    /// Whether two calls with this identity are from the same caller. A text that is neither a number nor an address does
    /// not identify a caller.
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

    /// The caller as it is stored: number or address verbatim, `None` when withheld.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Known(number) => Some(number.as_str()),
            Self::Sip(text) | Self::Client(text) | Self::Other(text) => Some(text),
            Self::Withheld => None,
        }
    }
}
