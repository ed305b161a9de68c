//! What the routes are given, and what handlers share of it.
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

/// What the routes need.
pub struct Services {
    /// The log.
    pub calls: Arc<dyn ReadCalls>,
    /// Who may see it.
    pub access: Arc<dyn Access>,
    /// Sign-in by a proxy or an identity provider.
    pub sign_in: FederatedSignIn,
    /// Manages users.
    pub accounts: Arc<dyn Accounts>,
    /// What the configuration says of the log, to be shown.
    pub rules: Rules,
    /// Takes what people do about calls.
    pub working: Arc<dyn WorkOnCalls>,
    /// Outages, diagnostics, the audit log, and retried downloads.
    pub operations: Arc<dyn Operations>,
    /// What `/readyz` reports.
    pub readiness: Arc<dyn Readiness>,
    /// The service's own figures, as Prometheus text.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// The call flow, and temporary changes to it.
    pub overrides: Arc<dyn ManageOverrides>,
    /// The carriers that calls come by, as the log names them.
    pub carriers: Vec<String>,
    /// The names of callers.
    pub contacts: Arc<dyn ManageContacts>,
    /// The voice webhook URL to set at the carrier, shown while the log is empty.
    pub voice_url: String,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The company's time zone.
    pub zone: TimeZone,
    /// The path below which people reach us, which a proxy strips.
    pub prefix: PathPrefix,
    /// Requests of a token that are answered per minute.
    pub requests_per_minute: NonZeroU32,
    /// Whether people reach us by HTTPS: cookies are then for HTTPS only.
    pub secure: bool,
    /// Turns true when the server stops: live updates then end, for readers to take them up again.
    pub stop: watch::Receiver<bool>,
    /// The demo's phone, if there is one: its routes, which only people who are signed in reach.
    pub phone: Option<BoxEndpoint<'static, Response>>,
}

/// Rules of the configuration that people should know. No page changes them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rules {
    /// Calls are deleted after this; never if it is not set.
    pub calls: Option<Duration>,
    /// Messages' audio is deleted after this; never if it is not set.
    pub audio: Option<Duration>,
    /// The carrier's own words are deleted after this; never if it is not set.
    pub raw: Option<Duration>,
    /// Whether a later answered call settles earlier misses of the same caller.
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
