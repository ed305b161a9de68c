//! The URLs at which this server is reached.
use frontdesk_ports::PublicUrl;

use super::WiringError;
use crate::config::Config;

/// The base URL for carriers. Without one in the configuration, but with a SIP line, the address of `listen`.
pub(super) fn public_url(config: &Config) -> Result<PublicUrl, WiringError> {
    let here =
        || PublicUrl::parse(&format!("http://{}", config.listen)).ok().filter(|_| config.sip.is_some());
    config.public_url.clone().or_else(here).ok_or(WiringError::Incomplete("public_url"))
}

/// Whether browsers reach this server over HTTPS, by the scheme of `feed.url`, otherwise of the public URL. False if there is a
/// private listener without `feed.url`.
pub(super) fn people_use_https(config: &Config, public: &PublicUrl) -> bool {
    match &config.feed_url {
        Some(feed) => feed.scheme() == "https",
        None => public.as_str().starts_with("https://") && config.private_listen.is_none(),
    }
}
