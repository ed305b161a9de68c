//! Combines the hosted carrier and the SIP line into one carrier.
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use frontdesk_domain::call::CarrierCall;
use frontdesk_domain::flow::AudioFile;
use frontdesk_domain::{LegId, RecordingId, Timestamp};
use frontdesk_ports::{Account, Carrier, CarrierError, FetchedAudio, PromptAudio, UnplayableAudio};

/// The SIP line's carrier name in leg ids. Equals the adapter's constant, which may not be part of this build.
const NAME: &str = "sip";

/// Whether a call came by the SIP line.
pub fn is_own(call: &LegId) -> bool {
    call.carrier() == NAME
}

/// The names of the configured carriers, as used in the log.
pub(super) fn names(accounts: &[Account], has_line: bool) -> Vec<String> {
    let own = has_line.then(|| NAME.to_owned());
    let mut names: Vec<String> = accounts.iter().map(|account| account.carrier.clone()).chain(own).collect();
    names.dedup();
    names
}

/// Passes each request to the carrier that the call came by.
pub struct Carriers {
    /// The hosted carrier.
    pub hosted: Arc<dyn Carrier>,
    /// The SIP line, if there is one.
    pub line: Option<Arc<dyn Carrier>>,
}

impl Carriers {
    fn of(&self, call: &LegId) -> &dyn Carrier {
        let line = self.line.as_ref().filter(|_| is_own(call));
        line.map_or(&*self.hosted, |line| &**line)
    }
}

#[async_trait]
impl Carrier for Carriers {
    async fn fetch_recording(
        &self,
        call: &LegId,
        recording: &RecordingId,
    ) -> Result<FetchedAudio, CarrierError> {
        self.of(call).fetch_recording(call, recording).await
    }

    async fn delete_recording(&self, call: &LegId, recording: &RecordingId) -> Result<bool, CarrierError> {
        self.of(call).delete_recording(call, recording).await
    }

    async fn delete_call(&self, call: &LegId) -> Result<bool, CarrierError> {
        self.of(call).delete_call(call).await
    }

    async fn our_numbers(&self) -> Result<Vec<String>, CarrierError> {
        let mut numbers = self.hosted.our_numbers().await?;
        if let Some(line) = &self.line {
            numbers.extend(line.our_numbers().await?);
        }
        Ok(numbers)
    }

    async fn calls(&self, since: Timestamp, until: Timestamp) -> Result<Vec<CarrierCall>, CarrierError> {
        let mut calls = self.hosted.calls(since, until).await?;
        if let Some(line) = &self.line {
            calls.extend(line.calls(since, until).await?);
        }
        Ok(calls)
    }
}

/// Publishes audio files to every carrier.
pub(super) struct EveryCarrier(pub Vec<Arc<dyn PromptAudio>>);

impl PromptAudio for EveryCarrier {
    fn publish(&self, files: Vec<(AudioFile, Bytes)>) -> Result<(), UnplayableAudio> {
        self.0.iter().try_for_each(|carrier| carrier.publish(files.clone()))
    }
}
