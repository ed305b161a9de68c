//! The URLs that we give to the carrier. All state is in the path, because proxies that re-encode a query often invalidate
//! signatures. The fragment configures retries (Twilio, "Webhooks connection overrides"); it is neither sent nor
//! signed.
use crate::prompts::HostedPrompts;
use frontdesk_domain::flow::AudioFile;
use frontdesk_domain::{Dialogue, LegId};
use frontdesk_ports::{Hook, PublicUrl, WebhookSettings};

/// The path of one of the carrier's routes.
macro_rules! route {
    ($path:literal) => {
        concat!("/twilio", $path)
    };
}
pub(crate) use route;

/// The path that all of the carrier's routes begin with.
pub const PREFIX: &str = route!("");

/// Ends the paths that carry state. A signature covers the URL and the form without a boundary between them, so the end of a
/// path could be moved into the name of a field. No field name begins with `/~`, and no route matches a path without it.
const END: &str = "/~";

/// Retries for requests that a caller waits for: quick, and ending in time for the fallback.
const WAITING: &str = "#ct=2000&rt=5000&rc=2&rp=ct,rt,5xx";
/// Retries for callbacks: as many as Twilio offers.
const CALLBACK: &str = "#rc=5&rp=ct,rt,5xx";

/// The webhook settings that a number needs for us to answer its calls.
pub(crate) fn number_settings(public: &PublicUrl) -> WebhookSettings {
    let hook = |path: &str, retries: &str| Hook {
        url: format!("{public}{PREFIX}/{path}{retries}"),
        method: "POST".into(),
    };
    WebhookSettings {
        voice: hook("voice", WAITING),
        fallback: hook("fallback", WAITING),
        status: hook("status", CALLBACK),
        routed_by: String::new(),
    }
}

/// Makes the URLs for one call.
#[derive(Debug, Clone)]
pub struct Urls<'a> {
    public: &'a PublicUrl,
    call: &'a LegId,
    audio: Option<&'a HostedPrompts>,
}

impl<'a> Urls<'a> {
    /// URLs for the call that is identified by this caller's leg.
    pub fn new(public: &'a PublicUrl, call: &'a LegId) -> Self {
        Self { public, call, audio: None }
    }

    /// Adds the audio files that documents may play.
    #[must_use]
    pub fn playing(mut self, audio: &'a HostedPrompts) -> Self {
        self.audio = Some(audio);
        self
    }

    /// The URL of an audio file of the flow, if it is published.
    pub(crate) fn audio(&self, file: &AudioFile) -> Option<String> {
        Some(format!("{}{PREFIX}/audio/{}", self.public, self.audio?.key(file)?))
    }

    /// The URL of the caller's next step.
    pub(crate) fn step(&self, then: &Dialogue) -> String {
        format!("{}{PREFIX}/step/{then}{END}{WAITING}", self.public)
    }

    /// The URL of the callee's next screening step.
    pub(crate) fn screen(&self, then: &Dialogue) -> String {
        format!("{}{PREFIX}/screen/{}/{then}{END}{WAITING}", self.public, self.call.id())
    }

    /// The status callback of a callee's leg.
    pub(crate) fn leg(&self, step: u16, position: u8) -> String {
        format!("{}{PREFIX}/leg/{}/{step}/{position}{END}{CALLBACK}", self.public, self.call.id())
    }

    /// The transcription callback of a recording.
    pub(crate) fn transcription(&self) -> String {
        format!("{}{PREFIX}/transcription/{}{END}{CALLBACK}", self.public, self.call.id())
    }

    /// The status callback of a recording.
    pub(crate) fn recording(&self) -> String {
        format!("{}{PREFIX}/recording/{}{END}{CALLBACK}", self.public, self.call.id())
    }
}
