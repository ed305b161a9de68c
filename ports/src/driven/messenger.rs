//! Delivers notifications about calls.
use async_trait::async_trait;
use bytes::Bytes;
use frontdesk_domain::Timestamp;
use frontdesk_domain::call::NotificationKind;

/// Audio that is attached to a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// The name of the file.
    pub name: String,
    /// What it is, such as `audio/wav`.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Bytes,
}

/// A notification about a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// The same for every attempt of a delivery, so that a recipient can detect a repeat.
    pub id: String,
    /// What it is about.
    pub kind: NotificationKind,
    /// When it happened.
    pub at: Timestamp,
    /// One line, for people.
    pub subject: String,
    /// The full text, for people.
    pub text: String,
    /// The same as HTML; empty if there is only text.
    pub html: String,
    /// The full content as JSON, for programs.
    pub document: String,
    /// The voicemail's audio.
    pub audio: Option<Attachment>,
}

/// Why a notification was not delivered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// Try again later.
    #[error("{0}")]
    Later(String),
    /// It will never be accepted as it is.
    #[error("{0}")]
    Refused(String),
}

/// Delivers notifications to one recipient.
#[async_trait]
pub trait Messenger: Send + Sync {
    /// Delivers a notification. `Ok` only once the other side has accepted it.
    async fn deliver(&self, message: &Notification) -> Result<(), DeliveryError>;
}
