//! The settings of a line, and the dial plan.
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use frontdesk_domain::PhoneAddress;
use ipnet::IpNet;
use rsipstack::sip::Uri;
use secrecy::SecretString;

/// The settings of a SIP line.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address on which SIP is received over UDP.
    pub listen: SocketAddr,
    /// Whether SIP is received over TCP as well. If so, it is accepted from `peers` only.
    pub tcp: bool,
    /// The address that phones reach this machine at.
    pub address: IpAddr,
    /// The networks that may call.
    pub peers: Vec<IpNet>,
    /// The users who may call from other networks, with their passwords.
    pub users: Vec<(String, SecretString)>,
    /// Whether audio must be encrypted (SRTP). Otherwise it is encrypted if the other side offers it.
    pub srtp_required: bool,
    /// The SIP addresses at which numbers are rung.
    pub routes: DialPlan,
    /// The trunk to register with.
    pub trunk: Option<Trunk>,
    /// The maximum number of simultaneous calls. More are refused as busy.
    pub max_calls: usize,
    /// The maximum number of simultaneous calls from one address.
    pub max_calls_per_peer: usize,
    /// Ports for audio.
    pub audio_ports: RangeInclusive<u16>,
    /// After this time without any audio from a party, its leg is ended.
    pub audio_timeout: Duration,
    /// How long calls in progress may take to end when the program stops.
    pub drain: Duration,
    /// Where recordings and the journal are.
    pub folder: PathBuf,
}

/// An account at a SIP trunk.
#[derive(Debug, Clone)]
pub struct Trunk {
    /// Its registrar.
    pub registrar: Address,
    /// The user.
    pub username: String,
    /// The password.
    pub password: SecretString,
}

/// A SIP address, such as `sip:bob@192.0.2.9`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(String);

/// A text that is not a SIP address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a SIP address such as sip:bob@192.0.2.9 or sip:trunk.example")]
pub struct InvalidAddress;

impl Address {
    /// Parses an address. The supported transports are `udp`, which is the default, and `tcp`.
    pub fn parse(text: &str) -> Result<Self, InvalidAddress> {
        let is_sip = text.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("sip:"));
        let is_plain = !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '<' || c == '>');
        match Uri::try_from(text) {
            Ok(uri) if is_sip && is_plain && !uri.host().to_string().is_empty() => Ok(Self(text.to_owned())),
            _ => Err(InvalidAddress),
        }
    }

    pub(crate) fn uri(&self) -> Result<Uri, rsipstack::sip::Error> {
        Uri::try_from(self.0.as_str())
    }

    /// The host, if it is an IP address.
    pub(crate) fn ip(&self) -> Option<IpAddr> {
        self.uri().ok()?.host().to_string().trim_matches(['[', ']']).parse().ok()
    }

    /// A route to the same host with its parameters, in which `{number}` stands for the number.
    pub fn route(&self) -> String {
        let rest = self.0.get(4..).unwrap_or_default();
        let host = rest.split_once('@').map_or(rest, |(_, host)| host);
        format!("sip:{{number}}@{host}")
    }

    /// The host, with its port if it names one.
    pub fn host(&self) -> String {
        self.uri().map(|uri| uri.host_with_port.to_string()).unwrap_or_default()
    }
}

/// Maps numbers to addresses, by whole number or by prefix.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DialPlan {
    numbers: BTreeMap<String, String>,
    /// Addresses by the prefix of a number; the longest prefix wins.
    prefixes: BTreeMap<String, String>,
}

/// An invalid route.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRoute {
    /// Neither a phone nor a prefix of numbers.
    #[error(
        "{0:?} is neither a number such as +33123456789, nor an extension such as 101, nor the beginning of numbers such as +33*"
    )]
    Pattern(String),
    /// Not a SIP address.
    #[error("{0:?} is {1}; {{number}} stands for the number")]
    Address(String, InvalidAddress),
}

