//! Delivers notifications about calls to people and programs: e-mail over SMTP, and webhooks signed per Standard Webhooks.

mod smtp;
mod webhook;

pub use smtp::{BadMail, MailServer, Mailbox};
pub use webhook::{BadSecret, Webhook, WebhookSecret};
