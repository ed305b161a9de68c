//! Requests that we initiate at a carrier.
use std::pin::Pin;

use async_trait::async_trait;
use bytes::Bytes;
use frontdesk_domain::call::CarrierCall;
use frontdesk_domain::{LegId, RecordingId, Timestamp};
use futures_core::Stream;

use crate::CarrierError;

/// Audio as it arrives.
pub type AudioStream = Pin<Box<dyn Stream<Item = Result<Bytes, CarrierError>> + Send>>;

/// Audio that a carrier is sending.
pub struct FetchedAudio {
    /// Its media type, as reported by the carrier.
    pub media_type: String,
    /// Its length in bytes, if the carrier reports it.
    pub length: Option<u64>,
    /// The bytes.
    pub audio: AudioStream,
}

impl std::fmt::Debug for FetchedAudio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FetchedAudio")
            .field("media_type", &self.media_type)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

/// Sends requests to a carrier's API.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Carrier: Send + Sync {
    /// The audio of a recording of that call. [`CarrierError::NotYet`] is expected right after the call.
    async fn fetch_recording(
        &self,
        call: &LegId,
        recording: &RecordingId,
    ) -> Result<FetchedAudio, CarrierError>;

    /// Deletes the carrier's copy of a recording of that call. `false` if there was none.
    async fn delete_recording(&self, call: &LegId, recording: &RecordingId) -> Result<bool, CarrierError>;

    /// Deletes the carrier's record of a call that is over. `false` if there was none.
    async fn delete_call(&self, call: &LegId) -> Result<bool, CarrierError>;

    /// The numbers of which the carrier sends the calls to us; empty if it does not report them.
    async fn our_numbers(&self) -> Result<Vec<String>, CarrierError>;

    /// Calls that came in and are over, begun at `since` or later and before `until`, oldest first, with the phones that
    /// were rung for them and their recordings.
    async fn calls(&self, since: Timestamp, until: Timestamp) -> Result<Vec<CarrierCall>, CarrierError>;
}
