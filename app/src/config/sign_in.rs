//! Settings of federated sign-in: a trusted proxy, an identity provider.
use adapters_http::TrustedProxy;
use adapters_identity::NameClaim;
use frontdesk_ports::access::Role;
use poem::http::HeaderName;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::error::ConfigError;
use super::{Reader, Value};

/// An identity provider, without the redirect URL.
#[derive(Debug, Clone)]
pub struct Provider {
    /// The issuer URL, exactly as the provider states it.
    pub issuer: String,
    /// The OAuth client id.
    pub client_id: String,
    /// The client secret.
    pub client_secret: Option<SecretString>,
    /// The claim that holds the user name.
    pub claim: NameClaim,
    /// E-mail domains that may sign in; empty for all.
    pub domains: Vec<String>,
}

/// The networks of proxies that are trusted unless others are named.
const LOOPBACK: [&str; 2] = ["127.0.0.0/8", "::1/128"];
/// The minimum length of a token that is set in the configuration.
const MIN_TOKEN_LENGTH: usize = 16;

/// The settings of federated sign-in, and of roles.
#[derive(Debug, Clone, Default)]
pub struct SignInSettings {
    /// The trusted proxy.
    pub proxy: Option<TrustedProxy>,
    /// The identity provider.
    pub provider: Option<Provider>,
    /// The role of unknown users who sign in through these; `None` refuses them.
    pub newcomers: Option<Role>,
    /// Whether staff may close the company, not only admins.
    pub staff_may_close: bool,
}

impl Reader {
    /// Reads everything under `auth` except the password and the token.
    pub(super) fn sign_in(&mut self) -> SignInSettings {
        let newcomers = self.take("auth.newcomers", |value| {
            value.text()?.parse().map_err(|unknown: frontdesk_domain::names::UnknownName| unknown.to_string())
        });
        let (proxy, provider) = (Some(self.proxy()), self.provider());
        if let (Some(role), Some(provider)) = (newcomers, &provider) {
            let place =
                self.values.get("auth.newcomers").map(|value| value.place.clone()).unwrap_or_default();
            let mut refuse = |what: &str| {
                self.errors.push(ConfigError::new(place.clone(), "auth.newcomers", what.to_owned()));
            };
            if provider.domains.is_empty() {
                refuse(
                    "anyone with an account there could sign in; set auth.oidc.domains, such as [\"example.com\"]",
                );
            }
            if role == Role::Admin {
                refuse(
                    "use reader: a user who signs in for the first time through a provider cannot be an admin",
                );
            }
        }
        let staff_may_close = self.take("auth.staff_may_close", Value::boolean).unwrap_or(false);
        SignInSettings { proxy, provider, newcomers, staff_may_close }
    }

    fn proxy(&mut self) -> TrustedProxy {
        let header = self.take("auth.proxy_header", |value| {
            let text = value.text()?.to_lowercase();
            HeaderName::try_from(text).map_err(|_| "use the name of a header, such as Remote-User".to_owned())
        });
        let networks = self.take("auth.proxy_networks", |value| {
            let network = |text: &String| {
                let one = text.parse().map(|address: std::net::IpAddr| address.into());
                text.parse()
                    .or(one)
                    .map_err(|_| format!("{text:?} is not a valid network; use one such as 10.0.0.0/8"))
            };
            let networks: Vec<_> = value.list()?.iter().map(network).collect::<Result<_, _>>()?;
            let all = networks.iter().any(|network: &ipnet::IpNet| network.prefix_len() == 0);
            match (networks.is_empty(), all) {
                (true, _) => Err("it is empty; name the proxy's network, such as 127.0.0.1/32".to_owned()),
                (_, true) => Err("every client would be trusted; name the proxy's network alone".to_owned()),
                _ => Ok(networks),
            }
        });
        self.needs("auth.proxy_header", "auth.proxy_networks");
        // Most proxies run on the same machine, and only local programs connect from loopback addresses.
        let loopback = || LOOPBACK.iter().filter_map(|network| network.parse().ok()).collect();
        TrustedProxy { header, networks: networks.unwrap_or_else(loopback) }
    }

    fn provider(&mut self) -> Option<Provider> {
        let issuer = self.take("auth.oidc.issuer", |value| {
            let text = value.text()?;
            let safe = Url::parse(&text).is_ok_and(|url| {
                let here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
                url.scheme() == "https" || (url.scheme() == "http" && here)
            });
            safe.then_some(text)
                .ok_or_else(|| "use an https URL, as the provider's discovery document names it".to_owned())
        });
        let client_id = self.take("auth.oidc.client_id", Value::text);
        let client_secret = self.secret("auth.oidc.client_secret");
        let claim = self.take("auth.oidc.claim", |value| match value.text()?.as_str() {
            "email" => Ok(NameClaim::Email),
            "preferred_username" => Ok(NameClaim::PreferredUsername),
            "sub" => Ok(NameClaim::Subject),
            _ => Err("use email, preferred_username or sub".to_owned()),
        });
        let claim = claim.unwrap_or_default();
        let domains = self.take("auth.oidc.domains", |value| {
            let domains: Vec<String> = value.list()?.iter().map(|domain| domain.to_lowercase()).collect();
            let plain = |domain: &String| !domain.is_empty() && !domain.contains(['@', '*', ' ']);
            match (domains.iter().all(plain), claim) {
                (false, _) => Err("use names of domains, such as example.com".to_owned()),
                (true, NameClaim::Email) => Ok(domains),
                (true, _) => Err("domains are of addresses; use auth.oidc.claim = \"email\"".to_owned()),
            }
        });
        self.needs("auth.oidc.issuer", "auth.oidc.client_id");
        self.needs("auth.oidc.client_id", "auth.oidc.issuer");
        let domains = domains.unwrap_or_default();
        Some(Provider { issuer: issuer?, client_id: client_id?, client_secret, claim, domains })
    }

    /// Reads the API token of the configuration, which must be long enough not to be guessed.
    pub(super) fn api_token(&mut self) -> Option<SecretString> {
        let place = self.values.get("auth.api_token").map(|value| value.place.clone()).unwrap_or_default();
        let token = self.secret("auth.api_token")?;
        let length = token.expose_secret().chars().count();
        if length < MIN_TOKEN_LENGTH {
            let what = format!(
                "it has {length} characters and could be guessed; use at least {MIN_TOKEN_LENGTH}, such as the output of `openssl rand -hex 32`"
            );
            self.errors.push(ConfigError::new(place, "auth.api_token", what));
            return None;
        }
        Some(token)
    }

    /// Reports a key that is set without the other one that it needs.
    fn needs(&mut self, set: &str, other: &str) {
        if let (Some(value), false) = (self.values.get(set), self.values.contains_key(other)) {
            let what = format!("it needs {other} beside it");
            self.errors.push(ConfigError::new(value.place.clone(), set, what));
        }
    }
}
