//! The account at the carrier: `twilio.*`.
use frontdesk_ports::Account;
use url::Url;

use super::Reader;
use crate::carrier;

impl Reader {
    pub(super) fn account(&mut self) -> Option<Account> {
        let api_url = self.take("twilio.api_url", |value| {
            let url = Url::parse(&value.text()?).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
            url.ok_or_else(|| "use a URL such as https://api.twilio.com".to_owned())
        });
        let sid = self.take("twilio.account_sid", |value| {
            let sid = value.text()?;
            let fits =
                sid.starts_with("AC") && sid.len() == 34 && sid.chars().all(|c| c.is_ascii_alphanumeric());
            if fits { Ok(sid) } else { Err("an account SID is AC and 32 characters".to_owned()) }
        });
        let token = self.secret("twilio.auth_token");
        let previous = self.secret("twilio.previous_auth_token");
        let default = || Url::parse("https://api.twilio.com").expect("a valid URL");
        Some(Account {
            carrier: carrier::NAME.to_owned(),
            sid: sid?,
            tokens: [Some(token?), previous].into_iter().flatten().collect(),
            api_url: api_url.unwrap_or_else(default),
        })
    }
}
