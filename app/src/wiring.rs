//! Builds the application from the configuration: creates the adapters and connects them to the services.

mod addresses;
mod app;
mod background;
mod carriers;
mod database;
mod disk_check;
pub mod doctor;
pub mod line;
mod notifications;
mod services;
mod stores;
pub mod tools;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};

use adapters_http::Services;
use adapters_identity::InvalidClient;
pub use adapters_persistence::SqlOperationsLog;
use adapters_persistence::{ConnectError, Database, ServerClock, SqlInbox};
use adapters_recordings::OpenError;
use adapters_simulator::{Phone, phone_routes};
use adapters_spool::FileSpool;
use frontdesk_domain::{CallFlow, Context, Dialogue, LegId, PhoneNumber, Signal, advance};
use frontdesk_ports::{Account, Carrier, Clock, Ids, Readiness, StoreError};
use poem::endpoint::EndpointExt;
use poem::middleware::CatchPanic;
use tokio::sync::watch;

use crate::backup::BackupError;
use crate::carrier::{self, ClientError, HostedPrompts};
use crate::config::Config;
use crate::system::{SystemClock, SystemIds};
use addresses::{people_use_https, public_url};
use background::BackgroundTasks;
use database::{index_texts, prepare};
use frontdesk_services::auth::password::BadPassword;
use frontdesk_services::call_handler::CallHandler;
use frontdesk_services::event_intake::{EventIntake, PrimaryBuffer};
use frontdesk_services::flow_versions::FlowVersions;
use frontdesk_services::readiness::IntakeReadiness;
use line::players;
use notifications::feed_url;
use services::{
    access_of, accounts_of, contacts, federated_sign_in, follow_ups, operations, overrides_of, reader,
    restrictions, rules,
};
use stores::Stores;

pub use app::{App, Running};
pub use database::{finish_restore, open_database};
pub use notifications::{each, messenger, path_prefix};

/// The largest recording that is stored, in bytes: about an hour of the carrier's WAV.
const MAX_AUDIO_BYTES: u64 = 64 * 1024 * 1024;

