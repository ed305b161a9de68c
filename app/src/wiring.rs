//! Settings become an application: every adapter is made here and only here.

mod database;
pub mod doctor;
mod notifications;
pub mod tools;
mod work;

use std::path::PathBuf;
use std::sync::Arc;

use adapters_http::{Desk, Elsewhere, Rules, health_routes};
use adapters_identity::{BadTransport, OpenIdProvider, Settings};
pub use adapters_persistence::SqlLedger;
use adapters_persistence::{
    Comparing, ConnectError, Database, ServerClock, SqlAccess, SqlInbox, SqlLog, SqlStanding,
};
use adapters_recordings::{ObjectRecordings, OpenError, Place};
use adapters_simulator::{Phone, phone_routes};
use adapters_spool::FileSpool;
use adapters_transcription::Command;
use adapters_twilio::{
    Account, ClientError, PromptAudio, PublicUrl, TwilioClient, Webhooks, answering_knocks,
};
use frontdesk_domain::{CallFlow, Context, Dialogue, LegId, Signal, advance};
use frontdesk_ports::{Clock, Ids, Readiness, Reception, StoreError};
use jiff::tz::TimeZone;
use poem::endpoint::{BoxEndpoint, EndpointExt};
use poem::middleware::CatchPanic;
use poem::{Response, Route};
use secrecy::SecretString;
use tokio::sync::watch;
use url::Url;

use crate::config::{OwnFlow, Provider, Recipient, SignInElsewhere, Smtp};
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
use crate::services::standings::{Caps, Standings};
use crate::services::upkeep::{RetentionTimes, Upkeep};
use crate::services::working::Working;
use crate::worker::Worker;
use database::{index_texts, prepare};
use notifications::{feed_url, told};
use work::Work;

pub use database::open_database;
pub use notifications::messenger;

/// The longest recording that is kept: an hour of the carrier's WAV.
const MOST_AUDIO_BYTES: u64 = 64 * 1024 * 1024;

/// The application could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum WiringError {
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

