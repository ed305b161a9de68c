//! Recordings in memory.
use std::collections::BTreeMap;
use std::ops::Range;

use async_trait::async_trait;
use bytes::Bytes;
use frontdesk_domain::call::StoredAudio;
use frontdesk_ports::{AudioCheck, AudioName, FetchedAudio, PutError, RecordingStore, StoreError};
use futures_util::StreamExt;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};

/// Recordings in memory.
pub struct MemoryRecordings {
    cap: u64,
    stored: Mutex<BTreeMap<AudioName, Bytes>>,
}

impl MemoryRecordings {
    /// An empty store that takes recordings of at most `cap` bytes.
    pub fn new(cap: u64) -> Self {
        Self { cap, stored: Mutex::default() }
    }
}

#[async_trait]
impl RecordingStore for MemoryRecordings {
    async fn put(&self, name: &AudioName, mut audio: FetchedAudio) -> Result<StoredAudio, PutError> {
        let mut check = AudioCheck::new(&audio.media_type, audio.length, self.cap)?;
        let mut all = Vec::new();
        while let Some(piece) = audio.audio.next().await {
            let piece = piece?;
            check.pass(&piece)?;
            all.extend_from_slice(&piece);
        }
        let (media_type, bytes) = check.finish()?;
        let sha256 = hex::encode(Sha256::digest(&all));
        self.stored.lock().insert(name.clone(), all.into());
        Ok(StoredAudio { bytes, sha256, media_type: media_type.into() })
    }

    async fn read(&self, name: &AudioName, range: Range<u64>) -> Result<Option<Bytes>, StoreError> {
        let stored = self.stored.lock();
        let Some(all) = stored.get(name) else { return Ok(None) };
        let (Ok(start), Ok(end)) = (usize::try_from(range.start), usize::try_from(range.end)) else {
            return Err(StoreError::Corrupt("a range beyond memory".into()));
        };
        if start > end || end > all.len() {
            return Err(StoreError::Corrupt("a range outside the audio".into()));
        }
        Ok(Some(all.slice(start..end)))
    }

    async fn delete(&self, name: &AudioName) -> Result<bool, StoreError> {
        Ok(self.stored.lock().remove(name).is_some())
    }
}