impl DialPlan {
    /// Adds a route. In the address `{number}` stands for the number.
    pub fn add(&mut self, pattern: &str, address: &str) -> Result<(), InvalidRoute> {
        let bad = |why| InvalidRoute::Address(address.to_owned(), why);
        Address::parse(&address.replace("{number}", "+33123456789")).map_err(bad)?;
        let routes = if let Some(prefix) = pattern.strip_suffix('*') {
            let digits = prefix.strip_prefix('+').unwrap_or("x");
            if !(prefix.is_empty() || digits.bytes().all(|b| b.is_ascii_digit())) {
                return Err(InvalidRoute::Pattern(pattern.to_owned()));
            }
            self.prefixes.insert(prefix.to_owned(), address.to_owned());
            return Ok(());
        } else {
            &mut self.numbers
        };
        match pattern.parse::<PhoneAddress>() {
            Ok(phone) if !phone.is_sip() => routes.insert(phone.to_string(), address.to_owned()),
            _ => return Err(InvalidRoute::Pattern(pattern.to_owned())),
        };
        Ok(())
    }

    /// The address at which a phone is rung; `None` if no route matches. Prefixes match numbers only: an extension needs a
    /// route of its own.
    pub fn address(&self, phone: &PhoneAddress) -> Option<Address> {
        let number = phone.as_str();
        if phone.is_sip() {
            return Address::parse(number).ok();
        }
        let by_prefix = || {
            let number = phone.number()?.as_str();
            let longest = self.prefixes.iter().filter(|(prefix, _)| number.starts_with(prefix.as_str()));
            longest.max_by_key(|(prefix, _)| prefix.len()).map(|(_, address)| address)
        };
        let address = self.numbers.get(number).or_else(by_prefix)?;
        Address::parse(&address.replace("{number}", number)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rung(plan: &DialPlan, number: &str) -> Option<String> {
        plan.address(&number.parse().unwrap()).map(|address| address.0)
    }

    #[test]
    fn a_number_is_rung_at_its_own_address_else_by_the_longest_beginning() {
        let mut plan = DialPlan::default();
        plan.add("+33611223344", "sip:bob@192.0.2.9").unwrap();
        plan.add("+33*", "sip:{number}@trunk.example").unwrap();
        plan.add("+336*", "sip:{number}@mobile.example;transport=tcp").unwrap();
        assert_eq!(rung(&plan, "+33611223344").as_deref(), Some("sip:bob@192.0.2.9"));
        assert_eq!(rung(&plan, "+33123456789").as_deref(), Some("sip:+33123456789@trunk.example"));
        assert_eq!(
            rung(&plan, "+33612345678").as_deref(),
            Some("sip:+33612345678@mobile.example;transport=tcp")
        );
        assert_eq!(rung(&plan, "+4930123456"), None, "a number without a route is not rung");
        plan.add("*", "sip:{number}@world.example").unwrap();
        assert_eq!(rung(&plan, "+4930123456").as_deref(), Some("sip:+4930123456@world.example"));
    }

    #[test]
    fn an_extension_has_a_route_of_its_own_and_an_address_needs_none() {
        let mut plan = DialPlan::default();
        plan.add("*", "sip:{number}@trunk.example").unwrap();
        plan.add("101", "sip:ann@192.0.2.20").unwrap();
        assert_eq!(rung(&plan, "101").as_deref(), Some("sip:ann@192.0.2.20"));
        assert_eq!(rung(&plan, "112"), None, "a trunk does not ring short numbers");
        assert_eq!(rung(&plan, "sip:bob@192.0.2.9").as_deref(), Some("sip:bob@192.0.2.9"));
    }

    #[test]
    fn invalid_routes_are_refused() {
        let mut plan = DialPlan::default();
        for pattern in ["", "1", "+33 1*", "33*", "10*", "+x*", "+0123456", "sip:a@b.example"] {
            assert!(plan.add(pattern, "sip:a@b.example").is_err(), "{pattern}");
        }
        for address in
            ["", "bob", "tel:+33123456789", "sip:", "sip:a b@c", "sip:<a@b>", "http://a", "sip:a@b\r\nX: y"]
        {
            assert!(plan.add("+33*", address).is_err(), "{address}");
            assert_eq!(Address::parse(address), Err(InvalidAddress), "{address}");
        }
        assert_eq!(plan, DialPlan::default());
    }
}