/// What an application is made of.
pub struct Parts {
    /// Where the carrier reaches us.
    pub public: PublicUrl,
    /// Whose calls we take.
    pub accounts: Vec<Account>,
    /// What callers go through.
    pub flow: OwnFlow,
    /// The most that may be used up.
    pub caps: Caps,
    /// The database.
    pub database_url: String,
    /// Where audio is kept.
    pub recordings: Place,
    /// Whether the carrier's copy of a message is deleted once ours is verified.
    pub delete_at_carrier: bool,
    /// What writes messages down, if that is done here.
    pub transcription: Option<Command>,
    /// Where events wait while the log is away.
    pub spool: PathBuf,
    /// For how long each kind of data is kept.
    pub retention: RetentionTimes,
    /// Whether a missed call is settled by a later conversation with the same caller.
    pub resolves_misses: bool,
    /// Who is told of calls.
    pub recipients: Vec<Recipient>,
    /// The mail server, if letters are written.
    pub smtp: Option<Smtp>,
    /// Where people read the log, if not where the carrier reaches us.
    pub feed_url: Option<Url>,
    /// The password of `admin`, if it is to be set.
    pub admin_password: Option<SecretString>,
    /// A token for programs.
    pub api_token: Option<SecretString>,
    /// Who else says who people are.
    pub elsewhere: SignInElsewhere,
    /// The company's zone.
    pub zone: TimeZone,
    /// Whether people reach us by HTTPS.
    pub secure: bool,
    /// The demo's phone.
    pub phone: Option<Arc<Phone>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub ids: Arc<dyn Ids>,
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

/// What is set at the number as the address to ask when a call comes in.
fn voice_url(public: &PublicUrl) -> String {
    format!("{}/twilio/voice", public.as_str().trim_end_matches('/'))
}

/// Who else says who people are; from a provider they come back to where they read the log.
fn elsewhere(
    SignInElsewhere { proxy, provider, .. }: SignInElsewhere,
    feed: &str,
) -> Result<Elsewhere, WiringError> {
    let mut elsewhere = Elsewhere { proxy: proxy.map(Arc::new), provider: None };
    if let Some(Provider { issuer, client_id, client_secret, claim, domains }) = provider {
        let back = Url::parse(&format!("{feed}/login/return"))?;
        let provider =
            OpenIdProvider::new(Settings { issuer, client_id, client_secret, claim, domains, back })?;
        elsewhere.provider = Some(Arc::new(provider));
    }
    Ok(elsewhere)
}

/// What people are told of the configuration.
fn rules(retention: RetentionTimes, resolves_misses: bool) -> Rules {
    Rules { calls: retention.calls, audio: retention.audio, raw: retention.raw, resolves_misses }
}

/// Takes what people decide beside the flow.
fn reception(
    flow: Arc<FlowInForce>,
    store: Arc<SqlStanding>,
    standings: Arc<Standings>,
    trail: Arc<SqlLedger>,
    clock: Arc<dyn Clock>,
) -> Arc<dyn Reception> {
    Arc::new(Deciding { flow, store, standings: Some(standings), trail, clock })
}

/// Puts an application together. A SQLite file must open; a PostgreSQL server that does not answer is waited for in the
/// background, while calls are answered.
pub async fn build(parts: Parts) -> Result<App, WiringError> {
    // Before anything is made that counts.
    crate::telemetry::begin();
    let Parts { public, accounts, flow, secure, phone, clock, ids, .. } = parts;
    let zone = parts.zone.clone();
    let db = Database::open(&parts.database_url).await?;
    let log = Arc::new(SqlLog::new(db.clone(), clock.clone(), ids.clone()));
    let ledger = Arc::new(SqlLedger::new(db.clone()));
    let people = Arc::new(SqlAccess::new(db.clone()));
    let (token, trail) = (parts.api_token.as_ref(), ledger.clone());
    let access = AccessControl::new(people.clone(), trail, clock.clone(), ids.clone(), token);
    let access = Arc::new(access.admitting(parts.elsewhere.newcomers));
    let people_db = db.clone();
    prepare(&parts.database_url, db, access.clone(), parts.admin_password).await?;
    let recordings = Arc::new(ObjectRecordings::open(&parts.recordings, MOST_AUDIO_BYTES)?);
    let client = Arc::new(TwilioClient::new(accounts.clone(), public.clone())?);
    let spool = Arc::new(FileSpool::open(&parts.spool)?);
    index_texts(people_db.clone());
    let shared_clock = Arc::new(ServerClock::new(&people_db, clock.clone()));
    let first = first_asked(&people_db, &*ids);
    let keeping = Arc::new(Keeping::new(first, log.clone(), spool, ledger.clone(), clock.clone()));
    let readiness: Arc<dyn Readiness> = Arc::new(KeepingReadiness(keeping.clone()));

    let audio: Arc<PromptAudio> = Arc::default();
    let flow = Arc::new(FlowInForce::new(flow, audio.clone())?);
    let store = Arc::new(SqlStanding::new(people_db));
    let standings = Standings::new(store.clone(), log.clone(), parts.caps, zone.clone(), clock.clone());
    let standings = known(standings).await;
    let answering = Arc::new(Answering::new(flow.clone(), standings.clone(), keeping.clone(), clock.clone()));
    let reception = reception(flow.clone(), store, standings.clone(), ledger.clone(), clock.clone());
    let safe = safe_answer(&flow.current(), &*clock);
    let carrier = adapters_twilio::routes(Webhooks {
        public: public.clone(),
        accounts: accounts.clone(),
        answering,
        audio,
        safe,
    });
    let calls = Arc::new(Feed {
        log: log.clone(),
        counts: Arc::new(KeptFigures::new(log.clone(), log.clone(), clock.clone())),
        recordings: recordings.clone(),
        keeping: keeping.clone(),
    });
    let working = Arc::new(Working { log: log.clone(), work: log.clone(), clock: clock.clone() });
    let resolving = parts
        .resolves_misses
        .then(|| Arc::new(Resolving { log: log.clone(), work: log.clone(), clock: clock.clone() }));
    let phone = phone.map(|phone| phone_routes(phone).boxed());
    let (stop, stopping) = watch::channel(false);
    let trail = ledger.clone();
    let operations = LookingAfter { log: log.clone(), ledger: trail.clone(), trail, clock: clock.clone() };
    let trail = ledger.clone();
    let looked_after = LookingAfterPeople::new(access.clone(), people, trail, clock.clone(), ids.clone());
    let rules = rules(parts.retention, parts.resolves_misses);
    let figures = crate::telemetry::metrics(keeping.clone());
    let pages = adapters_http::routes(Desk {
        calls,
        access: access.clone(),
        elsewhere: elsewhere(parts.elsewhere, &feed_url(parts.feed_url.as_ref(), &public))?,
        accounts: Arc::new(looked_after),
        rules,
        working,
        operations: Arc::new(operations),
        readiness: readiness.clone(),
        metrics: figures.clone(),
        reception,
        voice_url: voice_url(&public),
        clock: clock.clone(),
        zone,
        secure,
        stop: stopping,
        phone,
    })?;
    let door = (public.clone(), accounts.clone());
    let lease_clock = shared_clock.clone();
    let work =
        Work { log: log.clone(), ledger, recordings, client, clock, lease_clock, ids, public, accounts };
    let upkeep = work.upkeep(parts.retention, flow.clone())?;
    let workers = work.workers(parts.delete_at_carrier, parts.transcription);
    let notifying = Arc::new(Notifying {
        recipients: told(&parts.recipients, parts.smtp.as_ref())?,
        feed_url: feed_url(parts.feed_url.as_ref(), &work.public),
        ..work.notifying(flow.clone(), parts.zone)
    });
    let people = pages.with(CatchPanic::new()).map_to_response().boxed();
    let running = Running {
        workers,
        access,
        keeping,
        upkeep: Arc::new(upkeep),
        resolving,
        notifying,
        standings,
        flow,
        stop,
        log,
        _comparing: shared_clock.keep_comparing(),
    };
    Ok(App { carrier: carrier.boxed(), people, running, readiness, figures, door })
}

impl App {
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
