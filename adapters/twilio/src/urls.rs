//! The URLs that the carrier is given. All state is in the path: re-encoded queries are the classic cause of refused
//! genuine signatures. The fragment configures retries (Twilio, "Webhooks connection overrides"); it is neither sent
//! nor signed.
use std::fmt;

use frontdesk_domain::{AudioFile, Dialogue, LegId};
use frontdesk_ports::{Hook, WebhookSettings};
use url::Url;

use crate::prompts::HostedPrompts;

/// Retries for requests that a caller waits for: quick, and ending in time for the fallback.
const WAITING: &str = "#ct=2000&rt=5000&rc=2&rp=ct,rt,5xx";
/// Retries for callbacks: as many as Twilio offers.
const CALLBACK: &str = "#rc=5&rp=ct,rt,5xx";

/// The base URL under which the carrier reaches us, without a trailing slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

/// A text that cannot be a public URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublicUrlError {
    /// Not a URL.
    #[error("it is not a URL: {0}")]
    NotAUrl(url::ParseError),
    /// Not HTTP.
    #[error("it starts with http:// or https://")]
    Scheme,
    /// More than scheme, host, port and path.
    #[error("it has no query, fragment, user or password")]
    Extra,
}

impl PublicUrl {
    /// Parses a base URL. It is stored byte for byte as written, because signatures cover it.
    pub fn parse(text: &str) -> Result<Self, PublicUrlError> {
        let url = Url::parse(text).map_err(PublicUrlError::NotAUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(PublicUrlError::Scheme);
        }
        if url.query().is_some()
            || url.fragment().is_some()
            || !url.username().is_empty()
            || url.password().is_some()
        {
            return Err(PublicUrlError::Extra);
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }

    /// The URL that was requested, as the carrier signed it.
    pub(crate) fn of_request(&self, path_and_query: &str) -> String {
        format!("{}{path_and_query}", self.0)
    }

    /// The base as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a number must ask for us to answer it.
pub(crate) fn number_settings(public: &PublicUrl) -> WebhookSettings {
    let hook = |path: &str, retries: &str| Hook {
        url: format!("{public}/twilio/{path}{retries}"),
        method: "POST".into(),
    };
    WebhookSettings {
        voice: hook("voice", WAITING),
        fallback: hook("fallback", WAITING),
        status: hook("status", CALLBACK),
        routed_by: String::new(),
    }
}

/// Makes the addresses for one call.
#[derive(Debug, Clone)]
pub struct Urls<'a> {
    public: &'a PublicUrl,
    call: &'a LegId,
    audio: Option<&'a HostedPrompts>,
}

impl<'a> Urls<'a> {
    /// For the call of that caller's leg.
    pub fn new(public: &'a PublicUrl, call: &'a LegId) -> Self {
        Self { public, call, audio: None }
    }

    /// For documents that may play these files.
    #[must_use]
    pub fn playing(mut self, audio: &'a HostedPrompts) -> Self {
        self.audio = Some(audio);
        self
    }

    /// Where an audio file of the flow is served, if it is.
    pub(crate) fn audio(&self, file: &AudioFile) -> Option<String> {
        Some(format!("{}/twilio/audio/{}", self.public, self.audio?.key(file)?))
    }

    /// Where the caller's conversation goes on.
    pub(crate) fn step(&self, then: &Dialogue) -> String {
        format!("{}/twilio/step/{then}{WAITING}", self.public)
    }

    /// Where the callee's conversation goes on.
    pub(crate) fn screen(&self, then: &Dialogue) -> String {
        format!("{}/twilio/screen/{}/{then}{WAITING}", self.public, self.call.id())
    }

    /// Where a callee's leg reports.
    pub(crate) fn leg(&self, step: u16, position: u8) -> String {
        format!("{}/twilio/leg/{}/{step}/{position}{CALLBACK}", self.public, self.call.id())
    }

    /// The transcription callback of a recording.
    pub(crate) fn transcription(&self) -> String {
        format!("{}/twilio/transcription/{}{CALLBACK}", self.public, self.call.id())
    }

    /// Where a recording reports.
    pub(crate) fn recording(&self) -> String {
        format!("{}/twilio/recording/{}{CALLBACK}", self.public, self.call.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trailing_slash_is_ignored_and_a_prefix_stays() {
        assert_eq!(PublicUrl::parse("https://desk.example/").unwrap().as_str(), "https://desk.example");
        assert_eq!(
            PublicUrl::parse("https://desk.example/a/b/").unwrap().as_str(),
            "https://desk.example/a/b"
        );
        for bad in
            ["desk.example", "ftp://desk.example", "https://u:p@desk.example", "https://d.example/?a=1"]
        {
            assert!(PublicUrl::parse(bad).is_err(), "{bad}");
        }
    }
}
