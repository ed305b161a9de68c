//! Builds the services for pages and calls from the stores.
use std::sync::Arc;

use adapters_http::{FederatedSignIn, Rules};
use adapters_identity::{OpenIdProvider, Settings};
use frontdesk_ports::{Clock, Ids};
use frontdesk_services::accounts::AccountAdministration;
use frontdesk_services::auth::AccessControl;
use frontdesk_services::call_handler::recent_responses::RecentResponses;
use frontdesk_services::call_reader::CallReader;
use frontdesk_services::contacts::Contacts;
use frontdesk_services::diagnostics::setup_check::SetupCheck;
use frontdesk_services::event_intake::EventIntake;
use frontdesk_services::flow_versions::FlowVersions;
use frontdesk_services::follow_up::FollowUps;
use frontdesk_services::maintenance::RetentionPolicy;
use frontdesk_services::operations::OperationsService;
use frontdesk_services::overrides::Overrides;
use frontdesk_services::restrictions::Restrictions;
use frontdesk_services::stats_cache::StatsCache;
use tokio::sync::Mutex;
use url::Url;

use super::WiringError;
use super::doctor::outside;
use super::stores::Stores;
use crate::config::{Config, Provider, SignInSettings};

/// Manages users and tokens.
pub(super) fn accounts_of(
    stores: &Stores,
    access: &Arc<AccessControl>,
    clock: &Arc<dyn Clock>,
    ids: &Arc<dyn Ids>,
) -> AccountAdministration {
    let (people, trail) = (stores.people.clone(), stores.operations_log.clone());
    AccountAdministration::new(access.clone(), people, trail, clock.clone(), ids.clone())
}

/// Manages temporary closures and blocked callers.
pub(super) fn overrides_of(
    stores: &Stores,
    flow: &Arc<FlowVersions>,
    restrictions: &Arc<Restrictions>,
    clock: &Arc<dyn Clock>,
) -> Overrides {
    Overrides {
        flow: flow.clone(),
        store: stores.overrides.clone(),
        restrictions: Some(restrictions.clone()),
        trail: stores.operations_log.clone(),
        clock: clock.clone(),
    }
}

/// Outages, the audit log and retried downloads.
pub(super) fn operations(
    stores: &Stores,
    config: &Config,
    clock: &Arc<dyn Clock>,
) -> Result<OperationsService, WiringError> {
    let Stores { log, operations_log, .. } = stores;
    let (outside, found) = (outside(config)?, Mutex::default());
    Ok(OperationsService {
        setup: SetupCheck { outside, clock: clock.clone(), found },
        log: log.clone(),
        operations_log: operations_log.clone(),
        outbox: log.clone(),
        trail: operations_log.clone(),
        clock: clock.clone(),
    })
}

/// Sign-in through an identity provider or a proxy. The provider redirects users to the base URL of the feed.
pub(super) fn federated_sign_in(config: &Config, feed: &str) -> Result<FederatedSignIn, WiringError> {
    let SignInSettings { proxy, provider, .. } = config.sign_in.clone();
    let mut sign_in = FederatedSignIn { proxy: proxy.map(Arc::new), provider: None };
    if let Some(Provider { issuer, client_id, client_secret, claim, domains }) = provider {
        let back = Url::parse(&format!("{feed}/login/return"))?;
        let settings = Settings { issuer, client_id, client_secret, claim, domains, back };
        let provider = OpenIdProvider::new(settings, config.proxies.client_builder())?;
        sign_in.provider = Some(Arc::new(provider));
    }
    Ok(sign_in)
}

/// The configuration values that the settings page shows.
pub(super) fn rules(config: &Config) -> Rules {
    let RetentionPolicy { calls, audio, raw, .. } = config.retention;
    Rules { calls, audio, raw, resolves_misses: config.resolves_misses }
}

/// Authenticates users and API tokens.
pub(super) fn access_of(
    stores: &Stores,
    config: &Config,
    clock: &Arc<dyn Clock>,
    ids: &Arc<dyn Ids>,
) -> Arc<AccessControl> {
    let (people, trail) = (stores.people.clone(), stores.operations_log.clone());
    let access = AccessControl::new(people, trail, clock.clone(), ids.clone(), config.api_token.as_ref());
    let SignInSettings { newcomers, staff_may_close, .. } = config.sign_in;
    Arc::new(access.admitting(newcomers).with_staff_closing(staff_may_close))
}

/// Closures, blocked callers and caps, loaded if the database is available.
pub(super) async fn restrictions(
    stores: &Stores,
    config: &Config,
    clock: &Arc<dyn Clock>,
) -> Arc<Restrictions> {
    let (store, figures) = (stores.overrides.clone(), stores.log.clone());
    let restrictions = Restrictions::new(store, figures, config.caps, config.zone.clone(), clock.clone())
        // A SQLite file is used by one server only.
        .beside_others(!config.database_url.starts_with("sqlite:"));
    if let Err(error) = restrictions.refresh().await {
        tracing::warn!("closures, blocks and caps are not known yet: {error}");
    }
    Arc::new(restrictions)
}

/// The contacts, loaded if the database is available.
pub(super) async fn contacts(stores: &Stores, clock: &Arc<dyn Clock>) -> Arc<Contacts> {
    let contacts = Contacts::new(stores.contacts.clone(), stores.operations_log.clone(), clock.clone());
    if let Err(error) = contacts.refresh().await {
        tracing::warn!("contacts are not known yet: {error}");
    }
    Arc::new(contacts)
}

/// Reads calls for people and programs.
pub(super) fn reader(
    stores: &Stores,
    responses: Arc<RecentResponses>,
    intake: &Arc<EventIntake>,
    clock: &Arc<dyn Clock>,
) -> CallReader {
    let Stores { log, pages, recordings, .. } = stores;
    CallReader {
        log: pages.clone(),
        counts: Arc::new(StatsCache::new(log.clone(), log.clone(), log.clone(), clock.clone())),
        recordings: recordings.clone(),
        responses,
        intake: intake.clone(),
    }
}

/// Records the follow-up of calls.
pub(super) fn follow_ups(stores: &Stores, clock: &Arc<dyn Clock>) -> FollowUps {
    let Stores { log, people, .. } = stores;
    FollowUps {
        log: log.clone(),
        work: log.clone(),
        links: log.clone(),
        users: people.clone(),
        clock: clock.clone(),
    }
}
