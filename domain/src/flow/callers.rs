//! Caller rules: a call is refused, or sent to another node, before it is answered.
use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use strum::{IntoStaticStr, VariantArray};

use crate::flow::target::Target;
use crate::named;
use crate::phone::PhoneNumber;
use crate::phone::caller::CallerId;

/// What the network says about the caller's number (STIR/SHAKEN).
#[derive(IntoStaticStr, VariantArray, Serialize)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub enum Attestation {
    /// Verified: the network attests the caller and the number (A).
    #[strum(serialize = "A")]
    Full,
    /// Verified: the network attests the caller (B).
    #[strum(serialize = "B")]
    Partial,
    /// Verified: the network attests only its own gateway (C).
    #[strum(serialize = "C")]
    Gateway,
    /// The check failed: the number is likely not the caller's.
    Failed,
    /// Nothing is known.
    #[default]
    Unknown,
}

named!(Attestation);

/// Which callers a rule applies to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CallerPattern {
    /// One number.
    Number(PhoneNumber),
    /// Every number with this prefix; written with a `*` at the end.
    Prefix(String),
    /// Every address with this prefix, such as `sip:` or `client:`; written with a `*` at the end.
    Address(String),
    /// One caller without a number that can be dialled, by address or text.
    Caller(String),
    /// Callers who withhold their number.
    Withheld,
    /// Callers with this verification result; written `stir:C`.
    Attested(Attestation),
}

/// A text that is not a valid caller pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a valid caller pattern; use a number (+33123456789), a prefix (+3389*), an address (sip:ann@example.com, client:ann, sip:*, client:*), withheld, or stir:A, stir:B, stir:C, \
     stir:failed, stir:unknown"
)]
pub struct InvalidCallerPattern(String);

impl CallerPattern {
    /// Whether the pattern matches this caller.
    pub fn fits(&self, from: &CallerId, called: &str, attestation: Attestation) -> bool {
        let identity = || from.identity(called);
        match self {
            Self::Number(number) => identity().as_deref() == Some(number.as_str()),
            Self::Prefix(prefix) => identity().is_some_and(|identity| identity.starts_with(prefix)),
            Self::Address(prefix) => {
                identity().is_some_and(|identity| identity.to_lowercase().starts_with(prefix))
            }
            Self::Caller(wanted) => identity().as_ref() == Some(wanted),
            Self::Withheld => *from == CallerId::Withheld,
            Self::Attested(wanted) => attestation == *wanted,
        }
    }
}

impl FromStr for CallerPattern {
    type Err = InvalidCallerPattern;
    fn from_str(text: &str) -> Result<Self, InvalidCallerPattern> {
        let bad = || InvalidCallerPattern(text.to_owned());
        if text == "withheld" {
            return Ok(Self::Withheld);
        }
        if let Some(word) = text.strip_prefix("stir:") {
            let found = Attestation::VARIANTS.iter().copied().find(|one| one.as_str() == word);
            return found.map(Self::Attested).ok_or_else(bad);
        }
        if let Some(prefix) = text.strip_suffix('*') {
            if prefix.starts_with("sip:") || prefix.starts_with("client:") {
                return Ok(Self::Address(prefix.to_lowercase()));
            }
            let digits = prefix.strip_prefix('+').ok_or_else(bad)?;
            let fits = (1..=14).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
            return if fits { Ok(Self::Prefix(prefix.to_owned())) } else { Err(bad()) };
        }
        if let Some(number) = PhoneNumber::read(text, None) {
            return Ok(Self::Number(number));
        }
        match CallerId::read(text) {
            CallerId::Withheld if !text.trim().is_empty() => Ok(Self::Withheld),
            caller @ (CallerId::Sip(_) | CallerId::Client(_)) => {
                caller.identity("").map(Self::Caller).ok_or_else(bad)
            }
            // A short or otherwise undialable number. Words are more likely a mistake. So is a national number, because
            // callers are compared by their international numbers.
            CallerId::Other(text) if text.bytes().all(|b| b.is_ascii_digit()) && !is_national(&text) => {
                Ok(Self::Caller(text))
            }
            _ => Err(bad()),
        }
    }
}

/// Whether digits are probably a number with a trunk prefix instead of its country code.
fn is_national(digits: &str) -> bool {
    digits.starts_with('0') && digits.len() > 6
}

impl fmt::Display for CallerPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Prefix(prefix) | Self::Address(prefix) => write!(f, "{prefix}*"),
            Self::Caller(caller) => f.write_str(caller),
            Self::Withheld => f.write_str("withheld"),
            Self::Attested(attestation) => write!(f, "stir:{}", attestation.as_str()),
        }
    }
}

/// What happens to callers who match a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CallerThen {
    /// They take the normal path; later rules are not checked.
    Allow,
    /// They are refused before the call is answered, which costs nothing.
    Reject,
    /// They go to a node.
    Go(Target),
}

/// A rule about callers. The first rule that matches applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallerRule {
    /// The callers it applies to: any of these.
    pub callers: Vec<CallerPattern>,
    /// What happens to them.
    pub then: CallerThen,
}

impl CallerRule {
    /// Whether the rule matches this caller.
    pub fn fits(&self, from: &CallerId, called: &str, attestation: Attestation) -> bool {
        self.callers.iter().any(|pattern| pattern.fits(from, called, attestation))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_parse_and_match_the_callers_they_describe() {
        let caller = CallerId::read("+33899123456");
        for (text, fits) in [
            ("+33899123456", true),
            ("+3389*", true),
            ("+3388*", false),
            ("withheld", false),
            ("stir:C", true),
            ("stir:A", false),
        ] {
            let pattern: CallerPattern = text.parse().unwrap();
            assert_eq!(pattern.to_string(), text);
            assert_eq!(pattern.fits(&caller, "", Attestation::Gateway), fits, "{text}");
        }
        assert!(CallerPattern::Withheld.fits(&CallerId::read("anonymous"), "", Attestation::Unknown));
        for (text, caller) in [
            ("sip:*", "sip:spam@1.2.3.4"),
            ("client:*", "client:spam"),
            ("client:Ann*", "client:Ann1"),
            ("sip:Spam@1.2.3.4", "sips:spam@1.2.3.4;user=phone"),
            ("33899123456", "whatsapp:+33899123456"),
            ("+33899123456", "0899123456"),
            ("0000000000", "anonymous"),
            ("1234", "1234"),
        ] {
            let pattern: CallerPattern = text.parse().unwrap();
            assert!(
                pattern.fits(&CallerId::read(caller), "+33140000000", Attestation::Unknown),
                "{text}: {caller}"
            );
        }
        let sip: CallerPattern = "sip:*".parse().unwrap();
        assert!(!sip.fits(&CallerId::read("sip:+33899123456@1.2.3.4"), "", Attestation::Unknown), "a number");
        for bad in ["", "*", "0899*", "0899123456", "+33 8*", "stir:D", "somebody"] {
            assert!(bad.parse::<CallerPattern>().is_err(), "{bad}");
        }
    }
}
