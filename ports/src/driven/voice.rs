//! Prompts as samples, for carriers that send audio themselves.
use std::sync::Arc;

use async_trait::async_trait;
use frontdesk_domain::flow::Language;

use crate::UnplayableAudio;

/// Samples a second of audio on a telephone line (G.711).
pub const SAMPLES_A_SECOND: u32 = 8000;

/// Audio of a telephone line: one channel, 16 bits a sample, [`SAMPLES_A_SECOND`].
pub type Samples = Arc<[i16]>;

/// A text cannot be read out now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct VoiceError(pub String);

/// Reads texts out.
#[async_trait]
pub trait Voice: Send + Sync {
    /// The text in that language. Equal texts are read out once.
    async fn speak(&self, text: &str, language: &Language) -> Result<Samples, VoiceError>;
}

/// Reads audio files. Plain and not async: it computes and waits for nothing.
pub trait AudioDecoder: Send + Sync {
    /// The samples of a WAV file of any rate; those of several channels are mixed.
    fn decode(&self, audio: &[u8]) -> Result<Samples, UnplayableAudio>;
}
