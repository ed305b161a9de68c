//! The recipients of notifications, each with the messenger that reaches it.
use std::collections::BTreeMap;
use std::sync::Arc;

use adapters_http::PathPrefix;
use adapters_notifications::{Mailbox, Webhook};
use frontdesk_ports::{Messenger, PublicUrl};
use frontdesk_services::notifications::NotificationTarget;
use url::Url;

use super::WiringError;
use crate::config::{By, Config, Recipient, Smtp};

/// The recipients of a rule, each with a name. Each e-mail address has its own deliveries, so that one that the mail server
/// refuses does not delay the others. The names do not depend on the other addresses of the list.
pub fn each(recipient: &Recipient) -> Vec<(String, Recipient)> {
    match &recipient.by {
        By::Email(people) => {
            let one = |person: &Mailbox| {
                let address = person.email.as_ref() as &str;
                let by = By::Email(vec![person.clone()]);
                (
                    format!("{}/{}", recipient.name, address.to_lowercase()),
                    Recipient { by, ..recipient.clone() },
                )
            };
            people.iter().map(one).collect()
        }
        By::Webhook(..) => vec![(recipient.name.clone(), recipient.clone())],
    }
}

/// Creates the messenger for a recipient.
pub fn messenger(recipient: &Recipient, config: &Config) -> Result<Arc<dyn Messenger>, WiringError> {
    let bad = |why: String| WiringError::Notify(recipient.name.clone(), why);
    Ok(match (&recipient.by, &config.smtp) {
        (By::Email(people), Some(Smtp(server))) => Arc::new(server.to(people.clone())),
        (By::Email(_), None) => return Err(bad("there is not a mail server; set smtp.url".to_owned())),
        (By::Webhook(url, secret), _) => {
            let webhook = Webhook::new(url.clone(), secret.clone(), config.proxies.client_builder());
            Arc::new(webhook.map_err(|error| bad(error.to_string()))?)
        }
    })
}

/// The recipients by name.
pub(super) fn targets(config: &Config) -> Result<BTreeMap<String, NotificationTarget>, WiringError> {
    let one = |(name, recipient): (String, Recipient)| {
        let target = NotificationTarget {
            rule_name: recipient.name.clone(),
            rule: recipient.rule.clone(),
            language: recipient.language,
            is_person: matches!(recipient.by, By::Email(_)),
            messenger: messenger(&recipient, config)?,
        };
        Ok((name, target))
    };
    config.recipients.iter().flat_map(each).map(one).collect()
}

/// The path of the feed's base URL, which a proxy strips.
pub fn path_prefix(config: &Config) -> PathPrefix {
    let public = || config.public_url.as_ref().and_then(|public| public.as_str().parse().ok());
    let address: Option<Url> = config.feed_url.clone().or_else(public);
    address.map_or_else(PathPrefix::default, |address| PathPrefix::of(address.path()))
}

/// The base URL of the feed, without a slash at its end.
pub(super) fn feed_url(own: Option<&Url>, public: &PublicUrl) -> String {
    own.map_or(public.as_str(), Url::as_str).trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use frontdesk_services::notifications::{EmailLanguage, NotificationRule};

    use super::*;

    #[test]
    fn each_person_of_a_rule_has_deliveries_of_their_own() {
        let by = |people: &[&str]| {
            By::Email(people.iter().map(|person| person.parse().expect("a mailbox")).collect())
        };
        let rule = |by| Recipient {
            name: "office".into(),
            by,
            rule: NotificationRule::for_people(),
            language: EmailLanguage::default(),
        };
        let names =
            |people: &[&str]| each(&rule(by(people))).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(&["ann@example.com"]), ["office/ann@example.com"]);
        let both = names(&["Bob <Bob@example.com>", "ann@example.com"]);
        assert_eq!(both, ["office/bob@example.com", "office/ann@example.com"], "regardless of the order");
    }
}
