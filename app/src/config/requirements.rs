//! The settings that commands require, and the limits of the configured carriers.
use frontdesk_domain::flow::CarrierLimits;

use super::{Config, ConfigError, Reader};
use crate::carrier;

/// The settings that a command requires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Everything that a real carrier needs.
    Production,
    /// Nothing.
    Nothing,
}

impl Reader {
    /// Whether there is a hosted carrier, possibly in addition to a SIP line: always, unless only a SIP line is configured.
    pub(super) fn has_hosted_carrier(&self) -> bool {
        let has = |table: &str| self.values.keys().any(|key| key.starts_with(table));
        has("twilio.") || !has("sip.")
    }

    /// The limits of a flow that every configured carrier must be able to handle.
    pub(super) fn limits(&self, is_hosted: bool) -> CarrierLimits {
        let of_hosted = if is_hosted { carrier::LIMITS } else { CarrierLimits::default() };
        let has_line = self.values.keys().any(|key| key.starts_with("sip."));
        // The SIP line cannot send digits.
        CarrierLimits { digits: of_hosted.digits && !has_line, ..of_hosted }
    }

    /// Reports missing settings that production needs, unless an error about them has been reported already.
    pub(super) fn require(&mut self, config: &Config) {
        let mut require = |there: bool, key: &str, what: &str| {
            let already_reported = self
                .errors
                .iter()
                .any(|error| error.key == key || (key == "forward_to" && error.key == "flow"));
            if !there && !already_reported {
                self.errors.push(ConfigError::new("", key, what));
            }
        };
        let has = |key: &str| self.values.contains_key(key);
        let (sid, token) = (has("twilio.account_sid"), has("twilio.auth_token"));
        // A SIP line needs no account and no address on the internet.
        if sid || token || !self.values.keys().any(|key| key.starts_with("sip.")) {
            require(
                config.public_url.is_some(),
                "public_url",
                "not set; it is the base URL the carrier calls, such as https://desk.example",
            );
            require(
                sid,
                "twilio.account_sid",
                "not set; it is on the first page of the carrier's console (AC…)",
            );
            require(
                token,
                "twilio.auth_token",
                "not set; put it into a file and name that in FRONTDESK__TWILIO__AUTH_TOKEN_FILE",
            );
        }
        require(
            config.flow.is_some(),
            "forward_to",
            "neither flow nor forward_to is set; forward_to = \"+33…\" is the number that key 1 calls, and docs/flow.md explains flow",
        );
    }
}
