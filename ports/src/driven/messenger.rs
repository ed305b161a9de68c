//! Delivers notifications about calls.
use async_trait::async_trait;
use bytes::Bytes;
use frontdesk_domain::Timestamp;
use frontdesk_domain::call::NotificationKind;

/// Audio that goes with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// The name of the file.
    pub name: String,
    /// What it is, such as `audio/wav`.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Bytes,
}

/// A message about a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// The same for every attempt of a delivery, so that a recipient can detect a repeat.
    pub id: String,
    /// What it is about.
    pub kind: NotificationKind,
    /// When that was.
    pub at: Timestamp,
    /// One line, for people.
    pub subject: String,
    /// All of it, for people.
    pub text: String,
    /// The same as HTML; empty where it is only text.
    pub html: String,
    /// All of it, for programs: JSON.
    pub document: String,
    /// The voicemail's audio.
    pub audio: Option<Attachment>,
}

/// A message was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// Try again later.
    #[error("{0}")]
    Later(String),
    /// It will never be taken as it is.
    #[error("{0}")]
    Refused(String),
}

/// Carries messages to one recipient.
#[async_trait]
pub trait Messenger: Send + Sync {
    /// Hands a message over. `Ok` only once the other side has taken it.
    async fn deliver(&self, message: &Notification) -> Result<(), DeliveryError>;
}
