//! Listening to a message, as far as a program can.
use frontdesk_domain::call::Sound;

/// Measures audio. Plain and not async: it computes and waits for nothing.
pub trait SoundMeter: Send + Sync {
    /// What audio of that media type sounds like; `None` if it cannot be read.
    fn measure(&self, audio: &[u8], media_type: &str) -> Option<Sound>;
}
