//! Measuring the audio of a voicemail.
use frontdesk_domain::call::Sound;

/// Measures audio. Synchronous, because it only computes.
pub trait SoundMeter: Send + Sync {
    /// The measurements of audio of that media type; `None` if it cannot be decoded.
    fn measure(&self, audio: &[u8], media_type: &str) -> Option<Sound>;
}
