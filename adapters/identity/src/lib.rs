//! Federated sign-in with an OpenID Connect provider: authorization code flow with PKCE, state and nonce. The library
//! checks the ID token's signature, issuer, audience and time.
//!
//! Specifications: OpenID Connect Core 1.0 (sections 3.1.2 and 3.1.3.7) and Discovery 1.0, RFC 7636 (PKCE).

mod transport;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use frontdesk_ports::{IdentityError, IdentityProvider, SigningIn};
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, TokenResponse,
};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::RwLock;
use url::Url;

pub use transport::InvalidClient;
use transport::Transport;

/// The claim of an identity that is used as the user name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NameClaim {
    /// `email`, and only if the provider has verified it.
    #[default]
    Email,
    /// `preferred_username`.
    PreferredUsername,
    /// `sub`, which never changes but is not readable.
    Subject,
}

/// The settings of a provider.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The issuer, exactly as its discovery document states it.
    pub issuer: String,
    /// The OAuth client id.
    pub client_id: String,
    /// The client secret; a public client has none.
    pub client_secret: Option<SecretString>,
    /// The claim that is used as the user name.
    pub claim: NameClaim,
    /// E-mail domains that may sign in, in lower case; empty for all.
    pub domains: Vec<String>,
    /// The redirect URI to which the browser returns.
    pub back: Url,
}

impl Settings {
    fn fits(&self, name: &str) -> bool {
        let domain = name.rsplit_once('@').map(|(_, domain)| domain.to_lowercase());
        self.domains.is_empty() || domain.is_some_and(|domain| self.domains.contains(&domain))
    }
}

/// An OpenID Connect provider.
pub struct OpenIdProvider {
    settings: Settings,
    transport: Transport,
    /// The provider's metadata, once it has been fetched.
    metadata: RwLock<Option<CoreProviderMetadata>>,
}

/// Separates state, nonce and verifier in the secret of a sign-in. None of them contains it.
const PARTS: char = '.';

fn refused(why: impl std::fmt::Display) -> IdentityError {
    IdentityError::Refused(why.to_string())
}

impl OpenIdProvider {
    /// A provider whose metadata is fetched at the first sign-in.
    pub fn new(settings: Settings, http: reqwest::ClientBuilder) -> Result<Self, InvalidClient> {
        Ok(Self { settings, transport: Transport::new(http)?, metadata: RwLock::default() })
    }

    /// Fetches the provider's metadata, its endpoints and keys. `refresh` fetches again, because keys are rotated.
    async fn metadata(&self, refresh: bool) -> Result<CoreProviderMetadata, IdentityError> {
        if !refresh && let Some(metadata) = self.metadata.read().await.clone() {
            return Ok(metadata);
        }
        let issuer = IssuerUrl::new(self.settings.issuer.clone()).map_err(refused)?;
        let metadata = CoreProviderMetadata::discover_async(issuer, &self.transport).await;
        let metadata = metadata.map_err(|error| IdentityError::Unavailable(in_full(&error)))?;
        *self.metadata.write().await = Some(metadata.clone());
        Ok(metadata)
    }
}

