//! The phones that a flow can ring.
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::caller::CallerId;
use super::{InvalidPhoneNumber, PhoneNumber, sip_number, user_of};
use crate::names::text_in_json;

/// The maximum length of a SIP address.
const LONGEST: usize = 200;

/// A phone that can be rung: by its number, by an extension of the company's own telephone system (`101`), or by its
/// SIP address (`sip:ann@192.0.2.20`). Which of them a carrier can ring is among its
/// [limits](crate::flow::CarrierLimits).
///
/// ```
/// use frontdesk_domain::PhoneAddress;
///
/// let mobile: PhoneAddress = "+33611223344".parse()?;
/// assert!(mobile.number().is_some());
/// let desk: PhoneAddress = "101".parse()?;
/// assert!(desk.is_extension() && desk.number().is_none());
/// assert!("0611223344".parse::<PhoneAddress>().is_err(), "a number is written with its country code");
/// # Ok::<(), frontdesk_domain::phone::InvalidPhoneAddress>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneAddress(Kind);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Kind {
    Number(PhoneNumber),
    Extension(String),
    Sip(String),
}

/// A text that is not a valid phone address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPhoneAddress {
    /// Neither a number nor an extension.
    #[error("{0}; an extension has 2 to 6 digits, and an address is written sip:ann@192.0.2.20")]
    Number(#[from] InvalidPhoneNumber),
    /// Not a valid SIP address.
    #[error("not a SIP address, such as sip:ann@192.0.2.20 or sip:101@pbx.example:5070")]
    Sip,
}

impl PhoneAddress {
    /// The number, if the phone is rung by its number.
    pub fn number(&self) -> Option<&PhoneNumber> {
        match &self.0 {
            Kind::Number(number) => Some(number),
            Kind::Extension(_) | Kind::Sip(_) => None,
        }
    }

    /// Whether it is an extension.
    pub fn is_extension(&self) -> bool {
        matches!(self.0, Kind::Extension(_))
    }

    /// Whether it is a SIP address.
    pub fn is_sip(&self) -> bool {
        matches!(self.0, Kind::Sip(_))
    }

    /// The number that is rung in the end; a SIP address may reach a number through a trunk.
    pub fn dialled(&self) -> Option<PhoneNumber> {
        match &self.0 {
            Kind::Number(number) => Some(number.clone()),
            Kind::Extension(_) => None,
            Kind::Sip(address) => sip_number(user_of(address)),
        }
    }

    /// The identity by which callers are compared ([`CallerId::identity`](crate::CallerId::identity)): equal for every spelling
    /// of an address.
    pub fn identity(&self) -> String {
        CallerId::read(self.as_str()).identity("").unwrap_or_else(|| self.to_string())
    }

    /// The address as it was written.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Kind::Number(number) => number.as_str(),
            Kind::Extension(text) | Kind::Sip(text) => text,
        }
    }
}

impl FromStr for PhoneAddress {
    type Err = InvalidPhoneAddress;

    fn from_str(text: &str) -> Result<Self, InvalidPhoneAddress> {
        let is_sip = text.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("sip:"));
        if is_sip {
            return if is_address(text) {
                Ok(Self(Kind::Sip(text.to_owned())))
            } else {
                Err(InvalidPhoneAddress::Sip)
            };
        }
        if (2..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(Self(Kind::Extension(text.to_owned())));
        }
        Ok(Self(Kind::Number(text.parse()?)))
    }
}

/// Whether a text that begins with `sip:` has a user and a host, and no character that would end it in a header.
fn is_address(text: &str) -> bool {
    let Some((user, host)) = text.get(4..).and_then(|rest| rest.split_once('@')) else { return false };
    let is_plain = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | ',' | '\\' | '?');
    let name = host.split(';').next().unwrap_or_default();
    text.len() <= LONGEST
        && text.chars().all(is_plain)
        && !user.is_empty()
        && !name.is_empty()
        && !host.contains('@')
}

impl From<PhoneNumber> for PhoneAddress {
    fn from(number: PhoneNumber) -> Self {
        Self(Kind::Number(number))
    }
}

impl fmt::Display for PhoneAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

text_in_json!(PhoneAddress);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identity_is_equal_for_every_spelling_and_differs_between_addresses() {
        let identity = |text: &str| text.parse::<PhoneAddress>().map(|phone| phone.identity());
        assert_eq!(identity("SIP:ann@pbx.example"), identity("sip:ann@PBX.example"));
        assert_eq!(identity("+33611223344"), Ok("+33611223344".into()));
        let all = ["+33611223344", "101", "102", "sip:ann@pbx.example", "sip:bob@pbx.example"].map(identity);
        assert_eq!(all.iter().flatten().collect::<std::collections::BTreeSet<_>>().len(), 5, "{all:?}");
    }

    #[test]
    fn numbers_extensions_and_addresses_are_distinguished() {
        let read = |text: &str| {
            text.parse::<PhoneAddress>()
                .map(|phone| (phone.number().is_some(), phone.is_extension(), phone.is_sip()))
        };
        assert_eq!(read("+33611223344"), Ok((true, false, false)));
        for extension in ["10", "101", "0042", "123456"] {
            assert_eq!(read(extension), Ok((false, true, false)), "{extension}");
        }
        for address in
            ["sip:101@192.0.2.20", "SIP:ann@pbx.example:5070;transport=tcp", "sip:ann.b+c@[2001:db8::1]"]
        {
            assert_eq!(read(address), Ok((false, false, true)), "{address}");
        }
        for bad in ["", "1", "1234567", "0611223344", "١٠١", "1 0", "10a", "+", "+0611223344"] {
            assert!(matches!(read(bad), Err(InvalidPhoneAddress::Number(_))), "{bad}");
        }
        let long = format!("sip:{}@pbx", "a".repeat(LONGEST));
        for bad in [
            "sip:",
            "sip:pbx",
            "sip:@pbx",
            "sip:ann@",
            "sip:ann@;transport=tcp",
            "sip:a b@pbx",
            "sip:a@b>\r\nX: y",
            "sip:a@b@c",
            "sip:ann@pbx?Subject=x",
            "sip:ann@pbx,sip:b@c",
            &long,
        ] {
            assert_eq!(read(bad), Err(InvalidPhoneAddress::Sip), "{bad}");
        }
    }

    #[test]
    fn the_number_behind_an_address_is_known() {
        let dialled =
            |text: &str| text.parse::<PhoneAddress>().unwrap().dialled().map(|number| number.to_string());
        assert_eq!(dialled("sip:+33899123456@trunk.example").as_deref(), Some("+33899123456"));
        assert_eq!(dialled("+33611223344").as_deref(), Some("+33611223344"));
        assert_eq!(dialled("sip:101@pbx.example"), None);
        assert_eq!(dialled("101"), None);
    }
}
