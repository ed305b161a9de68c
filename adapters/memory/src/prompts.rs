//! A flow's audio files in memory.
use std::collections::BTreeMap;

use bytes::Bytes;
use frontdesk_domain::flow::AudioFile;
use frontdesk_ports::{PromptAudio, UnplayableAudio};
use parking_lot::Mutex;

/// The published files, of any kind.
#[derive(Default)]
pub struct MemoryPrompts(Mutex<BTreeMap<String, Bytes>>);

impl MemoryPrompts {
    /// The content of a published file.
    pub fn content(&self, file: &AudioFile) -> Option<Bytes> {
        self.0.lock().get(&file.0).cloned()
    }
}

impl PromptAudio for MemoryPrompts {
    fn publish(&self, files: Vec<(AudioFile, Bytes)>) -> Result<(), UnplayableAudio> {
        let mut published = self.0.lock();
        published.extend(files.into_iter().map(|(file, bytes)| (file.0, bytes)));
        Ok(())
    }
}
