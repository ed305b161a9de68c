//! Voicemail audio on an object store: local files now, anything S3-compatible by the same code later.
//!
//! Audio is written to a temporary name, checked while it goes by (length, kind, cap, SHA-256), synced, and only then
//! renamed: what can be read is whole.

use std::fs;
use std::ops::Range;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use frontdesk_domain::StoredAudio;
use frontdesk_ports::{AudioCheck, AudioName, FetchedAudio, PutError, RecordingStore, StoreError};
use futures_util::StreamExt;
use object_store::local::LocalFileSystem;
use object_store::{ObjectStore, ObjectStoreExt, WriteMultipart};
use sha2::{Digest, Sha256};

/// A store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address is of no store that we know.
    #[error("{0:?} is no recordings address; use file://PATH")]
    Scheme(String),
    /// The folder cannot be made or used.
    #[error("cannot use the folder {path}: {source}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why not.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Audio on an object store.
pub struct ObjectRecordings {
    store: Arc<dyn ObjectStore>,
    cap: u64,
}

impl ObjectRecordings {
    /// The store at `url` (`file://PATH`, made if it is not there), taking recordings of at most `cap` bytes.
    pub fn open(url: &str, cap: u64) -> Result<Self, OpenError> {
        let Some(path) = url.strip_prefix("file://") else {
            let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
            return Err(OpenError::Scheme(scheme.to_owned()));
        };
        let path = Path::new(path);
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(|source| OpenError::Folder { path: path.to_owned(), source: source.into() })?;
        let store = LocalFileSystem::new_with_prefix(path)
            .map_err(|source| OpenError::Folder { path: path.to_owned(), source: source.into() })?;
        Ok(Self { store: Arc::new(store.with_fsync(true)), cap })
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
                // What was written under the temporary name goes; if that fails too, it was never visible.
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
        match self.store.delete(&path(name)).await {
            Ok(()) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(unavailable(&error)),
        }
    }
}