/// The application could not be built.
#[derive(Debug, thiserror::Error)]
pub enum WiringError {
    /// A required setting is missing.
    #[error("{0}: not set")]
    Incomplete(&'static str),
    /// The database cannot be opened.
    #[error("database.url: {0}")]
    Database(#[from] ConnectError),
    /// The database was written by a build before the first release.
    #[error(
        "database.url: the database was created by a development build, whose data cannot be upgraded; move it away or \
         name another one, and start again"
    )]
    DevelopmentData,
    /// A migration failed.
    #[error("database.url: the schema cannot be brought up to date: {0}")]
    Migration(String),
    /// The folder for audio cannot be used.
    #[error("recordings.url: {0}")]
    Recordings(#[from] OpenError),
    /// The folder of the SIP line cannot be used.
    #[error("sip.folder: {0}")]
    SipFolder(String),
    /// The folder for the spool cannot be used.
    #[error("spool.path: {0}")]
    Spool(#[from] adapters_spool::OpenError),
    /// An audio file of the flow cannot be played.
    #[error("flow: {0}")]
    Audio(#[from] frontdesk_ports::UnplayableAudio),
    /// A notification channel cannot be built.
    #[error("notify.{0}: {1}")]
    Notify(String, String),
    /// An HTTP client cannot be created.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The HTTP client for the identity provider cannot be created.
    #[error(transparent)]
    Identity(#[from] InvalidClient),
    /// The redirect URL for the identity provider is invalid.
    #[error("feed.url: it cannot be used as the redirect address for sign-in: {0}")]
    Back(#[from] url::ParseError),
    /// The password of `admin` is not allowed.
    #[error("auth.admin_password: {0}")]
    Password(#[from] BadPassword),
    /// An interrupted restore cannot be finished.
    #[error("a restore was interrupted and cannot be finished: {0}")]
    Restore(BackupError),
    /// The users cannot be read or stored.
    #[error("the users cannot be read: {0}")]
    People(#[from] StoreError),
    /// A template cannot be compiled.
    #[error("a page template is broken: {0}")]
    Templates(#[from] tera::Error),
}

impl WiringError {
    /// Whether a setting has to be changed; otherwise a retry may help.
    pub fn is_a_setting(&self) -> bool {
        !matches!(
            self,
            Self::Migration(_) | Self::Client(_) | Self::Identity(_) | Self::People(_) | Self::Templates(_)
        )
    }
}

/// Builds an application from settings, and from the parts that differ between production, the demo and tests.
pub struct AppBuilder {
    config: Config,
    accounts: Vec<Account>,
    phone: Option<Arc<Phone>>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl AppBuilder {
    /// An application for the configured account, with the system's clock and randomness.
    pub fn new(config: Config) -> Self {
        let accounts = config.account.iter().cloned().collect();
        Self { config, accounts, phone: None, clock: Arc::new(SystemClock), ids: Arc::new(SystemIds) }
    }

    /// Adds the simulated carrier's account, with a phone in the browser to call from.
    #[must_use]
    pub fn with_simulator(mut self, account: Account, phone: Arc<Phone>) -> Self {
        self.accounts.insert(0, account);
        self.phone = Some(phone);
        self
    }

    /// Replaces the clock and the source of ids.
    #[must_use]
    pub fn with_clock_and_ids(self, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        Self { clock, ids, ..self }
    }

    /// Builds the application. A SQLite file must open; for a PostgreSQL server that does not answer, the application
    /// retries in the background while calls are answered.
    pub async fn build(self) -> Result<App, WiringError> {
        // Before any counter is created.
        crate::telemetry::begin();
        let Self { config, accounts, phone, clock, ids } = self;
        let public = public_url(&config)?;
        let own_flow = config.flow.clone().ok_or(WiringError::Incomplete("flow"))?;
        let secure = people_use_https(&config, &public) && phone.is_none();

        let stores = Stores::open(&config, &clock, &ids).await?;
        let Stores { db, log, operations_log, .. } = stores.clone();
        let access = access_of(&stores, &config, &clock, &ids);
        let (prepared, password) = (Arc::new(AtomicBool::new(false)), config.admin_password.clone());
        prepare(&config.database_url, db.clone(), access.clone(), password, prepared.clone()).await?;
        index_texts(db.clone());
        let (line, client) = line::open(&config, &accounts, &public)?;
        let spool = Arc::new(FileSpool::open(&config.spool)?);
        let lease_clock = Arc::new(ServerClock::new(&db, clock.clone()));
        let intake = Arc::new(EventIntake::new(
            primary_buffer(&db, &*ids),
            log.clone(),
            spool,
            operations_log.clone(),
            clock.clone(),
        ));
        let held_back = Arc::new(AtomicU64::new(0));
        let readiness: Arc<dyn Readiness> =
            Arc::new(IntakeReadiness { intake: intake.clone(), prepared, held_back: held_back.clone() });

        let audio: Arc<HostedPrompts> = Arc::default();
        let flow = Arc::new(FlowVersions::new(own_flow, players(&audio, line.as_deref()))?);
        let restrictions = restrictions(&stores, &config, &clock).await;
        let contacts = contacts(&stores, &clock).await;
        let safe = safe_answer(&flow.current(), &*clock);
        let answering = Arc::new(CallHandler::new(
            flow.clone(),
            restrictions.clone(),
            contacts.clone(),
            intake.clone(),
            clock.clone(),
        ));
        let responses = answering.responses();
        tokio::spawn(set_own_number(client.clone(), answering.clone()));
        line::serve(line.as_deref(), &answering, &stores, &clock, &ids);
        let carrier = carrier::routes(public.clone(), accounts.clone(), answering, audio, safe);

        let feed_url = feed_url(config.feed_url.as_ref(), &public);
        let metrics = crate::telemetry::metrics(intake.clone());
        let (stop, stopping) = watch::channel(false);
        let pages = adapters_http::routes(Services {
            calls: Arc::new(reader(&stores, responses, &intake, &clock)),
            access: access.clone(),
            sign_in: federated_sign_in(&config, &feed_url)?,
            accounts: Arc::new(accounts_of(&stores, &access, &clock, &ids)),
            rules: rules(&config),
            working: Arc::new(follow_ups(&stores, &clock)),
            operations: Arc::new(operations(&stores, &config, &clock)?),
            readiness: readiness.clone(),
            metrics: metrics.clone(),
            overrides: Arc::new(overrides_of(&stores, &flow, &restrictions, &clock)),
            carriers: carriers::names(&accounts, line.is_some()),
            contacts: contacts.clone(),
            voice_url: carrier::voice_url(&public),
            clock: clock.clone(),
            zone: config.zone.clone(),
            prefix: path_prefix(&config),
            requests_per_minute: config.requests_per_minute,
            secure,
            stop: stopping,
            phone: phone.map(|phone| phone_routes(phone).boxed()),
        })?;

        let probe_target = (public, accounts);
        let background = BackgroundTasks {
            stores,
            contacts: contacts.clone(),
            client,
            clock,
            lease_clock: lease_clock.clone(),
            ids,
            flow: flow.clone(),
            held_back,
        };
        let running = Running {
            workers: background.workers(&config),
            access,
            intake,
            maintenance: Arc::new(background.maintenance(&config)),
            auto_resolve: background.auto_resolve(&config),
            notifications: Arc::new(background.notifications(&config, feed_url.clone())?),
            restrictions,
            contacts,
            flow,
            line,
            stop,
            log,
            _comparing: lease_clock.keep_comparing(),
        };
        let people = pages.with(CatchPanic::new()).map_to_response().boxed();
        Ok(App { carrier, people, running, readiness, metrics, feed_url, probe_target })
    }
}

/// Gives the call handler one of the company's numbers, for calls without a called number.
async fn set_own_number(carrier: Arc<dyn Carrier>, handler: Arc<CallHandler>) {
    match carrier.our_numbers().await {
        Ok(numbers) => {
            let number = numbers.iter().find_map(|number| PhoneNumber::read_called(number));
            if let Some(number) = number {
                handler.set_own_number(number);
            }
        }
        Err(error) => tracing::debug!("the account's numbers are not known: {error}"),
    }
}

/// SQLite and the spool share a disk and fail together, so the spool acknowledges. A PostgreSQL server can outlive
/// this host, so its inbox acknowledges.
fn primary_buffer(db: &Database, ids: &dyn Ids) -> PrimaryBuffer {
    SqlInbox::on_server(db, ids).map_or(PrimaryBuffer::Spool, |inbox| PrimaryBuffer::Inbox(Arc::new(inbox)))
}

/// The answer if everything else fails: the flow's safety mailbox, for a call without known state.
fn safe_answer(flow: &CallFlow, clock: &dyn Clock) -> Vec<frontdesk_domain::Instruction> {
    let nobody = LegId::new("any", "any").expect("a valid id");
    advance(flow, &Dialogue::Lost, &Signal::Fault, &Context::new(nobody, clock.now())).instructions
}
