//! The carrier's records of calls and recordings.
use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

/// The carrier's record of a call or leg that has ended (Twilio, Call resource).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRecord {
    /// The SID of the call or leg.
    pub sid: String,
    /// The call that this leg was made for.
    pub parent_call_sid: Option<String>,
    /// The caller.
    pub from: String,
    /// The number called.
    pub to: String,
    /// The caller's name.
    pub caller_name: Option<String>,
    /// How it ended.
    pub status: String,
    /// `inbound`, or `outbound-dial` for a leg.
    pub direction: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Seconds off hook.
    pub seconds: u64,
}

/// The carrier's record of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRecording {
    /// The call that was recorded.
    pub call: String,
    /// What made it: `RecordVerb`, or another program of the same account (Twilio, Recording resource, `source`).
    pub source: String,
    /// When it began.
    pub created_at: Timestamp,
    /// The audio, a WAV file.
    pub audio: Bytes,
}

/// All records of the carrier.
#[derive(Debug, Default)]
pub struct CarrierRecords {
    recordings: Mutex<BTreeMap<String, StoredRecording>>,
    calls: Mutex<Vec<CallRecord>>,
    fetched: tokio::sync::Notify,
}

impl CarrierRecords {
    /// Stores a recording.
    pub fn store_recording(&self, sid: &str, recording: StoredRecording) {
        self.recordings.lock().insert(sid.to_owned(), recording);
    }

    /// Stores the record of a call or a leg that is over.
    pub fn store_call(&self, call: CallRecord) {
        self.calls.lock().push(call);
    }

    /// Removes and returns all recordings, to simulate a carrier that has lost them for a while.
    pub fn take_recordings(&self) -> BTreeMap<String, StoredRecording> {
        std::mem::take(&mut *self.recordings.lock())
    }

    /// Puts recordings back.
    pub fn put_back(&self, recordings: BTreeMap<String, StoredRecording>) {
        self.recordings.lock().extend(recordings);
    }

    /// Deletes a recording, and returns whether it existed.
    pub fn delete_recording(&self, sid: &str) -> bool {
        self.recordings.lock().remove(sid).is_some()
    }

    /// Returns once a recording has been fetched.
    pub async fn fetched(&self) {
        self.fetched.notified().await;
    }

    /// The audio of a recording. Completes a pending call of `fetched`.
    pub(crate) fn fetch(&self, sid: &str) -> Option<Bytes> {
        let audio = self.recordings.lock().get(sid).map(|recording| recording.audio.clone())?;
        self.fetched.notify_one();
        Some(audio)
    }

    pub(crate) fn recording(&self, sid: &str) -> Option<StoredRecording> {
        self.recordings.lock().get(sid).cloned()
    }

    pub(crate) fn recordings(&self) -> Vec<(String, StoredRecording)> {
        self.recordings.lock().iter().map(|(sid, recording)| (sid.clone(), recording.clone())).collect()
    }

    pub(crate) fn calls(&self) -> Vec<CallRecord> {
        self.calls.lock().clone()
    }

    pub(crate) fn delete_call(&self, sid: &str) -> bool {
        let mut calls = self.calls.lock();
        let before = calls.len();
        calls.retain(|call| call.sid != sid);
        calls.len() < before
    }
}
