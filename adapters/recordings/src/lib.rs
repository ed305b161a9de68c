//! Voicemail audio on an object store: local files, or anything that speaks S3.
//!
//! Audio is checked while it is written (length, media type, size limit, SHA-256), and appears under its name only once it is
//! stored completely: a recording that can be read is complete.

mod place;
mod unfinished;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use frontdesk_domain::call::StoredAudio;
use frontdesk_ports::{AudioCheck, AudioName, FetchedAudio, PutError, RecordingStore, StoreError};
use futures_util::StreamExt;
use object_store::{ObjectStore, ObjectStoreExt, WriteMultipart};
use reqwest::ClientBuilder;
use sha2::{Digest, Sha256};

pub use place::{OpenError, Place, S3Access};

/// Audio on an object store.
pub struct ObjectRecordings {
    store: Arc<dyn ObjectStore>,
    /// The folder, if the audio is in one.
    folder: Option<PathBuf>,
    cap: u64,
}

impl ObjectRecordings {
    /// Opens the store at a location (a missing folder is created). It accepts recordings of at most `cap` bytes. A
    /// bucket is reached with `http`, whose timeouts are set here.
    pub fn open(place: &Place, cap: u64, http: ClientBuilder) -> Result<Self, OpenError> {
        let (store, folder) = (place.open(http)?, place.path().map(Path::to_owned));
        if let Some(path) = &folder {
            unfinished::remove_abandoned(path)
                .map_err(|source| OpenError::Folder { path: path.clone(), source: source.into() })?;
        }
        Ok(Self { store, folder, cap })
    }

    async fn write(
        &self,
        upload: &mut WriteMultipart,
        mut audio: FetchedAudio,
    ) -> Result<StoredAudio, PutError> {
        let mut check = AudioCheck::new(&audio.media_type, audio.length, self.cap)?;
        let mut hash = Sha256::new();
        while let Some(piece) = audio.audio.next().await {
            let piece = piece?;
            check.pass(&piece)?;
            hash.update(&piece);
            upload.wait_for_capacity(2).await.map_err(|e| unavailable(&e))?;
            upload.put(piece);
        }
        let (media_type, bytes) = check.finish()?;
        let sha256 = hex::encode(hash.finalize());
        Ok(StoredAudio { bytes, sha256, media_type: media_type.into() })
    }
}

fn unavailable(error: &object_store::Error) -> StoreError {
    StoreError::Unavailable(error.to_string())
}

fn path(name: &AudioName) -> object_store::path::Path {
    object_store::path::Path::from(name.as_str())
}

#[async_trait]
impl RecordingStore for ObjectRecordings {
    async fn put(&self, name: &AudioName, audio: FetchedAudio) -> Result<StoredAudio, PutError> {
        let upload = self.store.put_multipart(&path(name)).await.map_err(|e| unavailable(&e))?;
        let mut upload = WriteMultipart::new(upload);
        match self.write(&mut upload, audio).await {
            Ok(stored) => {
                upload.finish().await.map_err(|e| unavailable(&e))?;
                Ok(stored)
            }
            Err(error) => {
                // Deletes what was written under the temporary name. If that fails too, it was never visible.
                let _ = upload.abort().await;
                Err(error)
            }
        }
    }

    async fn read(&self, name: &AudioName, range: Range<u64>) -> Result<Option<Bytes>, StoreError> {
        match self.store.get_range(&path(name), range).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(unavailable(&error)),
        }
    }

    async fn delete(&self, name: &AudioName) -> Result<bool, StoreError> {
        if let Some(folder) = &self.folder {
            unfinished::remove_all_of(folder, name.as_str())
                .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        }
        match self.store.delete(&path(name)).await {
            Ok(()) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(unavailable(&error)),
        }
    }
}
