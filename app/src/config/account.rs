//! The account at the hosted carrier: `twilio.*`, and which carrier that is: `carrier.*`.
use frontdesk_ports::Account;
use url::Url;

use super::Reader;
use crate::carrier::Dialect;

impl Reader {
    pub(super) fn account(&mut self) -> Option<Account> {
        let dialect =
            self.take("carrier.dialect", |value| value.text()?.parse::<Dialect>().map_err(|e| e.to_string()));
        let dialect = dialect.unwrap_or_default();
        let api_url = self.take("twilio.api_url", |value| {
            let url = Url::parse(&value.text()?).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
            url.ok_or_else(|| "use a URL such as https://api.twilio.com".to_owned())
        });
        let sid = self.take("twilio.account_sid", |value| {
            let sid = value.text()?;
            if dialect.fits(&sid) { Ok(sid) } else { Err(dialect.account_form().to_owned()) }
        });
        let token = self.secret("twilio.auth_token");
        let previous = self.secret("twilio.previous_auth_token");
        let signing_key = self.secret("carrier.signing_key");
        if dialect == Dialect::SignalWire {
            if !self.values.contains_key("twilio.api_url") {
                self.need(
                    "twilio.api_url",
                    "not set; it is your space, such as https://SPACE.signalwire.com/api/laml",
                );
            }
            if signing_key.is_none() {
                self.need(
                    "carrier.signing_key",
                    "not set; SignalWire signs requests with the signing key of the project",
                );
            }
        }
        let default = || Url::parse("https://api.twilio.com").expect("a valid URL");
        Some(Account {
            carrier: dialect.carrier().to_owned(),
            sid: sid?,
            tokens: [Some(token?), previous].into_iter().flatten().collect(),
            signing_keys: signing_key.into_iter().collect(),
            api_url: api_url.unwrap_or_else(default),
        })
    }
}
