//! What works beside answering: upkeep, the worker, and whoever tells of calls.

use std::collections::BTreeMap;
use std::sync::Arc;

use adapters_audio::WavMeter;
use adapters_persistence::{SqlLedger, SqlLog};
use adapters_recordings::ObjectRecordings;
use adapters_transcription::{Command, CommandTranscriber};
use adapters_twilio::{Account, PublicUrl, TwilioClient};
use frontdesk_domain::WorkLane;
use frontdesk_ports::{CallLog, Clock, Ids, Transcriber};
use jiff::tz::TimeZone;

use super::WiringError;
use crate::services::flow_in_force::FlowInForce;
use crate::services::forgetting::Forgetting;
use crate::services::notifying::Notifying;
use crate::services::reconcile::Reconcile;
use crate::services::upkeep::{RetentionTimes, Upkeep};
use crate::worker::Worker;

/// What is needed for the work beside answering.
pub(super) struct Work {
    pub log: Arc<SqlLog>,
    pub ledger: Arc<SqlLedger>,
    pub recordings: Arc<ObjectRecordings>,
    pub client: Arc<TwilioClient>,
    pub clock: Arc<dyn Clock>,
    /// What leases of work are counted by.
    pub lease_clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    pub public: PublicUrl,
    pub accounts: Vec<Account>,
}

impl Work {
    pub fn upkeep(&self, retention: RetentionTimes, flow: Arc<FlowInForce>) -> Result<Upkeep, WiringError> {
        let forgetting = Arc::new(Forgetting {
            log: self.log.clone(),
            retention: self.log.clone(),
            recordings: self.recordings.clone(),
            carrier: self.client.clone(),
            trail: self.ledger.clone(),
            clock: self.clock.clone(),
        });
        // The demo's carrier keeps no records that could be compared.
        let on_record = self.accounts.iter().filter(|account| account.carrier == "twilio").cloned().collect();
        let reconcile = Reconcile {
            log: self.log.clone(),
            carrier: Arc::new(TwilioClient::new(on_record, self.public.clone())?),
            ledger: self.ledger.clone(),
            clock: self.clock.clone(),
            longest_call: Arc::new(move || flow.current().longest_forward()),
        };
        Ok(Upkeep {
            queue: self.log.clone(),
            log: self.log.clone(),
            ledger: self.ledger.clone(),
            reconcile,
            forgetting,
            retention,
            clock: self.clock.clone(),
        })
    }

    /// With nobody to tell yet.
    pub fn notifying(&self, flow: Arc<FlowInForce>, zone: TimeZone) -> Notifying {
        Notifying {
            log: self.log.clone(),
            outbox: self.log.clone(),
            recordings: self.recordings.clone(),
            flow,
            recipients: BTreeMap::new(),
            feed_url: String::new(),
            zone,
            document: adapters_http::export::call_document,
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }

    /// One for each lane in which there is something to do.
    pub fn workers(&self, delete_at_carrier: bool, transcription: Option<Command>) -> Vec<Arc<Worker>> {
        let transcriber =
            transcription.map(|command| Arc::new(CommandTranscriber::new(command)) as Arc<dyn Transcriber>);
        let lanes = [Some(WorkLane::Carrier), transcriber.as_ref().map(|_| WorkLane::Transcripts)];
        let worker = |lane| Arc::new(self.worker(lane, delete_at_carrier, transcriber.clone()));
        lanes.into_iter().flatten().map(worker).collect()
    }

    fn worker(
        &self,
        lane: WorkLane,
        delete_at_carrier: bool,
        transcriber: Option<Arc<dyn Transcriber>>,
    ) -> Worker {
        Worker {
            lane,
            transcriber,
            queue: self.log.clone(),
            log: self.log.clone() as Arc<dyn CallLog>,
            carrier: self.client.clone(),
            recordings: self.recordings.clone(),
            meter: Arc::new(WavMeter),
            clock: self.lease_clock.clone(),
            ids: self.ids.clone(),
            delete_at_carrier,
        }
    }
}
