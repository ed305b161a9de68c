//! A Twilio account: its id, and the credentials that sign webhooks and authenticate REST requests.
use secrecy::SecretString;
use url::Url;

/// A Twilio account, or one of the simulated carrier.
#[derive(Debug, Clone)]
pub struct Account {
    /// Our word for the carrier in the log: `twilio`, or `simulator` for a simulated one.
    pub carrier: String,
    /// The account's SID (`AC…`).
    pub sid: String,
    /// Tokens that may have signed a request: the present one, and the previous one while it is being rotated.
    /// The first is also the password for REST.
    pub tokens: Vec<SecretString>,
    /// Base of the REST API.
    pub api_url: Url,
}
