//! The [`Carrier`] of a SIP line: answers queries about its calls from the journal.
use std::collections::BTreeSet;
use std::path::PathBuf;

use async_trait::async_trait;
use bytes::Bytes;
use frontdesk_domain::call::{CarrierCall, RecordedMessage, RecordingStatus};
use frontdesk_domain::{LegId, RecordingId, Timestamp};
use frontdesk_ports::{Carrier, CarrierError, FetchedAudio};

use crate::desk::fetched;
use crate::journal::{self, EndedCall, MadeRecording};
use crate::recording;

/// Recordings and records of a line's calls, from its folder. The line may be running, in this program or another.
pub struct JournalCarrier(pub PathBuf);

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
        match tokio::fs::read(recording::path(&self.0, recording)).await {
            Ok(bytes) => Ok(fetched(Bytes::from(bytes))),
            // It may be on another machine, which stores it itself.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(CarrierError::NotYet),
            Err(error) => Err(unavailable(error)),
        }
    }

    async fn delete_recording(&self, _: &LegId, recording: &RecordingId) -> Result<bool, CarrierError> {
        match tokio::fs::remove_file(recording::path(&self.0, recording)).await {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(unavailable(error)),
        }
    }

    async fn delete_call(&self, call: &LegId) -> Result<bool, CarrierError> {
        journal::delete(&self.0, call).map_err(unavailable)
    }

    async fn our_numbers(&self) -> Result<Vec<String>, CarrierError> {
        let numbers: BTreeSet<String> =
            self.ended_calls(None).await?.into_iter().map(|call| call.record.parties.to).collect();
        Ok(numbers.into_iter().collect())
    }

    async fn calls(&self, since: Timestamp, until: Timestamp) -> Result<Vec<CarrierCall>, CarrierError> {
        let ended = self.ended_calls(Some(until)).await?;
        let began = |call: &EndedCall| call.record.started_at.is_some_and(|at| (since..until).contains(&at));
        let mut calls: Vec<CarrierCall> = ended.into_iter().filter(began).map(carrier_call).collect();
        calls.sort_by_key(|call| call.record.started_at);
        Ok(calls)
    }
}

impl JournalCarrier {
    /// All ended calls. If the current time is given, old ones are deleted first.
    async fn ended_calls(&self, now: Option<Timestamp>) -> Result<Vec<EndedCall>, CarrierError> {
        let folder = self.0.clone();
        let read = tokio::task::spawn_blocking(move || {
            if let Some(now) = now {
                journal::forget_old(&folder, now)?;
            }
            journal::ended_calls(&folder)
        });
        let read = read.await.map_err(|error| unavailable(std::io::Error::other(error)))?;
        read.map_err(unavailable)
    }
}

fn carrier_call(EndedCall { call, record, recordings }: EndedCall) -> CarrierCall {
    let at = record.ended_at;
    let message = |made: MadeRecording| RecordedMessage {
        recording: made.id,
        status: RecordingStatus::Completed,
        seconds: Some(made.seconds),
        at,
    };
    CarrierCall { call, record, messages: recordings.into_iter().map(message).collect() }
}
