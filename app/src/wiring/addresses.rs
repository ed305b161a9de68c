//! Where this server is reached.
use frontdesk_ports::PublicUrl;

use super::WiringError;
use crate::config::Config;

/// Where carriers reach us; without an account at one, where we listen.
pub(super) fn public_url(config: &Config) -> Result<PublicUrl, WiringError> {
    let here =
        || PublicUrl::parse(&format!("http://{}", config.listen)).ok().filter(|_| config.sip.is_some());
    config.public_url.clone().or_else(here).ok_or(WiringError::Incomplete("public_url"))
}

/// Whether people's browsers reach us over HTTPS: at `feed.url`, else at the public URL, unless they have a listener of their
/// own.
pub(super) fn people_use_https(config: &Config, public: &PublicUrl) -> bool {
    match &config.feed_url {
        Some(feed) => feed.scheme() == "https",
        None => public.as_str().starts_with("https://") && config.private_listen.is_none(),
    }
}
