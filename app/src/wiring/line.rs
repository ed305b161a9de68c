//! The SIP line, in addition to the hosted carrier or instead of it.
use std::sync::Arc;

use frontdesk_ports::{Account, Clock, Ids, PromptAudio, PublicUrl};
use frontdesk_services::call_handler::CallHandler;

use super::WiringError;
use super::carriers::{Carriers, EveryCarrier};
use super::stores::Stores;
use crate::carrier::{self, HostedPrompts};
use crate::config::Config;

#[cfg(feature = "sip")]
pub use with::{SipLine, carrier_of, try_voice};
#[cfg(not(feature = "sip"))]
pub use without::{SipLine, carrier_of, try_voice};

/// The SIP line, if one is configured, and the combination of all carriers.
pub(super) fn open(
    config: &Config,
    accounts: &[Account],
    public: &PublicUrl,
) -> Result<(Option<Arc<SipLine>>, Arc<Carriers>), WiringError> {
    let line = config.sip.as_ref().map(SipLine::new).transpose()?.map(Arc::new);
    let hosted = carrier::client(accounts.to_vec(), public.clone(), &config.proxies)?;
    Ok((line, Arc::new(Carriers { hosted, line: config.sip.as_ref().map(carrier_of) })))
}

/// Passes the line the services that it needs.
pub(super) fn serve(
    line: Option<&SipLine>,
    answering: &Arc<CallHandler>,
    stores: &Stores,
    clock: &Arc<dyn Clock>,
    ids: &Arc<dyn Ids>,
) {
    if let Some(line) = line {
        line.serve(answering.clone(), stores.recordings.clone(), clock.clone(), ids.clone());
    }
}

/// Where the flow's audio files are published: the hosted carrier fetches them, the SIP line plays them.
pub fn players(hosted: &Arc<HostedPrompts>, line: Option<&SipLine>) -> Arc<dyn PromptAudio> {
    let hosted: Arc<dyn PromptAudio> = hosted.clone();
    Arc::new(EveryCarrier(std::iter::once(hosted).chain(line.map(SipLine::prompts)).collect()))
}

#[cfg(feature = "sip")]
mod with {
    use std::sync::Arc;

    use adapters_audio::{WavDecoder, WavMeter};
    use adapters_sip::{Journal, JournalCarrier, Line, Prompts, Services, Settings, StartError};
    use adapters_speech::CommandVoice;
    use frontdesk_domain::CallFlow;
    use frontdesk_ports::{AnswerCalls, Carrier, Clock, Ids, PromptAudio, RecordingStore, Voice};
    use parking_lot::Mutex;

    use crate::config::SipSettings;
    use crate::wiring::WiringError;

    /// The line's recordings and call records, which another process may be writing.
    pub fn carrier_of(settings: &SipSettings) -> Arc<dyn Carrier> {
        Arc::new(JournalCarrier(settings.line.folder.clone()))
    }

    /// Synthesizes every text of the flow. Returns their number, or which one failed first and why.
    pub async fn try_voice(settings: &SipSettings, flow: &CallFlow) -> Result<usize, String> {
        let voice = CommandVoice::new(settings.voice.clone(), Arc::new(WavDecoder));
        let texts = flow.texts();
        for (language, text) in &texts {
            let spoken = voice.speak(text, language).await;
            spoken.map_err(|error| format!("{text:?} cannot be read out in {language}: {error}"))?;
        }
        Ok(texts.len())
    }

    /// A line that starts to listen once everything else is ready.
    pub struct SipLine {
        settings: Settings,
        journal: Journal,
        prompts: Arc<Prompts>,
        services: Mutex<Option<Services>>,
        line: tokio::sync::OnceCell<Line>,
    }

    impl SipLine {
        /// Creates the line of a configuration, which takes no calls yet.
        pub fn new(settings: &SipSettings) -> Result<Self, WiringError> {
            let journal = Journal::open(&settings.line.folder);
            let journal = journal.map_err(|error| WiringError::SipFolder(error.to_string()))?;
            let voice = Arc::new(CommandVoice::new(settings.voice.clone(), Arc::new(WavDecoder)));
            let prompts = Arc::new(Prompts::new(Arc::new(WavDecoder), voice));
            let (services, line) = (Mutex::default(), tokio::sync::OnceCell::new());
            Ok(Self { settings: settings.line.clone(), journal, prompts, services, line })
        }

        /// Where the flow's audio files are published.
        pub fn prompts(&self) -> Arc<dyn PromptAudio> {
            self.prompts.clone()
        }

        /// Sets the services that the line needs.
        pub fn serve(
            &self,
            answering: Arc<dyn AnswerCalls>,
            recordings: Arc<dyn RecordingStore>,
            clock: Arc<dyn Clock>,
            ids: Arc<dyn Ids>,
        ) {
            let (prompts, meter) = (self.prompts.clone(), Arc::new(WavMeter));
            *self.services.lock() = Some(Services { answering, prompts, recordings, meter, clock, ids });
        }

        /// Starts to take calls, and synthesizes the flow's texts in the background.
        pub async fn start(&self, flow: &CallFlow) -> Result<(), String> {
            let prompts = self.prompts.clone();
            let texts: Vec<_> = flow
                .texts()
                .into_iter()
                .map(|(language, text)| flow.text(text.to_owned(), language))
                .collect();
            tokio::spawn(async move {
                for text in texts {
                    prompts.prepare(&text).await;
                }
            });
            let Some(services) = self.services.lock().take() else { return Ok(()) };
            let listen = self.settings.listen;
            let line = Line::start(self.settings.clone(), services, self.journal.clone()).await;
            let line =
                line.map_err(|error: StartError| format!("sip.listen: {listen} cannot be used: {error}"))?;
            tracing::info!("the SIP line takes calls on {listen}");
            let _ = self.line.set(line);
            Ok(())
        }

        /// Takes no more calls and waits for those in progress.
        pub async fn drain(&self) {
            if let Some(line) = self.line.get() {
                line.drain().await;
            }
        }
    }
}

#[cfg(not(feature = "sip"))]
mod without {
    use std::sync::Arc;

    use frontdesk_domain::CallFlow;
    use frontdesk_ports::{AnswerCalls, Carrier, Clock, Ids, PromptAudio, RecordingStore};

    use crate::config::SipSettings;
    use crate::wiring::WiringError;

    pub fn carrier_of(settings: &SipSettings) -> Arc<dyn Carrier> {
        match *settings {}
    }

    pub async fn try_voice(settings: &SipSettings, _: &CallFlow) -> Result<usize, String> {
        match *settings {}
    }

    /// The SIP line, which this build does not include.
    pub enum SipLine {}

    impl SipLine {
        pub fn new(settings: &SipSettings) -> Result<Self, WiringError> {
            match *settings {}
        }

        pub fn prompts(&self) -> Arc<dyn PromptAudio> {
            match *self {}
        }

        pub fn serve(
            &self,
            _: Arc<dyn AnswerCalls>,
            _: Arc<dyn RecordingStore>,
            _: Arc<dyn Clock>,
            _: Arc<dyn Ids>,
        ) {
            match *self {}
        }

        pub async fn start(&self, _: &CallFlow) -> Result<(), String> {
            match *self {}
        }

        pub async fn drain(&self) {
            match *self {}
        }
    }
}
