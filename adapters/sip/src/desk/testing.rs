//! The services that a line needs, for tests.
use std::sync::Arc;

use adapters_memory::{MemoryRecordings, SeededIds};
use async_trait::async_trait;
use frontdesk_domain::call::Sound;
use frontdesk_domain::flow::Language;
use frontdesk_ports::{
    AnswerCalls, AudioDecoder, Clock, Samples, SoundMeter, UnplayableAudio, Voice, VoiceError,
};

use super::Services;
use crate::prompts::Prompts;

/// Neither decodes, speaks nor measures: these tests play no prompts.
struct Nothing;

impl AudioDecoder for Nothing {
    fn decode(&self, _: &[u8]) -> Result<Samples, UnplayableAudio> {
        Err(UnplayableAudio::Content)
    }
}

#[async_trait]
impl Voice for Nothing {
    async fn speak(&self, _: &str, _: &Language) -> Result<Samples, VoiceError> {
        Err(VoiceError("nobody listens".into()))
    }
}

impl SoundMeter for Nothing {
    fn measure(&self, _: &[u8], _: &str) -> Option<Sound> {
        None
    }
}

/// Services with stores in memory.
pub(crate) fn services(answering: Arc<dyn AnswerCalls>, clock: Arc<dyn Clock>) -> Services {
    Services {
        answering,
        prompts: Arc::new(Prompts::new(Arc::new(Nothing), Arc::new(Nothing))),
        recordings: Arc::new(MemoryRecordings::new(1_000_000)),
        meter: Arc::new(Nothing),
        clock,
        ids: Arc::new(SeededIds::default()),
    }
}
