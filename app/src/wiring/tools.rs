//! The stores and carriers for commands, without a listener.
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use adapters_persistence::{Database, SqlContacts, SqlInbox, SqlLog, SqlOperationsLog};
use adapters_recordings::ObjectRecordings;
use adapters_spool::{FileSpool, running_programs_hold_events};
use frontdesk_domain::LegId;
use frontdesk_ports::{CallLog, Clock, PublicUrl, Watermark};
use frontdesk_services::event_intake::{Drained, EventIntake};
use frontdesk_services::reconciliation::Reconciliation;
use frontdesk_services::retention::Retention;

use super::carriers::{Carriers, is_own};
use super::line;
use super::{MAX_AUDIO_BYTES, WiringError, open_database, primary_buffer};
use crate::carrier;
use crate::config::Config;
use crate::system::{SystemClock, SystemIds};

/// The number of attempts to drain the backlog, and the pause between them.
const BACKLOG_TRIES: u32 = 200;
const BACKLOG_PAUSE: Duration = Duration::from_millis(100);

/// The stores and carriers of a configuration.
pub struct Tools {
    /// The calls.
    pub log: Arc<SqlLog>,
    /// The operations log: outages and the audit log.
    pub operations_log: Arc<SqlOperationsLog>,
    /// The names of callers.
    pub contacts: SqlContacts,
    /// Compares the log with the records of each carrier.
    pub reconciliations: Vec<Reconciliation>,
    /// Deletes data.
    pub retention: Retention,
    db: Database,
    spool: PathBuf,
}

impl Tools {
    /// Opens the stores of a configuration, and creates the clients of its carriers.
    pub async fn open(config: &Config) -> Result<Self, WiringError> {
        let db = open_database(&config.database_url).await?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let log = Arc::new(SqlLog::new(db.clone(), clock.clone(), Arc::new(SystemIds)));
        let operations_log = Arc::new(SqlOperationsLog::new(db.clone()));
        let recordings = Arc::new(ObjectRecordings::open(
            &config.recordings,
            MAX_AUDIO_BYTES,
            config.proxies.client_builder(),
        )?);
        let accounts = config.account.iter().cloned().collect();
        // Without a public URL, no number's webhook can point here.
        let nowhere = || PublicUrl::parse("https://frontdesk.invalid").expect("a valid URL");
        let public = config.public_url.clone().unwrap_or_else(nowhere);
        let hosted = carrier::client(accounts, public, &config.proxies)?;
        let line = config.sip.as_ref().map(line::carrier_of);
        let carrier = Arc::new(Carriers { hosted: hosted.clone(), line: line.clone() });
        let longest_call =
            config.flow.as_ref().map_or(config.builtin.time_limit, |own| own.flow.longest_forward());
        let comparison = |carrier, is_own, watermark| Reconciliation {
            log: log.clone() as Arc<dyn CallLog>,
            carrier,
            operations_log: operations_log.clone(),
            clock: clock.clone(),
            longest_call: Arc::new(move || longest_call),
            is_own,
            watermark,
        };
        let is_hosted: fn(&LegId) -> bool = |call| !is_own(call);
        let with_hosted =
            config.account.as_ref().map(|_| comparison(hosted, is_hosted, Some(Watermark::Reconciled)));
        let with_line = line.map(|line| comparison(line, is_own, None));
        Ok(Self {
            reconciliations: with_hosted.into_iter().chain(with_line).collect(),
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
            contacts: SqlContacts::new(db.clone()),
            db,
            spool: config.spool.clone(),
        })
    }

    /// Writes the events in the spool and the inbox to the log, so that no event of a call is written after its deletion.
    /// Waits for the events of running processes. The error says what is left.
    pub async fn drain_backlog(&self) -> Result<(), String> {
        let spool = FileSpool::open(&self.spool).map_err(|error| error.to_string())?;
        let intake = EventIntake::new(
            primary_buffer(&self.db, &SystemIds),
            self.log.clone(),
            Arc::new(spool),
            self.operations_log.clone(),
            Arc::new(SystemClock),
        );
        let mut left = String::new();
        for _ in 0..BACKLOG_TRIES {
            left = match intake.drain_once().await {
                Drained::Batch => continue,
                Drained::Blocked => "pending events cannot be written to the database".to_owned(),
                Drained::Empty => match self.held_by_running_programs().await? {
                    None => return Ok(()),
                    Some(left) => left,
                },
            };
            tokio::time::sleep(BACKLOG_PAUSE).await;
        }
        Err(format!("{left}; nothing was deleted, try again once frontdesk has caught up"))
    }

    async fn held_by_running_programs(&self) -> Result<Option<String>, String> {
        let spooled = running_programs_hold_events(&self.spool).map_err(|error| error.to_string())?;
        if spooled {
            return Ok(Some(format!("a running frontdesk still has events in {}", self.spool.display())));
        }
        let rows = SqlInbox::rows(&self.db).await.map_err(|error| error.to_string())?;
        Ok((rows > 0).then(|| format!("{rows} rows of the table inbox are not in the log yet")))
    }
}
