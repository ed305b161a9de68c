//! Notification recipients, `notify.NAME.…`, and the mail server.
use std::collections::BTreeSet;

use adapters_notifications::{MailServer, Mailbox, WebhookSecret};
use frontdesk_domain::Outcome;
use frontdesk_domain::call::NotificationKind;
use frontdesk_services::notifications::{EmailLanguage, NotificationRule};
use url::Url;

use super::{ConfigError, Reader};

/// The channel of a notification rule.
#[derive(Debug, Clone)]
pub enum By {
    /// By e-mail to these addresses.
    Email(Vec<Mailbox>),
    /// By a signed webhook.
    Webhook(Url, WebhookSecret),
}

/// A recipient of notifications.
#[derive(Debug, Clone)]
pub struct Recipient {
    /// The name of the rule.
    pub name: String,
    /// The channel and its addresses.
    pub by: By,
    /// The kinds of notification that it receives.
    pub rule: NotificationRule,
    /// The language of its e-mails.
    pub language: EmailLanguage,
}

/// The mail server.
#[derive(Clone)]
pub struct Smtp(pub MailServer);

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Smtp")
    }
}

impl Reader {
    /// The mail server, if one is set.
    pub(super) fn smtp(&mut self) -> Option<Smtp> {
        let url = self.secret("smtp.url");
        let from = self.take("smtp.from", |value| mailbox(&value.text()?));
        let (url, from) = match (url, from) {
            (Some(url), Some(from)) => (url, from),
            (Some(_), None) => {
                self.need(
                    "smtp.from",
                    "not set; it is who writes, such as \"Front desk <desk@example.com>\"",
                );
                return None;
            }
            (None, _) => return None,
        };
        match MailServer::new(&url, from) {
            Ok(server) => Some(Smtp(server)),
            Err(error) => {
                self.errors.push(ConfigError::new("", "smtp.url", error.to_string()));
                None
            }
        }
    }

    /// All recipients of notifications.
    pub(super) fn recipients(&mut self, smtp: Option<&Smtp>) -> Vec<Recipient> {
        let names: BTreeSet<String> = self
            .values
            .keys()
            .filter_map(|key| key.strip_prefix("notify.")?.split('.').next().map(ToOwned::to_owned))
            .collect();
        names.into_iter().filter_map(|name| self.recipient(name, smtp.is_some())).collect()
    }

    fn recipient(&mut self, name: String, can_write: bool) -> Option<Recipient> {
        let key = |setting: &str| format!("notify.{name}.{setting}");
        let email = self.take(&key("email"), |value| {
            value.list()?.iter().map(|text| mailbox(text)).collect::<Result<Vec<_>, _>>()
        });
        let webhook = self.take(&key("webhook"), |value| {
            let url = Url::parse(&value.text()?).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
            url.ok_or_else(|| "use a URL such as https://crm.example/calls".to_owned())
        });
        let secret = self.secret(&key("webhook_secret"));
        let outcomes =
            self.words(&key("outcomes"), Outcome::VARIANTS.iter().map(|o| (o.as_str(), *o)).collect());
        let kinds =
            self.words(&key("events"), NotificationKind::VARIANTS.iter().map(|o| (o.as_str(), *o)).collect());
        let attach = self.take(&key("attach"), super::Value::boolean).unwrap_or(true);
        let language = self.take(&key("language"), |value| {
            EmailLanguage::of(&value.text()?)
                .ok_or_else(|| "use en or fr, the languages of e-mails".to_owned())
        });
        let is_email = email.is_some();
        if is_email && kinds.as_ref().is_some_and(|kinds| kinds.contains(&NotificationKind::WorkChanged)) {
            self.need(&key("events"), "work.changed is sent to webhooks only; people see it in the feed");
        }
        let by = match (email, webhook) {
            (Some(people), None) if !people.is_empty() => {
                if !can_write && !self.errors.iter().any(|error| error.key.starts_with("smtp.")) {
                    self.need(
                        "smtp.url",
                        "not set; e-mail needs a mail server, such as smtps://user:password@mail.example",
                    );
                }
                By::Email(people)
            }
            (None, Some(url)) => {
                let Some(secret) = secret else {
                    self.need(&key("webhook_secret"), "not set; webhooks are signed, so make one as `echo whsec_$(openssl rand -base64 32)` does");
                    return None;
                };
                match WebhookSecret::parse(&secret) {
                    Ok(secret) => By::Webhook(url, secret),
                    Err(error) => {
                        self.errors.push(ConfigError::new("", key("webhook_secret"), error.to_string()));
                        return None;
                    }
                }
            }
            _ => {
                self.need(&key("email"), "use either email, with at least one address, or webhook");
                return None;
            }
        };
        let usual = if is_email { NotificationRule::for_people() } else { NotificationRule::for_programs() };
        let rule = NotificationRule {
            outcomes: outcomes.unwrap_or(usual.outcomes),
            kinds: kinds.unwrap_or(usual.kinds),
            attach,
        };
        Some(Recipient { name, by, rule, language: language.unwrap_or_default() })
    }

    /// Reads a list of names, each of which must be known.
    fn words<T: Copy>(&mut self, key: &str, known: Vec<(&'static str, T)>) -> Option<Vec<T>> {
        self.take(key, |value| {
            let read = |text: &String| {
                let found = known.iter().find(|(word, _)| word == text).map(|(_, found)| *found);
                let all: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
                found.ok_or_else(|| format!("{text:?} is none of: {}", all.join(", ")))
            };
            value.list()?.iter().map(read).collect()
        })
    }

    pub(super) fn need(&mut self, key: &str, what: &str) {
        self.errors.push(ConfigError::new("", key, what));
    }
}

fn mailbox(text: &str) -> Result<Mailbox, String> {
    text.parse()
        .map_err(|_| format!("{text:?} is not a valid e-mail address; use one such as ann@example.com"))
}

impl std::fmt::Display for By {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Email(people) => {
                let people: Vec<String> = people.iter().map(ToString::to_string).collect();
                write!(f, "e-mail to {}", people.join(", "))
            }
            Self::Webhook(url, secret) => {
                // The secret is not shown.
                let _ = secret;
                write!(f, "webhook to {}", url.host_str().unwrap_or("?"))
            }
        }
    }
}
