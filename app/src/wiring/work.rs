//! What works beside answering: upkeep, the worker, and whoever tells of calls.

use std::sync::Arc;

use adapters_audio::WavMeter;
use adapters_transcription::CommandTranscriber;
use adapters_twilio::{Account, TwilioClient};
use frontdesk_domain::WorkLane;
use frontdesk_ports::{CallLog, Clock, Ids, Transcriber};

use super::WiringError;
use super::notifications::told;
use super::stores::Stores;
use crate::config::Config;
use crate::services::flow_in_force::FlowInForce;
use crate::services::forgetting::Forgetting;
use crate::services::notifying::Notifying;
use crate::services::reconcile::Reconcile;
use crate::services::resolving::Resolving;
use crate::services::upkeep::Upkeep;
use crate::worker::Worker;

/// What is needed for the work beside answering.
pub(super) struct Work {
    pub stores: Stores,
    pub client: Arc<TwilioClient>,
    pub clock: Arc<dyn Clock>,
    /// What leases of work are counted by.
    pub lease_clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    pub flow: Arc<FlowInForce>,
}

impl Work {
    pub fn upkeep(&self, config: &Config, accounts: &[Account]) -> Result<Upkeep, WiringError> {
        let forgetting = Arc::new(Forgetting {
            log: self.stores.log.clone(),
            retention: self.stores.log.clone(),
            recordings: self.stores.recordings.clone(),
            carrier: self.client.clone(),
            trail: self.stores.ledger.clone(),
            clock: self.clock.clone(),
        });
        // The demo's carrier keeps no records that could be compared.
        let on_record = accounts.iter().filter(|account| account.carrier == "twilio").cloned().collect();
        let public = config.public_url.clone().ok_or(WiringError::Incomplete("public_url"))?;
        let flow = self.flow.clone();
        let reconcile = Reconcile {
            log: self.stores.log.clone(),
            carrier: Arc::new(TwilioClient::new(on_record, public, config.proxies.client_builder())?),
            ledger: self.stores.ledger.clone(),
            clock: self.clock.clone(),
            longest_call: Arc::new(move || flow.current().longest_forward()),
        };
        Ok(Upkeep {
            queue: self.stores.log.clone(),
            log: self.stores.log.clone(),
            ledger: self.stores.ledger.clone(),
            reconcile,
            forgetting,
            retention: config.retention,
            clock: self.clock.clone(),
        })
    }

    pub fn notifying(&self, config: &Config, feed_url: String) -> Result<Notifying, WiringError> {
        Ok(Notifying {
            log: self.stores.log.clone(),
            outbox: self.stores.log.clone(),
            recordings: self.stores.recordings.clone(),
            flow: self.flow.clone(),
            recipients: told(config)?,
            feed_url,
            zone: config.zone.clone(),
            document: adapters_http::export::call_document,
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        })
    }

    /// Settles missed calls of callers who were spoken to later, if that is wanted.
    pub fn resolving(&self, config: &Config) -> Option<Arc<Resolving>> {
        let log = &self.stores.log;
        config
            .resolves_misses
            .then(|| Arc::new(Resolving { log: log.clone(), work: log.clone(), clock: self.clock.clone() }))
    }

    /// One for each lane in which there is something to do.
    pub fn workers(&self, config: &Config) -> Vec<Arc<Worker>> {
        let transcriber = config
            .transcription
            .clone()
            .map(|command| Arc::new(CommandTranscriber::new(command)) as Arc<dyn Transcriber>);
        let lanes = [Some(WorkLane::Carrier), transcriber.as_ref().map(|_| WorkLane::Transcripts)];
        let worker = |lane| Arc::new(self.worker(lane, config.delete_at_carrier, transcriber.clone()));
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
            queue: self.stores.log.clone(),
            log: self.stores.log.clone() as Arc<dyn CallLog>,
            carrier: self.client.clone(),
            recordings: self.stores.recordings.clone(),
            meter: Arc::new(WavMeter),
            clock: self.lease_clock.clone(),
            ids: self.ids.clone(),
            delete_at_carrier,
        }
    }
}
