//! The carrier that this server takes calls from: the only file of the binary that imports its adapter. The steps to add
//! another carrier are in `docs/architecture.md`.
use std::sync::Arc;

use adapters_twilio::{HttpPublicUrlProbe, TwilioClient, Webhooks};
use frontdesk_domain::Instruction;
use frontdesk_domain::flow::AudioFile;
use frontdesk_ports::{
    Account, AnswerCalls, Carrier, CarrierAccount, PublicUrl, PublicUrlProbe, UnplayableAudio,
};
use poem::endpoint::{BoxEndpoint, EndpointExt};
use poem::{Endpoint, Response};
use strum::{IntoStaticStr, VariantArray};

use crate::http_client::Proxies;
use crate::system::SystemIds;

pub use adapters_twilio::{
    ClientError, HostedPrompts, LEFT_OUT, LIMITS, NAME, PREFIX, write_fallback, write_fallback_voicemail,
};

/// A Twilio-compatible carrier.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Dialect {
    /// Twilio itself.
    #[default]
    Twilio,
    /// SignalWire, "Compatibility API": requests are signed with a separate key.
    SignalWire,
}

frontdesk_domain::named!(Dialect);

impl Dialect {
    /// The name of the carrier in the log.
    pub fn carrier(self) -> &'static str {
        self.as_str()
    }

    /// Whether an account's id has the form that this carrier gives it.
    pub fn fits(self, sid: &str) -> bool {
        match self {
            Self::Twilio => {
                sid.starts_with("AC") && sid.len() == 34 && sid.chars().all(|c| c.is_ascii_alphanumeric())
            }
            Self::SignalWire => sid.len() == 36 && sid.chars().all(|c| c.is_ascii_hexdigit() || c == '-'),
        }
    }

    /// A description of that form, for error messages.
    pub fn account_form(self) -> &'static str {
        match self {
            Self::Twilio => "an account SID is AC and 32 characters",
            Self::SignalWire => {
                "a project id has 36 characters, such as 7b981f74-cd14-4ea5-84e4-6d2f5a0b1f3e"
            }
        }
    }
}

/// The carrier's REST API, for calls and recordings of these accounts.
pub fn client(
    accounts: Vec<Account>,
    public: PublicUrl,
    proxies: &Proxies,
) -> Result<Arc<dyn Carrier>, ClientError> {
    Ok(Arc::new(TwilioClient::new(accounts, public, proxies.client_builder())?))
}

/// The carrier's REST API, for the settings of an account.
pub fn account_client(
    account: Account,
    public: PublicUrl,
    proxies: &Proxies,
) -> Result<Arc<dyn CarrierAccount>, ClientError> {
    Ok(Arc::new(TwilioClient::new(vec![account], public, proxies.client_builder())?))
}

/// Requests to the public URL as the carrier would send them.
pub fn probe(
    account: Account,
    public: PublicUrl,
    proxies: &Proxies,
) -> Result<Arc<dyn PublicUrlProbe>, ClientError> {
    Ok(Arc::new(HttpPublicUrlProbe::new(public, account, Arc::new(SystemIds), proxies.client_builder())?))
}

/// Answers probes that any of these accounts has signed, under any path.
pub fn answer_probes(
    routes: impl Endpoint<Output = Response> + 'static,
    public: PublicUrl,
    accounts: Vec<Account>,
) -> BoxEndpoint<'static, Response> {
    adapters_twilio::answer_probes(routes, public, accounts).boxed()
}

/// The carrier's routes. `safe` is the answer if no other can be given.
pub fn routes(
    public: PublicUrl,
    accounts: Vec<Account>,
    answering: Arc<dyn AnswerCalls>,
    audio: Arc<HostedPrompts>,
    safe: Vec<Instruction>,
) -> BoxEndpoint<'static, Response> {
    adapters_twilio::routes(Webhooks { public, accounts, answering, audio, safe }).boxed()
}

/// The URL that the carrier requests when a call comes in.
pub fn voice_url(public: &PublicUrl) -> String {
    format!("{public}{PREFIX}/voice")
}

/// Whether the carrier can play an audio file.
pub fn check_audio(file: &AudioFile, bytes: &[u8]) -> Result<(), UnplayableAudio> {
    adapters_twilio::media_type(file, bytes).map(|_| ())
}
