//! The audio files that a flow plays, for a carrier to fetch or to send.
use bytes::Bytes;
use frontdesk_domain::flow::AudioFile;

/// Why a carrier cannot play a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnplayableAudio {
    /// The file's name does not have the extension of an audio format that the carrier plays.
    #[error("the carrier plays .wav, .mp3, .ulaw and .aiff files")]
    Kind,
    /// The content does not begin like a file of that format.
    #[error("its content does not match its name: it does not begin as a WAV file does")]
    Content,
}

/// Makes the audio files of a flow available to a carrier.
pub trait PromptAudio: Send + Sync {
    /// Publishes the files of a flow. Files published before stay available to calls in progress.
    fn publish(&self, files: Vec<(AudioFile, Bytes)>) -> Result<(), UnplayableAudio>;
}
