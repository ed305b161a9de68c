//! Builds the background tasks: maintenance, the job workers, and notifications.
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use adapters_audio::WavMeter;
use adapters_http::export::{CallContext, CallWords, call_document, call_words};
use adapters_transcription::CommandTranscriber;
use frontdesk_ports::{CallLog, Carrier, Clock, Ids, Lane, ManageContacts, Transcriber, Watermark};
use frontdesk_services::flow_versions::FlowVersions;
use frontdesk_services::follow_up::auto_resolve::AutoResolve;
use frontdesk_services::maintenance::{LineReconciliation, Maintenance};
use frontdesk_services::notifications::{CallWording, Notifications};
use frontdesk_services::reconciliation::Reconciliation;
use frontdesk_services::retention::Retention;
use frontdesk_services::voicemail_jobs::VoicemailWorker;
use parking_lot::Mutex;

use super::WiringError;
use super::carriers::{Carriers, is_own};
use super::notifications::{path_prefix, targets};
use super::stores::Stores;
use crate::config::Config;

/// What the background tasks need.
pub(super) struct BackgroundTasks {
    pub stores: Stores,
    pub contacts: Arc<dyn ManageContacts>,
    pub client: Arc<Carriers>,
    pub clock: Arc<dyn Clock>,
    /// The clock for the leases of jobs.
    pub lease_clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    pub flow: Arc<FlowVersions>,
    /// The number of expired calls that retention has left for the next round.
    pub held_back: Arc<AtomicU64>,
}

impl BackgroundTasks {
    pub fn maintenance(&self, config: &Config) -> Maintenance {
        let retention = Arc::new(Retention {
            log: self.stores.log.clone(),
            retention: self.stores.log.clone(),
            recordings: self.stores.recordings.clone(),
            carrier: self.client.clone(),
            trail: self.stores.operations_log.clone(),
            held_back: self.held_back.clone(),
            clock: self.clock.clone(),
        });
        let comparison = |carrier: &Arc<dyn Carrier>, is_own, watermark| {
            let flow = self.flow.clone();
            Reconciliation {
                log: self.stores.log.clone(),
                carrier: carrier.clone(),
                operations_log: self.stores.operations_log.clone(),
                clock: self.clock.clone(),
                longest_call: Arc::new(move || flow.current().longest_forward()),
                is_own,
                watermark,
            }
        };
        let Carriers { hosted, line } = &*self.client;
        let reconciliation = comparison(hosted, |call| !is_own(call), Some(Watermark::Reconciled));
        let line = line.as_ref().map(|carrier| LineReconciliation {
            reconciliation: comparison(carrier, is_own, None),
            done_at: Mutex::default(),
        });
        Maintenance {
            queue: self.stores.log.clone(),
            log: self.stores.log.clone(),
            operations_log: self.stores.operations_log.clone(),
            reconciliation,
            line,
            retention,
            policy: config.retention,
            clock: self.clock.clone(),
        }
    }

    pub fn notifications(&self, config: &Config, feed_url: String) -> Result<Notifications, WiringError> {
        let prefix = path_prefix(config);
        Ok(Notifications {
            log: self.stores.log.clone(),
            outbox: self.stores.log.clone(),
            queue: self.stores.log.clone(),
            recordings: self.stores.recordings.clone(),
            flow: self.flow.clone(),
            recipients: targets(config)?,
            document: {
                let contacts = self.contacts.clone();
                Arc::new(move |record| {
                    let contacts = &*contacts.book();
                    call_document(record, &CallContext { prefix: &prefix, contacts })
                })
            },
            contacts: self.contacts.clone(),
            links: self.stores.log.clone(),
            wording: Arc::new(|call, language| {
                let CallWords { reason, caller, called, phone } = call_words(call, language);
                CallWording { reason, caller, called, phone }
            }),
            feed_url,
            zone: config.zone.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        })
    }

    /// Marks missed calls done after a later conversation with the caller, if that is configured.
    pub fn auto_resolve(&self, config: &Config) -> Option<Arc<AutoResolve>> {
        let log = &self.stores.log;
        config
            .resolves_misses
            .then(|| Arc::new(AutoResolve { log: log.clone(), work: log.clone(), clock: self.clock.clone() }))
    }

    /// One worker for each lane; the one for transcripts only if a command for transcription is configured.
    pub fn workers(&self, config: &Config) -> Vec<Arc<VoicemailWorker>> {
        let transcriber = config
            .transcription
            .clone()
            .map(|command| Arc::new(CommandTranscriber::new(command)) as Arc<dyn Transcriber>);
        let lanes = [Some(Lane::Carrier), transcriber.as_ref().map(|_| Lane::Transcripts)];
        let worker = |lane| Arc::new(self.worker(lane, config.delete_at_carrier, transcriber.clone()));
        lanes.into_iter().flatten().map(worker).collect()
    }

    fn worker(
        &self,
        lane: Lane,
        delete_at_carrier: bool,
        transcriber: Option<Arc<dyn Transcriber>>,
    ) -> VoicemailWorker {
        VoicemailWorker {
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
            is_own_line: is_own,
        }
    }
}
