//! Transcription on this machine, one voicemail at a time, because each uses all cores.
use frontdesk_domain::{EventKind, LegId, RecordingId};
use frontdesk_ports::{AudioName, TranscriberError};

use super::{Failure, VoicemailWorker};

impl VoicemailWorker {
    pub(super) async fn transcribe(&self, call: &LegId, recording: &RecordingId) -> Result<(), Failure> {
        let Some(transcriber) = &self.transcriber else { return Ok(()) };
        let Some(facts) = self.facts(call).await.map_err(Failure::Store)? else { return Ok(()) };
        // Meanwhile it may have been transcribed, deleted or discarded.
        let Some(language) = facts.to_transcribe(recording) else { return Ok(()) };
        let name = AudioName::new(call, recording);
        let Some(audio) = facts.audio(recording) else { return Ok(()) };
        let bytes = self.recordings.read(&name, 0..audio.bytes).await.map_err(Failure::Store)?;
        let missing = || Failure::Again("the recording is not in the store".to_owned(), None);
        let bytes = bytes.ok_or_else(missing)?;
        let text = match transcriber.transcribe(bytes, &audio.media_type, language).await {
            Ok(text) => text,
            Err(TranscriberError::Unusable(why)) => {
                tracing::warn!(call.id = %call, "a voicemail could not be transcribed: {why}");
                None
            }
            Err(TranscriberError::Unavailable(why)) => return Err(Failure::Again(why, None)),
        };
        self.log(call, vec![EventKind::Transcribed { recording: recording.clone(), text }])
            .await
            .map_err(Failure::Store)?;
        tracing::info!(call.id = %call, "voicemail transcribed");
        Ok(())
    }
}
