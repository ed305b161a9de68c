//! Prompts as audio samples, for carriers to which we send the audio ourselves.
use std::sync::Arc;

use async_trait::async_trait;
use frontdesk_domain::flow::Language;

use crate::UnplayableAudio;

/// Samples per second of audio on a telephone line (G.711).
pub const SAMPLES_A_SECOND: u32 = 8000;

/// Audio of a telephone line: one channel, 16 bits per sample, [`SAMPLES_A_SECOND`].
pub type Samples = Arc<[i16]>;

/// Why a text cannot be read out now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct VoiceError(pub String);

/// Reads texts out.
#[async_trait]
pub trait Voice: Send + Sync {
    /// The text, spoken in that language. Equal texts are synthesized once.
    async fn speak(&self, text: &str, language: &Language) -> Result<Samples, VoiceError>;
}

/// Decodes audio files. Synchronous, because it only computes.
pub trait AudioDecoder: Send + Sync {
    /// The samples of a WAV file of any rate; those of several channels are mixed.
    fn decode(&self, audio: &[u8]) -> Result<Samples, UnplayableAudio>;
}
