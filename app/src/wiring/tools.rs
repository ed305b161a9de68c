//! What commands beside the service need: the same stores and carrier, without listening.

use std::sync::Arc;

use adapters_persistence::{SqlLedger, SqlLog};
use adapters_recordings::ObjectRecordings;
use adapters_twilio::{PublicUrl, TwilioClient};
use frontdesk_ports::{CallLog, Carrier, Clock};

use super::{MOST_AUDIO_BYTES, WiringError, open_database};
use crate::config::{Config, Twilio};
use crate::services::forgetting::Forgetting;
use crate::services::reconcile::Reconcile;
use crate::system::{SystemClock, SystemIds};

/// Stores and carrier of a configuration.
pub struct Tools {
    /// The calls.
    pub log: Arc<SqlLog>,
    /// What the service remembers of itself.
    pub ledger: Arc<SqlLedger>,
    /// Compares the log with the carrier's records.
    pub reconcile: Reconcile,
    /// Forgets.
    pub forgetting: Forgetting,
}

impl Tools {
    /// Opens what the configuration names.
    pub async fn open(config: &Config) -> Result<Self, WiringError> {
        let db = open_database(&config.database_url).await?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let log = Arc::new(SqlLog::new(db.clone(), clock.clone(), Arc::new(SystemIds)));
        let ledger = Arc::new(SqlLedger::new(db));
        let recordings = Arc::new(ObjectRecordings::open(
            &config.recordings,
            MOST_AUDIO_BYTES,
            config.proxies.client_builder(),
        )?);
        let accounts = config.twilio.iter().map(Twilio::account);
        // Without an address of ours, no number can be known to ask us.
        let nowhere = || PublicUrl::parse("https://frontdesk.invalid").expect("a valid URL");
        let public = config.public_url.clone().unwrap_or_else(nowhere);
        let carrier: Arc<dyn Carrier> =
            Arc::new(TwilioClient::new(accounts.collect(), public, config.proxies.client_builder())?);
        let longest_call =
            config.flow.as_ref().map_or(config.builtin.time_limit, |own| own.flow.longest_forward());
        Ok(Self {
            reconcile: Reconcile {
                log: log.clone() as Arc<dyn CallLog>,
                carrier: carrier.clone(),
                ledger: ledger.clone(),
                clock: clock.clone(),
                longest_call: Arc::new(move || longest_call),
            },
            forgetting: Forgetting {
                log: log.clone(),
                retention: log.clone(),
                recordings,
                carrier,
                trail: ledger.clone(),
                clock,
            },
            log,
            ledger,
        })
    }
}
