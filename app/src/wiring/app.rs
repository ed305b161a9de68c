//! The assembled application: its routes and its background tasks.
use std::sync::Arc;

use adapters_http::health_routes;
use adapters_persistence::{Comparing, SqlLog};
use frontdesk_ports::{Account, PublicUrl, Readiness, StoreError};
use frontdesk_services::auth::AccessControl;
use frontdesk_services::contacts::Contacts;
use frontdesk_services::event_intake::EventIntake;
use frontdesk_services::flow_versions::FlowVersions;
use frontdesk_services::follow_up::auto_resolve::AutoResolve;
use frontdesk_services::maintenance::Maintenance;
use frontdesk_services::notifications::Notifications;
use frontdesk_services::restrictions::Restrictions;
use frontdesk_services::voicemail_jobs::VoicemailWorker;
use poem::endpoint::{BoxEndpoint, EndpointExt};
use poem::{Response, Route};
use tokio::sync::watch;

use super::line::SipLine;
use crate::carrier;
use frontdesk_server::Routes;

/// An application, ready to be served.
pub struct App {
    /// The carrier's routes.
    pub carrier: BoxEndpoint<'static, Response>,
    /// The routes of users and API clients.
    pub people: BoxEndpoint<'static, Response>,
    pub(super) running: Running,
    pub(super) readiness: Arc<dyn Readiness>,
    pub(super) metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// The base URL of the feed.
    pub(super) feed_url: String,
    /// The accounts that may send probe requests.
    pub(super) probe_target: (PublicUrl, Vec<Account>),
}

/// The background parts of a running application, and its shutdown.
pub struct Running {
    /// Run the jobs of voicemails.
    pub workers: Vec<Arc<VoicemailWorker>>,
    /// Authenticates users and API tokens.
    pub access: Arc<AccessControl>,
    /// Stores events, and writes buffered ones to the log.
    pub intake: Arc<EventIntake>,
    /// Runs periodic maintenance.
    pub maintenance: Arc<Maintenance>,
    /// Marks missed calls done after a later conversation with the caller; `None` if that is turned off.
    pub auto_resolve: Option<Arc<AutoResolve>>,
    /// Sends notifications to people and programs.
    pub notifications: Arc<Notifications>,
    /// Closures, blocked callers and caps.
    pub restrictions: Arc<Restrictions>,
    /// The names of callers.
    pub contacts: Arc<Contacts>,
    /// The versions of the call flow.
    pub flow: Arc<FlowVersions>,
    /// The SIP line, if there is one.
    pub line: Option<Arc<SipLine>>,
    /// Stops the servers when it turns true.
    pub stop: watch::Sender<bool>,
    pub(super) log: Arc<SqlLog>,
    pub(super) _comparing: Comparing,
}

impl Running {
    /// Commits pending writes and closes the database.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.log.close().await
    }
}

impl App {
    /// The URL that the carrier requests when a call comes in; `None` without an account.
    pub fn voice_url(&self) -> Option<String> {
        (!self.probe_target.1.is_empty()).then(|| carrier::voice_url(&self.probe_target.0))
    }

    /// A link that creates the first user; `None` if a user can already sign in.
    pub async fn new_setup_link(&self) -> Result<Option<String>, StoreError> {
        let secret = self.running.access.new_setup_link().await?;
        Ok(secret.map(|secret| format!("{}/setup/{secret}", self.feed_url)))
    }

    /// The secret of a link that signs in the user `admin`, once.
    pub fn new_sign_in_link(&self) -> String {
        self.running.access.new_sign_in_link()
    }

    /// The route of the metrics, for a separate listener.
    pub fn metrics(&self) -> Routes {
        Arc::new(adapters_http::metrics_routes(self.metrics.clone()).boxed())
    }

    /// Everything on one listener.
    pub fn together(self) -> (Routes, Running) {
        let routes = with_health(&self.readiness)
            .nest_no_strip(carrier::PREFIX, self.carrier)
            .nest_no_strip("/", self.people);
        let routes =
            carrier::answer_probes(routes.map_to_response(), self.probe_target.0, self.probe_target.1);
        (Arc::new(routes), self.running)
    }

    /// The carrier's routes on one listener, those of users on another.
    pub fn apart(self) -> (Routes, Routes, Running) {
        let carrier = with_health(&self.readiness).nest_no_strip(carrier::PREFIX, self.carrier);
        let people = with_health(&self.readiness).nest_no_strip("/", self.people);
        let carrier =
            carrier::answer_probes(carrier.map_to_response(), self.probe_target.0, self.probe_target.1);
        (Arc::new(carrier), Arc::new(people.map_to_response().boxed()), self.running)
    }
}

fn with_health(readiness: &Arc<dyn Readiness>) -> Route {
    let health = Arc::new(health_routes(readiness.clone()));
    Route::new().at("/healthz", health.clone()).at("/readyz", health)
}
