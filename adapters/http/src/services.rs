//! The dependencies of the routes, and the state that handlers share.
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use frontdesk_ports::{
    Access, Accounts, Clock, ManageContacts, ManageOverrides, Operations, ReadCalls, Readiness, WorkOnCalls,
};
use jiff::tz::TimeZone;
use poem::Response;
use poem::endpoint::BoxEndpoint;
use tokio::sync::watch;

use crate::api::voicemail::Listens;
use crate::auth::trusted_proxy::FederatedSignIn;
use crate::middleware::api_rates::ApiRates;
use crate::middleware::path_prefix::PathPrefix;
use crate::middleware::visitor_limits::VisitorLimits;
use crate::templates::Templates;

/// The dependencies of the routes.
pub struct Services {
    /// Reads the call log.
    pub calls: Arc<dyn ReadCalls>,
    /// Authenticates users and programs.
    pub access: Arc<dyn Access>,
    /// Sign-in by a proxy or an identity provider.
    pub sign_in: FederatedSignIn,
    /// Manages users.
    pub accounts: Arc<dyn Accounts>,
    /// Rules of the configuration, for the settings page.
    pub rules: Rules,
    /// Changes the follow-up of calls.
    pub working: Arc<dyn WorkOnCalls>,
    /// Outages, diagnostics, the audit log, and retried downloads.
    pub operations: Arc<dyn Operations>,
    /// What `/readyz` reports.
    pub readiness: Arc<dyn Readiness>,
    /// The service's own metrics, as Prometheus text.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// The call flow, and temporary changes to it.
    pub overrides: Arc<dyn ManageOverrides>,
    /// The configured carriers, by their names in the log.
    pub carriers: Vec<String>,
    /// The contacts, for the names of callers.
    pub contacts: Arc<dyn ManageContacts>,
    /// The voice webhook URL to set at the carrier, shown while the log is empty.
    pub voice_url: String,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The company's time zone.
    pub zone: TimeZone,
    /// The path below which users reach us, which a proxy strips.
    pub prefix: PathPrefix,
    /// The number of requests that a token may send per minute.
    pub requests_per_minute: NonZeroU32,
    /// Whether users reach us over HTTPS; cookies are then marked `Secure`.
    pub secure: bool,
    /// Becomes true when the server stops. Live updates then end, and clients reconnect.
    pub stop: watch::Receiver<bool>,
    /// The routes of the demo's phone, if there is one. They require a sign-in.
    pub phone: Option<BoxEndpoint<'static, Response>>,
}

/// Rules of the configuration that the settings page shows. No page changes them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rules {
    /// Calls are deleted after this time; `None` for never.
    pub calls: Option<Duration>,
    /// The audio of voicemails is deleted after this time; `None` for never.
    pub audio: Option<Duration>,
    /// The carrier's raw parameters are deleted after this time; `None` for never.
    pub raw: Option<Duration>,
    /// Whether a later answered call marks earlier missed calls of the same caller done.
    pub resolves_misses: bool,
}

/// What handlers share.
pub(crate) struct State {
    /// The services, without the routes of the phone.
    pub services: Services,
    pub has_phone: bool,
    pub templates: Templates,
    pub limits: VisitorLimits,
    pub rates: ApiRates,
    pub listens: Listens,
}
