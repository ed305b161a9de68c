//! What commands beside the service need: the same stores and carrier, without listening.
use std::sync::Arc;

use adapters_persistence::{SqlLog, SqlOperationsLog};
use adapters_recordings::ObjectRecordings;
use frontdesk_ports::{CallLog, Clock, PublicUrl};
use frontdesk_services::reconciliation::Reconciliation;
use frontdesk_services::retention::Retention;

use super::{MAX_AUDIO_BYTES, WiringError, open_database};
use crate::carrier;
use crate::config::Config;
use crate::system::{SystemClock, SystemIds};

/// Stores and carrier of a configuration.
pub struct Tools {
    /// The calls.
    pub log: Arc<SqlLog>,
    /// What the service remembers of itself.
    pub operations_log: Arc<SqlOperationsLog>,
    /// Compares the log with the carrier's records.
    pub reconciliation: Reconciliation,
    /// Forgets.
    pub retention: Retention,
}

impl Tools {
    /// Opens what the configuration names.
    pub async fn open(config: &Config) -> Result<Self, WiringError> {
        let db = open_database(&config.database_url).await?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let log = Arc::new(SqlLog::new(db.clone(), clock.clone(), Arc::new(SystemIds)));
        let operations_log = Arc::new(SqlOperationsLog::new(db));
        let recordings = Arc::new(ObjectRecordings::open(
            &config.recordings,
            MAX_AUDIO_BYTES,
            config.proxies.client_builder(),
        )?);
        let accounts = config.account.iter().cloned().collect();
        // Without a public URL, no number's webhook can point here.
        let nowhere = || PublicUrl::parse("https://frontdesk.invalid").expect("a valid URL");
        let public = config.public_url.clone().unwrap_or_else(nowhere);
        let carrier = carrier::client(accounts, public, &config.proxies)?;
        let longest_call =
            config.flow.as_ref().map_or(config.builtin.time_limit, |own| own.flow.longest_forward());
        Ok(Self {
            reconciliation: Reconciliation {
                log: log.clone() as Arc<dyn CallLog>,
                carrier: carrier.clone(),
                operations_log: operations_log.clone(),
                clock: clock.clone(),
                longest_call: Arc::new(move || longest_call),
            },
            retention: Retention {
                log: log.clone(),
                retention: log.clone(),
                recordings,
                carrier,
                trail: operations_log.clone(),
                held_back: Arc::default(),
                clock,
            },
            log,
            operations_log,
        })
    }
}
