//! The location of the audio: a folder, or a bucket of any S3-compatible store.
use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, S3ConditionalPut};
use object_store::client::{HttpClient, HttpConnector};
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};
use reqwest::{Client, ClientBuilder};
use secrecy::{ExposeSecret, SecretString};

/// How long connecting to the store may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a request to the store may take, retries included. The job that stores a voicemail is retried later.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Retries within one request. They stay few, because the job that made the request is retried as well.
const RETRIES: usize = 2;

/// Gives the store the HTTP client of this process, with its proxies.
#[derive(Debug)]
struct Connector(Client);

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.0.clone()))
    }
}

/// A store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address names an unsupported kind of store.
    #[error("{0:?} is not a recordings address; use file://PATH or s3://BUCKET/PREFIX")]
    Scheme(String),
    /// The folder cannot be created or used.
    #[error("cannot use the folder {path}: {source}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The cause.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The bucket cannot be used with these settings.
    #[error("cannot use the bucket: {0}")]
    Bucket(String),
}

/// How a store that speaks S3 is reached.
#[derive(Debug, Clone, Default)]
pub struct S3Access {
    /// Its address, such as `https://s3.example`; Amazon's own if none is given.
    pub endpoint: Option<String>,
    /// Its region; most self-hosted stores accept any.
    pub region: Option<String>,
    /// The id of the access key.
    pub access_key_id: String,
    /// The secret of the access key.
    pub secret_access_key: SecretString,
}

/// The location of the audio.
#[derive(Debug, Clone)]
pub struct Place {
    /// `file://PATH` or `s3://BUCKET/PREFIX`.
    pub url: String,
    /// How the bucket is reached, if it is one.
    pub s3: Option<S3Access>,
}

impl Place {
    /// The location of a local folder.
    pub fn folder(path: &Path) -> Self {
        Self { url: format!("file://{}", path.display()), s3: None }
    }

    /// The folder, if it is one.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.url.strip_prefix("file://").map(Path::new)
    }

    pub(crate) fn open(&self, http: ClientBuilder) -> Result<Arc<dyn ObjectStore>, OpenError> {
        if let Some(path) = self.path() {
            return folder(path);
        }
        match (self.url.strip_prefix("s3://"), &self.s3) {
            (Some(place), Some(access)) => bucket(place, access, http),
            (Some(_), None) => Err(OpenError::Bucket("its access key is missing".into())),
            (None, _) => {
                let scheme = self.url.split_once(':').map_or("", |(scheme, _)| scheme);
                Err(OpenError::Scheme(scheme.to_owned()))
            }
        }
    }
}

/// Opens a folder, in which files are written under a temporary name, synced, and then renamed.
fn folder(path: &Path) -> Result<Arc<dyn ObjectStore>, OpenError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| OpenError::Folder { path: path.to_owned(), source: source.into() })?;
    let store = LocalFileSystem::new_with_prefix(path)
        .map_err(|source| OpenError::Folder { path: path.to_owned(), source: source.into() })?;
    Ok(Arc::new(store.with_fsync(true)))
}

/// Opens a bucket, in which an object appears once its upload is complete.
fn bucket(place: &str, access: &S3Access, http: ClientBuilder) -> Result<Arc<dyn ObjectStore>, OpenError> {
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    let http = http.connect_timeout(CONNECT_TIMEOUT).timeout(REQUEST_TIMEOUT).build();
    let http = http.map_err(|error| OpenError::Bucket(error.to_string()))?;
    let plain = access.endpoint.as_ref().is_some_and(|endpoint| endpoint.starts_with("http://"));
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_region(access.region.as_deref().unwrap_or("us-east-1"))
        .with_access_key_id(&access.access_key_id)
        .with_secret_access_key(access.secret_access_key.expose_secret())
        .with_conditional_put(S3ConditionalPut::Disabled)
        .with_client_options(ClientOptions::new().with_allow_http(plain))
        .with_http_connector(Connector(http))
        .with_retry(RetryConfig {
            max_retries: RETRIES,
            retry_timeout: REQUEST_TIMEOUT,
            backoff: BackoffConfig::default(),
        });
    if let Some(endpoint) = &access.endpoint {
        builder = builder.with_endpoint(endpoint.trim_end_matches('/'));
    }
    let store = builder.build().map_err(|error| OpenError::Bucket(error.to_string()))?;
    let prefix = prefix.trim_matches('/');
    Ok(if prefix.is_empty() { Arc::new(store) } else { Arc::new(PrefixStore::new(store, prefix)) })
}
