//! Transcription of voicemails.
use async_trait::async_trait;
use bytes::Bytes;
use frontdesk_domain::flow::Language;

/// Why a voicemail was not transcribed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TranscriberError {
    /// Try again later.
    #[error("{0}")]
    Unavailable(String),
    /// This voicemail cannot be transcribed, now or later.
    #[error("{0}")]
    Unusable(String),
}

/// Transcribes voicemails.
#[async_trait]
pub trait Transcriber: Send + Sync {
    /// The text of a voicemail. `language` is the language of the caller's prompts; the caller may have spoken another.
    /// `None` if nothing was said that could be understood.
    async fn transcribe(
        &self,
        audio: Bytes,
        media_type: &str,
        language: &Language,
    ) -> Result<Option<String>, TranscriberError>;
}
