//! Warnings about settings that are valid but probably not intended.
use std::net::IpAddr;

use frontdesk_domain::Timestamp;
use frontdesk_ports::{Account, PublicUrl};
use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use super::{Config, ConfigError};
use crate::carrier::{self, Dialect};

impl Config {
    /// What `check` warns about.
    pub fn warnings(&self, now: Timestamp) -> Vec<ConfigError> {
        let of_url = self.public_url.iter().filter_map(public_url_warning);
        let of_url = of_url.map(|what| ConfigError::new("", "public_url", what));
        let of_flow = self.flow.iter().flat_map(|own| {
            let draft = own.flow.draft();
            draft.warnings().into_iter().chain(draft.past_dates(now))
        });
        let of_flow = of_flow.map(|warning| ConfigError::new("", "flow", warning.to_string()));
        of_url.chain(self.of_token()).chain(self.of_private_listener()).chain(of_flow).collect()
    }
}

impl Config {
    /// A Twilio token has 32 hexadecimal digits; any other was probably copied incompletely.
    fn of_token(&self) -> Option<ConfigError> {
        let malformed = |token: &SecretString| {
            let token = token.expose_secret();
            token.len() != 32 || !token.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        let of_twilio = |account: &&Account| account.carrier == Dialect::Twilio.carrier();
        self.account.as_ref().filter(of_twilio)?.tokens.iter().any(malformed).then(|| {
            let what = "it is not 32 hexadecimal digits, as the carrier's tokens are; copy it again";
            ConfigError::new("", "twilio.auth_token", what)
        })
    }

    /// Without `feed.url`, the server cannot know whether the private listener is reached over HTTPS.
    fn of_private_listener(&self) -> Option<ConfigError> {
        (self.private_listen.is_some() && self.feed_url.is_none()).then(|| {
            let what = "people reach the feed at private_listen; set feed.url to their address, so that e-mails link to it, and over HTTPS cookies are marked Secure";
            ConfigError::new("", "feed.url", what)
        })
    }
}

/// Why the carrier probably cannot reach a public URL.
pub fn public_url_warning(public: &PublicUrl) -> Option<String> {
    let url = Url::parse(public.as_str()).ok()?;
    if url.path().contains(&format!("{}/", carrier::PREFIX)) || url.path().ends_with(carrier::PREFIX) {
        let base = public.as_str().split(carrier::PREFIX).next().unwrap_or_default();
        return Some(format!("it is the address of a webhook; use only the base URL: {base}"));
    }
    match url.host()? {
        Host::Domain(name) if name == "localhost" || name.ends_with(".localhost") || !name.contains('.') => {
            Some(format!("{name} names this machine or a local one, which the carrier does not reach"))
        }
        Host::Domain(name) if name.contains('_') => {
            Some(format!("the host name {name} has an underscore, which carriers refuse"))
        }
        Host::Domain(_) => None,
        Host::Ipv4(ip) => local(ip.into()),
        Host::Ipv6(ip) => local(ip.into()),
    }
}

fn local(ip: IpAddr) -> Option<String> {
    let is_local = match ip {
        IpAddr::V4(ip) => {
            let shared = ip.octets()[0] == 100 && (64..128).contains(&ip.octets()[1]);
            ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified() || shared
        }
        IpAddr::V6(ip) => {
            ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local()
        }
    };
    is_local.then(|| {
        format!(
            "{ip} is an address of this machine or of a private network, which the carrier does not reach"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_the_carrier_cannot_reach_are_warned_about() {
        for (url, why) in [
            ("http://localhost:8080", "this machine"),
            ("http://127.0.0.1:8080", "private network"),
            ("https://192.168.1.5", "private network"),
            ("https://10.0.0.1", "private network"),
            ("https://100.64.1.1", "private network"),
            ("https://[::1]", "private network"),
            ("https://[fd00::1]", "private network"),
            ("https://desk", "local one"),
            ("https://my_desk.example.com", "underscore"),
            ("https://desk.example.test/twilio/voice", "https://desk.example.test"),
        ] {
            let warning = public_url_warning(&PublicUrl::parse(url).unwrap());
            assert!(warning.as_ref().is_some_and(|warning| warning.contains(why)), "{url}: {warning:?}");
        }
        for url in ["https://desk.example", "https://desk.example/phones", "https://203.0.113.7"] {
            assert_eq!(public_url_warning(&PublicUrl::parse(url).unwrap()), None, "{url}");
        }
    }
}
