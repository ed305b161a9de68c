//! Where voicemail audio is stored: a folder, or a bucket with its credentials.
use adapters_recordings::{Place, S3Access};
use url::Url;

use super::{Reader, Value};

impl Reader {
    /// The storage at that URL, with the credentials to access it.
    pub(super) fn recordings(&mut self, url: String) -> Place {
        let endpoint = self.take("recordings.endpoint", |value| {
            let text = value.text()?;
            let url = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
            url.map(|_| text).ok_or_else(|| "use a URL such as https://s3.example".to_owned())
        });
        let region = self.take("recordings.region", Value::text);
        let access_key_id = self.take("recordings.access_key_id", Value::text);
        let secret = self.secret("recordings.secret_access_key");
        if !url.starts_with("s3://") {
            for key in ["endpoint", "region", "access_key_id", "secret_access_key"] {
                let key = format!("recordings.{key}");
                if self.values.contains_key(&key) {
                    self.need(
                        &key,
                        "it is about a bucket, and recordings.url names none (s3://BUCKET/PREFIX)",
                    );
                }
            }
            return Place { url, s3: None };
        }
        if access_key_id.is_none() {
            self.need("recordings.access_key_id", "not set; it names the key that may use the bucket");
        }
        if secret.is_none() {
            self.need("recordings.secret_access_key", "not set; it is the key that may use the bucket");
        }
        let s3 = access_key_id.zip(secret).map(|(access_key_id, secret_access_key)| S3Access {
            endpoint,
            region,
            access_key_id,
            secret_access_key,
        });
        Place { url, s3 }
    }
}
