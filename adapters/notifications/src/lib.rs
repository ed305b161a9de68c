//! Carries messages about calls to people and programs: e-mail over SMTP, and webhooks signed as Standard Webhooks asks.

mod smtp;
mod webhook;

pub use smtp::{BadMail, MailServer, Mailbox};
pub use webhook::{BadSecret, Webhook, WebhookSecret};
