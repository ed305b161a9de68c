//! The line as a carrier that is asked about its calls: from the journal.
use async_trait::async_trait;
use bytes::Bytes;
use frontdesk_domain::{CarrierCall, LegId, RecordedMessage, RecordingId, RecordingStatus, Timestamp};
use frontdesk_ports::{Carrier, CarrierError, FetchedAudio};

use crate::desk::fetched;
use crate::journal::{EndedCall, Journal};
use crate::recording;

/// Recordings and records of a line's calls.
pub struct JournalCarrier(pub Journal);

fn unavailable(error: std::io::Error) -> CarrierError {
    CarrierError::Unavailable { why: error.to_string(), after: None }
}

#[async_trait]
impl Carrier for JournalCarrier {
    async fn fetch_recording(
        &self,
        _: &LegId,
        recording: &RecordingId,
    ) -> Result<FetchedAudio, CarrierError> {
        match tokio::fs::read(recording::path(self.0.folder(), recording)).await {
            Ok(bytes) => Ok(fetched(Bytes::from(bytes))),
            // It may be on another machine, which stores it itself.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(CarrierError::NotYet),
            Err(error) => Err(unavailable(error)),
        }
    }

    async fn delete_recording(&self, _: &LegId, recording: &RecordingId) -> Result<bool, CarrierError> {
        match tokio::fs::remove_file(recording::path(self.0.folder(), recording)).await {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(unavailable(error)),
        }
    }

    async fn delete_call(&self, call: &LegId) -> Result<bool, CarrierError> {
        self.0.delete(call).map_err(unavailable)
    }

    async fn our_numbers(&self) -> Result<Vec<String>, CarrierError> {
        Ok(Vec::new())
    }

    async fn calls(&self, since: Timestamp, until: Timestamp) -> Result<Vec<CarrierCall>, CarrierError> {
        let journal = self.0.clone();
        let read = tokio::task::spawn_blocking(move || journal.ended_calls()).await;
        let ended = read.map_err(|error| unavailable(std::io::Error::other(error)))?.map_err(unavailable)?;
        let began = |call: &EndedCall| call.record.started_at.is_some_and(|at| (since..until).contains(&at));
        let mut calls: Vec<CarrierCall> = ended.into_iter().filter(began).map(carrier_call).collect();
        calls.sort_by_key(|call| call.record.started_at);
        Ok(calls)
    }
}

fn carrier_call(EndedCall { call, record, recordings }: EndedCall) -> CarrierCall {
    let at = record.ended_at;
    let message = |(recording, seconds)| RecordedMessage {
        recording,
        status: RecordingStatus::Completed,
        seconds: Some(seconds),
        at,
    };
    CarrierCall { call, record, messages: recordings.into_iter().map(message).collect() }
}