/// The text of an error and of all its causes.
fn in_full(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// A macro, because the type of the library's client depends on which endpoints are set.
macro_rules! client {
    ($self:ident, $metadata:expr) => {{
        let secret = $self.settings.client_secret.as_ref();
        let secret = secret.map(|secret| ClientSecret::new(secret.expose_secret().to_owned()));
        let id = ClientId::new($self.settings.client_id.clone());
        CoreClient::from_provider_metadata($metadata, id, secret)
            .set_redirect_uri(RedirectUrl::from_url($self.settings.back.clone()))
    }};
}

#[async_trait]
impl IdentityProvider for OpenIdProvider {
    fn name(&self) -> String {
        let issuer = Url::parse(&self.settings.issuer).ok();
        issuer.as_ref().and_then(Url::host_str).unwrap_or("OpenID Connect").to_owned()
    }

    async fn begin(&self) -> Result<SigningIn, IdentityError> {
        let client = client!(self, self.metadata(false).await?);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = client.authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        );
        let scope = match self.settings.claim {
            NameClaim::Email => Some("email"),
            NameClaim::PreferredUsername => Some("profile"),
            NameClaim::Subject => None,
        };
        if let Some(scope) = scope {
            request = request.add_scope(Scope::new(scope.into()));
        }
        let (address, state, nonce) = request.set_pkce_challenge(challenge).url();
        let secret = [state.secret(), nonce.secret(), verifier.secret()].map(String::as_str);
        Ok(SigningIn { address: address.into(), secret: secret.join(&PARTS.to_string()) })
    }

    async fn finish(&self, secret: &str, state: &str, code: &str) -> Result<String, IdentityError> {
        let mut parts = secret.splitn(3, PARTS).map(ToOwned::to_owned);
        let (Some(expected), Some(nonce), Some(verifier)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(refused("no sign-in was started in this browser"));
        };
        // The state comes from the browser's own cookie, so a timing side channel reveals nothing.
        if expected != state {
            return Err(refused("the state does not match the sign-in that this browser started"));
        }
        let (nonce, verifier) = (Nonce::new(nonce), PkceCodeVerifier::new(verifier));
        let client = client!(self, self.metadata(false).await?);
        let exchange = client.exchange_code(AuthorizationCode::new(code.to_owned()));
        let exchange = exchange.map_err(refused)?.set_pkce_verifier(verifier);
        let tokens = exchange.request_async(&self.transport).await.map_err(|error| match &error {
            openidconnect::RequestTokenError::Request(_) => IdentityError::Unavailable(in_full(&error)),
            _ => refused(in_full(&error)),
        })?;
        let token = tokens.id_token().ok_or_else(|| refused("the provider gave no ID token"))?;
        let claims = if let Ok(claims) = token.claims(&client.id_token_verifier(), &nonce) {
            claims.clone()
        } else {
            // The provider may have rotated its keys.
            let client = client!(self, self.metadata(true).await?);
            let claims = token.claims(&client.id_token_verifier(), &nonce);
            claims.map_err(|error| refused(in_full(&error)))?.clone()
        };
        not_of_the_future(claims.issue_time().into())?;
        let name = match self.settings.claim {
            NameClaim::Email if claims.email_verified() == Some(true) => {
                claims.email().map(|email| email.to_string())
            }
            NameClaim::Email => None,
            NameClaim::PreferredUsername => claims.preferred_username().map(|name| name.to_string()),
            NameClaim::Subject => Some(claims.subject().to_string()),
        };
        let fits = |name: &String| self.settings.fits(name);
        if name.as_ref().is_some_and(|name| !fits(name)) {
            return Err(refused("the address is not in one of auth.oidc.domains"));
        }
        name.ok_or_else(|| refused(format!("the provider sends no {}", self.settings.claim.description())))
    }
}

/// How far the provider's clock may be ahead of ours.
const LEEWAY: Duration = Duration::from_secs(120);

/// Refuses a token with an issue time in the future.
#[expect(clippy::disallowed_methods, reason = "a token's time is compared with this machine's clock")]
fn not_of_the_future(issued_at: SystemTime) -> Result<(), IdentityError> {
    if issued_at > SystemTime::now() + LEEWAY {
        return Err(refused("the token was issued in the future; compare the clocks"));
    }
    Ok(())
}

impl NameClaim {
    /// The claim as an error message names it.
    fn description(self) -> &'static str {
        match self {
            Self::Email => "verified e-mail address (claims email, email_verified)",
            Self::PreferredUsername => "user name (claim preferred_username)",
            Self::Subject => "subject (claim sub)",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_matched_by_whole_domain() {
        let settings = |domains: &[&str]| Settings {
            issuer: "https://login.example.com".into(),
            client_id: "frontdesk".into(),
            client_secret: None,
            claim: NameClaim::Email,
            domains: domains.iter().map(ToString::to_string).collect(),
            back: "https://desk.example.com/login/return".parse().expect("an address"),
        };
        let ours = settings(&["example.com"]);
        assert!(ours.fits("ann@example.com") && ours.fits("ann@Example.COM"));
        for other in [
            "ann@example.com.evil.example",
            "ann@evilexample.com",
            "example.com",
            "a@example.com@evil.example",
        ] {
            assert!(!ours.fits(other), "{other}");
        }
        assert!(settings(&[]).fits("ann@anywhere.example"));
    }
}
