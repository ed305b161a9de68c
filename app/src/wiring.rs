//! Settings become an application: every adapter is made here and only here.

mod database;
pub mod doctor;
mod notifications;
mod stores;
pub mod tools;
mod work;

use std::sync::Arc;

use adapters_http::{Desk, Elsewhere, Rules, health_routes};
use adapters_identity::{BadTransport, OpenIdProvider, Settings};
pub use adapters_persistence::SqlLedger;
use adapters_persistence::{Comparing, ConnectError, Database, ServerClock, SqlInbox, SqlLog};
use adapters_recordings::OpenError;
use adapters_simulator::{Phone, phone_routes};
use adapters_spool::FileSpool;
use adapters_twilio::{
    Account, ClientError, PromptAudio, PublicUrl, TwilioClient, Webhooks, answering_knocks,
};
use frontdesk_domain::{CallFlow, Context, Dialogue, LegId, Signal, advance};
use frontdesk_ports::{Clock, Ids, Readiness, StoreError};
use poem::endpoint::{BoxEndpoint, EndpointExt};
use poem::middleware::CatchPanic;
use poem::{Response, Route};
use tokio::sync::watch;
use url::Url;

use crate::config::{Config, Provider, SignInElsewhere, Twilio};
use crate::server::Routes;
use crate::services::access::{AccessControl, BadPassword};
use crate::services::accounts::LookingAfterPeople;
use crate::services::answering::Answering;
use crate::services::feed::Feed;
use crate::services::flow_in_force::FlowInForce;
use crate::services::keeping::{First, Keeping};
use crate::services::kept_figures::KeptFigures;
use crate::services::looking_after::LookingAfter;
use crate::services::notifying::Notifying;
use crate::services::readiness::KeepingReadiness;
use crate::services::reception::Deciding;
use crate::services::resolving::Resolving;
use crate::services::standings::Standings;
use crate::services::upkeep::{RetentionTimes, Upkeep};
use crate::services::working::Working;
use crate::system::{SystemClock, SystemIds};
use crate::worker::Worker;
use database::{index_texts, prepare};
use notifications::feed_url;
use stores::Stores;
use work::Work;

pub use database::open_database;
pub use notifications::messenger;

/// The longest recording that is kept: an hour of the carrier's WAV.
const MOST_AUDIO_BYTES: u64 = 64 * 1024 * 1024;

