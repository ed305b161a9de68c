//! Writing down what was said in a message.
use async_trait::async_trait;
use bytes::Bytes;
use frontdesk_domain::flow::Language;

/// Why a voicemail was not transcribed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TranscriberError {
    /// Worth another try.
    #[error("{0}")]
    Unavailable(String),
    /// This voicemail cannot be transcribed, now or later.
    #[error("{0}")]
    Unusable(String),
}

/// Writes messages down.
#[async_trait]
pub trait Transcriber: Send + Sync {
    /// The words of a message. `language` is the one that the caller was spoken to in; they may have answered in another.
    /// `None` if nothing was said that could be understood.
    async fn transcribe(
        &self,
        audio: Bytes,
        media_type: &str,
        language: &Language,
    ) -> Result<Option<String>, TranscriberError>;
}
