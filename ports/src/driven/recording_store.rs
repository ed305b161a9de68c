//! The store of recordings.
use std::fmt;
use std::ops::Range;

use async_trait::async_trait;
use bytes::Bytes;
use frontdesk_domain::call::StoredAudio;
use frontdesk_domain::{LegId, RecordingId};

use crate::{CarrierError, FetchedAudio, StoreError};

/// The name of a recording in the store: the carrier and its recording id, never a text that a caller or sender
/// chose.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AudioName(String);

impl AudioName {
    /// The name for a recording of that call.
    pub fn new(call: &LegId, recording: &RecordingId) -> Self {
        Self(format!("{}-{recording}", call.carrier()))
    }

    /// The name as text: ASCII letters, digits, `-` and `_`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AudioName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a recording could not be stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PutError {
    /// It did not arrive completely, or is not audio: fetch it again.
    #[error(transparent)]
    Source(#[from] CarrierError),
    /// The store failed: try again later.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The rules of [`RecordingStore::put`], checked while the bytes stream through; every adapter uses it.
#[derive(Debug)]
pub struct AudioCheck {
    media_type: &'static str,
    announced: Option<u64>,
    cap: u64,
    head: Vec<u8>,
    seen: u64,
}

impl AudioCheck {
    /// A check of audio with this announced media type and length, and this size limit in bytes.
    pub fn new(media_type: &str, announced: Option<u64>, cap: u64) -> Result<Self, CarrierError> {
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let media_type = match essence.as_str() {
            "audio/wav" | "audio/x-wav" | "audio/wave" | "audio/vnd.wave" => "audio/wav",
            "audio/mpeg" | "audio/mp3" => "audio/mpeg",
            _ => return Err(CarrierError::Unusable(format!("{essence:.40} is not audio we know"))),
        };
        Ok(Self { media_type, announced, cap, head: Vec::new(), seen: 0 })
    }

    /// Checks the next bytes.
    pub fn pass(&mut self, bytes: &[u8]) -> Result<(), CarrierError> {
        let missing = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..missing]);
        self.seen = self.seen.saturating_add(bytes.len() as u64);
        if self.seen > self.cap {
            return Err(CarrierError::Unusable(format!("more than the {} bytes allowed", self.cap)));
        }
        if self.announced.is_some_and(|announced| self.seen > announced) {
            return Err(CarrierError::Unusable("longer than announced".into()));
        }
        Ok(())
    }

    /// Checks the whole after the last bytes. Returns its normalized media type and its length in bytes.
    pub fn finish(self) -> Result<(&'static str, u64), CarrierError> {
        if self.announced.is_some_and(|announced| self.seen != announced) {
            return Err(CarrierError::Unusable("cut short".into()));
        }
        let wav = self.head.starts_with(b"RIFF") && self.head.ends_with(b"WAVE") && self.head.len() == HEAD;
        let mp3 = self.head.starts_with(b"ID3")
            || matches!(self.head.as_slice(), [0xff, b, ..] if b & 0xe0 == 0xe0);
        match self.media_type {
            "audio/wav" if wav => Ok((self.media_type, self.seen)),
            "audio/mpeg" if mp3 => Ok((self.media_type, self.seen)),
            _ => Err(CarrierError::Unusable(format!("it does not begin like {}", self.media_type))),
        }
    }
}

/// The number of bytes that identify WAV or MP3.
const HEAD: usize = 12;

/// Stores audio. Only complete and verified audio can be read: half-written audio is never visible.
#[async_trait]
pub trait RecordingStore: Send + Sync {
    /// Stores audio under a name, replacing earlier content. Refuses audio, and stores nothing, unless it has the
    /// announced length, is no longer than the cap, and begins like its format (WAV or MP3).
    async fn put(&self, name: &AudioName, audio: FetchedAudio) -> Result<StoredAudio, PutError>;

    /// A range of bytes of the audio with that name; the range must lie within its length.
    async fn read(&self, name: &AudioName, range: Range<u64>) -> Result<Option<Bytes>, StoreError>;

    /// Deletes the audio with that name. `false` if there was none.
    async fn delete(&self, name: &AudioName) -> Result<bool, StoreError>;
}