/// The application could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum WiringError {
    /// A setting that an application cannot do without.
    #[error("{0}: not set")]
    Incomplete(&'static str),
    /// The database cannot be opened.
    #[error("database.url: {0}")]
    Database(#[from] ConnectError),
    /// The database cannot be brought up to date.
    #[error("database.url: the schema cannot be brought up to date: {0}")]
    Migration(String),
    /// The folder for audio cannot be used.
    #[error("recordings.url: {0}")]
    Recordings(#[from] OpenError),
    /// The folder for the spool cannot be used.
    #[error("spool.path: {0}")]
    Spool(#[from] adapters_spool::OpenError),
    /// An audio file of the flow cannot be played.
    #[error("flow: {0}")]
    Audio(#[from] adapters_twilio::UnplayableAudio),
    /// Somebody cannot be told of calls.
    #[error("notify.{0}: {1}")]
    Notify(String, String),
    /// HTTP cannot be set up.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// HTTP to the identity provider cannot be set up.
    #[error(transparent)]
    Identity(#[from] BadTransport),
    /// Nobody could come back from the identity provider.
    #[error("feed.url: people cannot come back to it: {0}")]
    Back(#[from] url::ParseError),
    /// The password of `admin` cannot be one.
    #[error("auth.admin_password: {0}")]
    Password(#[from] BadPassword),
    /// People cannot be kept.
    #[error("the people cannot be read: {0}")]
    People(#[from] StoreError),
    /// A template of ours is broken.
    #[error("a page template is broken: {0}")]
    Templates(#[from] tera::Error),
}

impl WiringError {
    /// Whether another setting would mend it, and not only another try.
    pub fn is_a_setting(&self) -> bool {
        !matches!(
            self,
            Self::Migration(_) | Self::Client(_) | Self::Identity(_) | Self::People(_) | Self::Templates(_)
        )
    }
}

/// Puts an application together from settings and what differs between production, the demo and tests.
pub struct AppBuilder {
    config: Config,
    accounts: Vec<Account>,
    phone: Option<Arc<Phone>>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

/// An application, ready to be served.
pub struct App {
    /// The carrier's routes.
    pub carrier: BoxEndpoint<'static, Response>,
    /// The people's and programs' routes.
    pub people: BoxEndpoint<'static, Response>,
    running: Running,
    readiness: Arc<dyn Readiness>,
    figures: Arc<dyn Fn() -> String + Send + Sync>,
    /// Whose knocks at the door are answered.
    door: (PublicUrl, Vec<Account>),
}

/// What is left of an application while it is served: whatever must run beside it, and its end.
pub struct Running {
    /// Do what is due after answering.
    pub workers: Vec<Arc<Worker>>,
    /// Who may read the log.
    pub access: Arc<AccessControl>,
    /// Takes what was spooled into the log.
    pub keeping: Arc<Keeping>,
    /// Does what is due from time to time.
    pub upkeep: Arc<Upkeep>,
    /// Settles misses of callers who have been spoken to since, unless that is not wanted.
    pub resolving: Option<Arc<Resolving>>,
    /// Tells people and programs of calls.
    pub notifying: Arc<Notifying>,
    /// What holds for calls beside the flow.
    pub standings: Arc<Standings>,
    /// What callers go through.
    pub flow: Arc<FlowInForce>,
    /// Stops what is served when it turns true.
    pub stop: watch::Sender<bool>,
    log: Arc<SqlLog>,
    _comparing: Comparing,
}

impl Running {
    /// Commits what waits and closes the database.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.log.close().await
    }
}

fn operations(stores: &Stores, clock: &Arc<dyn Clock>) -> LookingAfter {
    let Stores { log, ledger, .. } = stores;
    LookingAfter { log: log.clone(), ledger: ledger.clone(), trail: ledger.clone(), clock: clock.clone() }
}

/// What is set at the number as the address to ask when a call comes in.
fn voice_url(public: &PublicUrl) -> String {
    format!("{}/twilio/voice", public.as_str().trim_end_matches('/'))
}

/// Sign-in at a provider or a proxy. People return from the provider to the address at which they read the log.
fn elsewhere(config: &Config, feed: &str) -> Result<Elsewhere, WiringError> {
    let SignInElsewhere { proxy, provider, .. } = config.elsewhere.clone();
    let mut elsewhere = Elsewhere { proxy: proxy.map(Arc::new), provider: None };
    if let Some(Provider { issuer, client_id, client_secret, claim, domains }) = provider {
        let back = Url::parse(&format!("{feed}/login/return"))?;
        let settings = Settings { issuer, client_id, client_secret, claim, domains, back };
        let provider = OpenIdProvider::new(settings, config.proxies.client_builder())?;
        elsewhere.provider = Some(Arc::new(provider));
    }
    Ok(elsewhere)
}

/// What people are told of the configuration.
fn rules(config: &Config) -> Rules {
    let RetentionTimes { calls, audio, raw, .. } = config.retention;
    Rules { calls, audio, raw, resolves_misses: config.resolves_misses }
}

impl AppBuilder {
    /// An application for the configured account, with the system's clock and randomness.
    pub fn new(config: Config) -> Self {
        let accounts = config.twilio.iter().map(Twilio::account).collect();
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
        let public = config.public_url.clone().ok_or(WiringError::Incomplete("public_url"))?;
        let own_flow = config.flow.clone().ok_or(WiringError::Incomplete("flow"))?;
        // People come to a listener of their own, and to the demo, without TLS.
        let secure =
            public.as_str().starts_with("https://") && config.private_listen.is_none() && phone.is_none();
        let http = || config.proxies.client_builder();

        let stores = Stores::open(&config, &clock, &ids).await?;
        let Stores { db, log, ledger, people, standing, recordings } = stores.clone();
        let token = config.api_token.as_ref();
        let access = AccessControl::new(people.clone(), ledger.clone(), clock.clone(), ids.clone(), token);
        let access = Arc::new(access.admitting(config.elsewhere.newcomers));
        prepare(&config.database_url, db.clone(), access.clone(), config.admin_password.clone()).await?;
        index_texts(db.clone());
        let client = Arc::new(TwilioClient::new(accounts.clone(), public.clone(), http())?);
        let spool = Arc::new(FileSpool::open(&config.spool)?);
        let lease_clock = Arc::new(ServerClock::new(&db, clock.clone()));
        let keeping = Arc::new(Keeping::new(
            first_asked(&db, &*ids),
            log.clone(),
            spool,
            ledger.clone(),
            clock.clone(),
        ));
        let readiness: Arc<dyn Readiness> = Arc::new(KeepingReadiness(keeping.clone()));

        let audio: Arc<PromptAudio> = Arc::default();
        let flow = Arc::new(FlowInForce::new(own_flow, audio.clone())?);
        let standings =
            Standings::new(standing.clone(), log.clone(), config.caps, config.zone.clone(), clock.clone());
        let standings = known(standings).await;
        let safe = safe_answer(&flow.current(), &*clock);
        let answering =
            Arc::new(Answering::new(flow.clone(), standings.clone(), keeping.clone(), clock.clone()));
        let carrier = adapters_twilio::routes(Webhooks {
            public: public.clone(),
            accounts: accounts.clone(),
            answering,
            audio,
            safe,
        });

        let feed_url = feed_url(config.feed_url.as_ref(), &public);
        let figures = crate::telemetry::metrics(keeping.clone());
        let (stop, stopping) = watch::channel(false);
        let pages = adapters_http::routes(Desk {
            calls: Arc::new(Feed {
                log: log.clone(),
                counts: Arc::new(KeptFigures::new(log.clone(), log.clone(), clock.clone())),
                recordings: recordings.clone(),
                keeping: keeping.clone(),
            }),
            access: access.clone(),
            elsewhere: elsewhere(&config, &feed_url)?,
            accounts: Arc::new(LookingAfterPeople::new(
                access.clone(),
                people,
                ledger.clone(),
                clock.clone(),
                ids.clone(),
            )),
            rules: rules(&config),
            working: Arc::new(Working { log: log.clone(), work: log.clone(), clock: clock.clone() }),
            operations: Arc::new(operations(&stores, &clock)),
            readiness: readiness.clone(),
            metrics: figures.clone(),
            reception: Arc::new(Deciding {
                flow: flow.clone(),
                store: standing,
                standings: Some(standings.clone()),
                trail: ledger.clone(),
                clock: clock.clone(),
            }),
            voice_url: voice_url(&public),
            clock: clock.clone(),
            zone: config.zone.clone(),
            secure,
            stop: stopping,
            phone: phone.map(|phone| phone_routes(phone).boxed()),
        })?;

        let door = (public, accounts);
        let comparing = lease_clock.keep_comparing();
        let work = Work { stores, client, clock, lease_clock, ids, flow: flow.clone() };
        let running = Running {
            workers: work.workers(&config),
            access,
            keeping,
            upkeep: Arc::new(work.upkeep(&config, &door.1)?),
            resolving: work.resolving(&config),
            notifying: Arc::new(work.notifying(&config, feed_url)?),
            standings,
            flow,
            stop,
            log,
            _comparing: comparing,
        };
        let people = pages.with(CatchPanic::new()).map_to_response().boxed();
        Ok(App { carrier: carrier.boxed(), people, running, readiness, figures, door })
    }
}

impl App {
    /// The address that the carrier asks when a call comes in.
    pub fn voice_url(&self) -> String {
        voice_url(&self.door.0)
    }

    /// Our figures alone, for an address of their own.
    pub fn figures(&self) -> Routes {
        Arc::new(adapters_http::figures_routes(self.figures.clone()).boxed())
    }

    /// Everything on one listener.
    pub fn together(self) -> (Routes, Running) {
        let routes = with_health(&self.readiness)
            .nest_no_strip("/twilio", self.carrier)
            .nest_no_strip("/", self.people);
        let routes = answering_knocks(routes.map_to_response(), self.door.0, self.door.1);
        (Arc::new(routes.boxed()), self.running)
    }

    /// The carrier's routes on one listener, the people's on another.
    pub fn apart(self) -> (Routes, Routes, Running) {
        let carrier = with_health(&self.readiness).nest_no_strip("/twilio", self.carrier);
        let people = with_health(&self.readiness).nest_no_strip("/", self.people);
        let carrier = answering_knocks(carrier.map_to_response(), self.door.0, self.door.1);
        (Arc::new(carrier.boxed()), Arc::new(people.map_to_response().boxed()), self.running)
    }
}

fn with_health(readiness: &Arc<dyn Readiness>) -> Route {
    let health = Arc::new(health_routes(readiness.clone()));
    Route::new().at("/healthz", health.clone()).at("/readyz", health)
}

/// What holds beside the flow, as far as it is known at the start.
async fn known(standings: Standings) -> Arc<Standings> {
    if let Err(error) = standings.refresh().await {
        tracing::warn!("closures, blocks and caps are not known yet: {error}");
    }
    Arc::new(standings)
}

/// A file of this machine and the spool stand on the same disks; a server elsewhere may outlive them.
fn first_asked(db: &Database, ids: &dyn Ids) -> First {
    SqlInbox::on_server(db, ids).map_or(First::Spool, |inbox| First::Inbox(Arc::new(inbox)))
}

/// What a caller hears when all else fails: the flow's safety mailbox, for a call nobody knows.
fn safe_answer(flow: &CallFlow, clock: &dyn Clock) -> Vec<frontdesk_domain::Instruction> {
    let nobody = LegId::new("any", "any").expect("a valid id");
    advance(flow, &Dialogue::Lost, &Signal::Fault, &Context::new(nobody, clock.now())).instructions
}
