//! Stores the carrier's records of a call.
use jiff::Timestamp;

use super::Line;
use crate::carrier::RecordsLocation;
use crate::records::{CallRecord, StoredRecording};
use crate::rest::{upload, upload_call};

impl Line<'_> {
    /// Stores a recording of this call, and returns its SID.
    pub(super) async fn store_recording(&mut self, audio: bytes::Bytes, created_at: Timestamp) -> String {
        let sid = self.carrier.sid("RE");
        self.recorded = true;
        let (call, source) = (self.sid.clone(), "RecordVerb".to_owned());
        let recording = StoredRecording { call, source, created_at, audio };
        match &self.carrier.records {
            RecordsLocation::Here(records) => records.store_recording(&sid, recording),
            RecordsLocation::At(api_url) => {
                if let Err(why) = upload(&self.carrier.wire, api_url, &sid, recording).await {
                    self.problem(format!("the recording could not be stored: {why}"));
                }
            }
        }
        sid
    }

    /// Stores the record of a call or leg that has ended.
    pub(super) async fn store_call(&mut self, call: CallRecord) {
        match &self.carrier.records {
            RecordsLocation::Here(records) => records.store_call(call),
            RecordsLocation::At(api_url) => {
                if let Err(why) = upload_call(&self.carrier.wire, api_url, &call).await {
                    self.problem(format!("the call could not be put on record: {why}"));
                }
            }
        }
    }
}
