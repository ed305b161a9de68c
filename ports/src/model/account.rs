//! An account at a carrier: its id, and the credentials that sign webhooks and authenticate REST requests.
use secrecy::SecretString;
use url::Url;

/// An account at a carrier.
#[derive(Debug, Clone)]
pub struct Account {
    /// Our name for the carrier in the log, such as `twilio`; `simulator` for a simulated one.
    pub carrier: String,
    /// The carrier's id of the account.
    pub sid: String,
    /// Tokens that may have signed a request: the present one, and the previous one while it is being rotated.
    /// The first is also the password for REST.
    pub tokens: Vec<SecretString>,
    /// The keys that may have signed a request, with carriers that do not sign with the tokens; else empty.
    pub signing_keys: Vec<SecretString>,
    /// Base of the REST API.
    pub api_url: Url,
}

impl Account {
    /// The keys that may have signed a request.
    pub fn keys(&self) -> &[SecretString] {
        if self.signing_keys.is_empty() { &self.tokens } else { &self.signing_keys }
    }
}
