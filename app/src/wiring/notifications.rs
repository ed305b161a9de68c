//! The recipients of notifications, each with the messenger that reaches it.
use std::collections::BTreeMap;
use std::sync::Arc;

use adapters_notifications::Webhook;
use frontdesk_ports::{Messenger, PublicUrl};
use frontdesk_services::notifications::NotificationTarget;
use url::Url;

use super::WiringError;
use crate::config::{By, Config, Recipient, Smtp};

/// Carries messages to a recipient.
pub fn messenger(recipient: &Recipient, config: &Config) -> Result<Arc<dyn Messenger>, WiringError> {
    let bad = |why: String| WiringError::Notify(recipient.name.clone(), why);
    Ok(match (&recipient.by, &config.smtp) {
        (By::Email(people), Some(Smtp(server))) => Arc::new(server.to(people.clone())),
        (By::Email(_), None) => return Err(bad("there is no mail server; set smtp.url".to_owned())),
        (By::Webhook(url, secret), _) => {
            let webhook = Webhook::new(url.clone(), secret.clone(), config.proxies.client_builder());
            Arc::new(webhook.map_err(|error| bad(error.to_string()))?)
        }
    })
}

/// The recipients by name.
pub(super) fn targets(config: &Config) -> Result<BTreeMap<String, NotificationTarget>, WiringError> {
    let one = |recipient: &Recipient| {
        let target = NotificationTarget {
            rule: recipient.rule.clone(),
            language: recipient.language,
            is_person: matches!(recipient.by, By::Email(_)),
            messenger: messenger(recipient, config)?,
        };
        Ok((recipient.name.clone(), target))
    };
    config.recipients.iter().map(one).collect()
}

/// Where people read the log.
pub(super) fn feed_url(own: Option<&Url>, public: &PublicUrl) -> String {
    own.map_or(public.as_str(), Url::as_str).trim_end_matches('/').to_owned()
}
