//! The assembled application: what it serves, and what runs beside that.
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
use crate::server::Routes;

/// An application, ready to be served.
pub struct App {
    /// The carrier's routes.
    pub carrier: BoxEndpoint<'static, Response>,
    /// The people's and programs' routes.
    pub people: BoxEndpoint<'static, Response>,
    pub(super) running: Running,
    pub(super) readiness: Arc<dyn Readiness>,
    pub(super) metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// Where people read the log.
    pub(super) feed_url: String,
    /// The accounts that may send probe requests.
    pub(super) probe_target: (PublicUrl, Vec<Account>),
}

/// The background parts of a running application, and its shutdown.
pub struct Running {
    /// Do what is due after answering.
    pub workers: Vec<Arc<VoicemailWorker>>,
    /// Who may read the log.
    pub access: Arc<AccessControl>,
    /// Takes what was spooled into the log.
    pub intake: Arc<EventIntake>,
    /// Does what is due from time to time.
    pub maintenance: Arc<Maintenance>,
    /// Settles misses of callers who have been spoken to since, unless that is not wanted.
    pub auto_resolve: Option<Arc<AutoResolve>>,
    /// Sends notifications to people and programs.
    pub notifications: Arc<Notifications>,
    /// What holds for calls beside the flow.
    pub restrictions: Arc<Restrictions>,
    /// The names of callers.
    pub contacts: Arc<Contacts>,
    /// What callers go through.
    pub flow: Arc<FlowVersions>,
    /// Our own SIP line, if there is one.
    pub line: Option<Arc<SipLine>>,
    /// Stops what is served when it turns true.
    pub stop: watch::Sender<bool>,
    pub(super) log: Arc<SqlLog>,
    pub(super) _comparing: Comparing,
}

impl Running {
    /// Commits what waits and closes the database.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.log.close().await
    }
}

impl App {
    /// The address that the carrier asks when a call comes in, if there is an account.
    pub fn voice_url(&self) -> Option<String> {
        (!self.probe_target.1.is_empty()).then(|| carrier::voice_url(&self.probe_target.0))
    }

    /// The address that creates the first user; `None` if people can sign in already.
    pub async fn new_setup_link(&self) -> Result<Option<String>, StoreError> {
        let secret = self.running.access.new_setup_link().await?;
        Ok(secret.map(|secret| format!("{}/setup/{secret}", self.feed_url)))
    }

    /// The secret of a link that signs in the user `admin`, once.
    pub fn new_sign_in_link(&self) -> String {
        self.running.access.new_sign_in_link()
    }

    /// The metrics alone, for an address of their own.
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

    /// The carrier's routes on one listener, the people's on another.
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
