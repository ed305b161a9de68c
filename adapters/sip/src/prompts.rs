//! Prompts, decoded to samples.
use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use frontdesk_domain::flow::{AudioFile, Speech};
use frontdesk_ports::{AudioDecoder, PromptAudio, Samples, UnplayableAudio, Voice};
use parking_lot::RwLock;

use crate::rtp::tones;

/// The flow's audio files, decoded, and the voice that reads its texts.
pub struct Prompts {
    files: RwLock<HashMap<AudioFile, Samples>>,
    decoder: Arc<dyn AudioDecoder>,
    voice: Arc<dyn Voice>,
}

impl PromptAudio for Prompts {
    fn publish(&self, files: Vec<(AudioFile, Bytes)>) -> Result<(), UnplayableAudio> {
        let decoded: Result<Vec<_>, _> =
            files.into_iter().map(|(file, bytes)| Ok((file, self.decoder.decode(&bytes)?))).collect();
        // Calls in progress continue with the previous flow and may still play its files.
        self.files.write().extend(decoded?);
        Ok(())
    }
}

impl Prompts {
    /// Prompts without files, until some are published.
    pub fn new(decoder: Arc<dyn AudioDecoder>, voice: Arc<dyn Voice>) -> Self {
        Self { files: RwLock::default(), decoder, voice }
    }

    /// Reads a prompt out in advance, so that the first caller does not wait for it.
    pub async fn prepare(&self, speech: &Speech) {
        self.samples(speech).await;
    }

    /// The samples of a prompt. A text that cannot be read out is logged and left silent, so that the call continues.
    pub(crate) async fn samples(&self, speech: &Speech) -> Samples {
        match speech {
            Speech::Audio(file) => self.files.read().get(file).cloned().unwrap_or_else(tones::nothing),
            Speech::Text { text, language, .. } => {
                self.voice.speak(text, language).await.unwrap_or_else(|error| {
                    tracing::error!("a prompt could not be read out, nothing was played: {error}");
                    tones::nothing()
                })
            }
        }
    }
}
