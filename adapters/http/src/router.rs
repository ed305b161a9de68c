//! Every route for users, programs and operators: path, who may use it, and its handlers.
use std::sync::Arc;

use frontdesk_ports::Readiness;
use poem::endpoint::BoxEndpoint;
use poem::error::MethodNotAllowedError;
use poem::http::Method;
use poem::middleware::CookieJarManager;
use poem::{Endpoint, EndpointExt, IntoEndpoint, Response, Route, RouteMethod, get};

use crate::api::voicemail::Listens;
use crate::auth::guard::{Guard, guard};
use crate::auth::oidc;
use crate::auth::visitor::Permission;
use crate::export::{self, voicemail_zip};
use crate::flash;
use crate::middleware::api_rates::ApiRates;
use crate::middleware::visitor_limits::VisitorLimits;
use crate::middleware::{body_limit, compression, error_pages, path_prefix, security_headers};
use crate::pages::{
    audit, call, contacts, done, feed, flow, follow_up, login, outages, phone, problems, saved_views,
    settings, setup_steps, start, stats,
};
use crate::problem::Problem;
use crate::services::State;
use crate::templates::Templates;
use crate::{Services, api, assets, health, sse};

/// The largest request body: a form.
const MAX_BYTES: usize = 64 * 1024;
/// The largest request body of a demo: a voicemail recorded in the browser.
const MAX_PHONE_BYTES: usize = 32 * 1024 * 1024;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouteAccess {
    /// Anyone, without authentication.
    Public,
    /// Anyone who may read calls; others are redirected to the sign-in page.
    Page,
    /// Anyone who may read calls; others get 401.
    Calls,
    /// Anyone who may listen to voicemails.
    Audio,
    /// Signed-in users; others are redirected to the sign-in page.
    Work,
    /// Programs that may work on calls, and people.
    ApiWork,
    /// Those who may retry the download of a lost voicemail: admins, and programs that may work on calls.
    Retry,
    /// People who may close the company.
    Close,
    /// Anyone who may read metrics.
    Metrics,
    /// Admins; others are redirected to the sign-in page.
    Admin,
}

impl RouteAccess {
    fn permission(self) -> Option<Permission> {
        match self {
            Self::Public => None,
            Self::Page | Self::Calls => Some(Permission::Calls),
            Self::Audio => Some(Permission::Audio),
            Self::Work => Some(Permission::Work),
            Self::ApiWork => Some(Permission::ApiWork),
            Self::Retry => Some(Permission::Retry),
            Self::Close => Some(Permission::Close),
            Self::Metrics => Some(Permission::Metrics),
            Self::Admin => Some(Permission::Admin),
        }
    }

    /// Whether a person who is not signed in is redirected to the sign-in page.
    fn redirects(self) -> bool {
        matches!(self, Self::Page | Self::Work | Self::Close | Self::Admin)
    }
}

/// One route of the table.
struct Entry {
    path: &'static str,
    access: RouteAccess,
    /// Who may send POST requests to it.
    posting: RouteAccess,
    handlers: RouteMethod,
    /// The methods it takes, as the header `Allow` names them.
    allow: &'static str,
}

impl Entry {
    fn get<T: IntoEndpoint>(path: &'static str, access: RouteAccess, handler: T) -> Self
    where
        T::Endpoint: 'static,
    {
        Self { path, access, posting: access, handlers: get(handler), allow: "GET, HEAD" }
    }

    fn post<T: IntoEndpoint>(path: &'static str, access: RouteAccess, handler: T) -> Self
    where
        T::Endpoint: 'static,
    {
        Self { path, access, posting: access, handlers: poem::post(handler), allow: "POST" }
    }

    /// Adds a handler that answers HEAD itself; other routes answer HEAD as GET, without the body.
    fn and_head<T: IntoEndpoint>(self, handler: T) -> Self
    where
        T::Endpoint: 'static,
    {
        Self { handlers: self.handlers.head(handler), ..self }
    }

    fn and_post<T: IntoEndpoint>(self, posting: RouteAccess, handler: T) -> Self
    where
        T::Endpoint: 'static,
    {
        Self { posting, handlers: self.handlers.post(handler), allow: "GET, HEAD, POST", ..self }
    }
}

/// The routes of every instance. The phone of the demo has further ones.
fn table() -> Vec<Entry> {
    use RouteAccess::{Admin, ApiWork, Audio, Calls, Close, Metrics, Page, Public, Retry, Work};
    vec![
        Entry::get("/", Page, feed::feed),
        Entry::get("/calls/:id", Page, call::call),
        Entry::get("/calls/:id/voicemail", Audio, api::voicemail::voicemail)
            .and_head(api::voicemail::voicemail),
        Entry::get("/calls/:id/voicemails/:recording", Audio, api::voicemail::one_of_several)
            .and_head(api::voicemail::one_of_several),
        Entry::post("/calls/:id/voicemail/retry", Admin, call::retry),
        Entry::post("/calls/:id/work", Work, follow_up::work),
        Entry::post("/calls/bulk", Work, feed::bulk::bulk),
        Entry::get("/setup-steps", Page, setup_steps::setup_steps),
        Entry::get("/contacts", Page, contacts::contacts).and_post(Work, contacts::change),
        Entry::post("/contacts/import", Work, contacts::import),
        Entry::get("/contacts.csv", Work, contacts::contacts_csv),
        Entry::get("/contacts.vcf", Work, contacts::contacts_vcf),
        Entry::get("/calls.csv", Calls, export::calls_csv),
        Entry::get("/calls.jsonl", Calls, export::calls_jsonl),
        Entry::get("/voicemails.zip", Audio, voicemail_zip::voicemails_zip),
        Entry::get("/counts", Calls, sse::counts),
        Entry::get("/events", Calls, sse::rows),
        Entry::get("/numbers", Page, stats::stats),
        Entry::get("/flow", Page, flow::current_flow),
        Entry::post("/flow/closure", Close, flow::closure),
        Entry::post("/flow/callers", Work, flow::callers),
        Entry::post("/views", Work, saved_views::change),
        Entry::get("/settings", Work, settings::settings).and_post(Work, settings::own),
        Entry::post("/settings/people", Admin, settings::people),
        Entry::post("/settings/tokens", Admin, settings::tokens),
        Entry::get("/outages", Page, outages::outages),
        Entry::get("/audit", Admin, audit::audit),
        Entry::get("/done/:secret", Public, done::look).and_post(Public, done::done),
        Entry::get("/start/:secret", Public, start::sign_in_by_link).and_head(start::look_at_link),
        Entry::get("/setup/:secret", Public, start::setup_page).and_post(Public, start::set_up),
        Entry::get("/login", Public, login::sign_in_page).and_post(Public, login::sign_in),
        Entry::get("/login/provider", Public, oidc::begin),
        Entry::get("/login/return", Public, oidc::finish),
        Entry::post("/logout", Page, login::sign_out),
        Entry::post("/logout/everywhere", Page, login::sign_out_everywhere),
        Entry::get("/static/:name", Public, assets::asset),
        Entry::get("/worker.js", Public, assets::worker),
        Entry::get("/offline", Public, assets::offline),
        Entry::get("/metrics", Metrics, health::metrics),
        Entry::get("/api/openapi.json", Public, assets::openapi),
        Entry::get("/api/docs", Public, assets::api_docs),
        Entry::get("/problems/:kind", Public, problems::problem),
        Entry::get("/api/v1/calls", Calls, api::calls::list),
        Entry::get("/api/v1/calls/:id", Calls, api::calls::one),
        Entry::get("/api/v1/calls/:id/voicemail", Audio, api::voicemail::voicemail)
            .and_head(api::voicemail::voicemail),
        Entry::get("/api/v1/calls/:id/voicemails/:recording", Audio, api::voicemail::one_of_several)
            .and_head(api::voicemail::one_of_several),
        Entry::post("/api/v1/calls/:id/voicemail/retry", Retry, api::voicemail::retry),
        Entry::post("/api/v1/calls/:id/work", ApiWork, api::work::work),
        Entry::get("/api/v1/outages", Calls, api::outages::outages),
        Entry::get("/api/v1/stats", Calls, api::stats::stats),
        Entry::get("/api/v1/events", Calls, sse::calls),
    ]
}

/// Path, access, methods and access for posting of every route of the table, for tests that visit them all.
pub fn route_list() -> Vec<(&'static str, RouteAccess, &'static str, RouteAccess)> {
    table().into_iter().map(|entry| (entry.path, entry.access, entry.allow, entry.posting)).collect()
}

/// The routes for users, programs and operators. Fails if a template does not parse; a test parses them all.
pub fn routes(mut services: Services) -> Result<impl Endpoint<Output = Response> + use<>, tera::Error> {
    let phone = services.phone.take();
    let requests_per_minute = services.requests_per_minute;
    let (has_phone, secure, prefix) = (phone.is_some(), services.secure, services.prefix.clone());
    let state = Arc::new(State {
        services,
        has_phone,
        templates: Templates::new(prefix.clone())?,
        limits: VisitorLimits::default(),
        rates: ApiRates::new(requests_per_minute),
        listens: Listens::default(),
    });
    let guarded = |endpoint: BoxEndpoint<'static, Response>, access: RouteAccess, posting: RouteAccess| {
        endpoint.around(move |endpoint, req| async move {
            let access = if req.method() == Method::POST { posting } else { access };
            match access.permission() {
                None => endpoint.call(req).await,
                Some(permission) => {
                    guard(Guard { permission, redirects: access.redirects() }, endpoint, req).await
                }
            }
        })
    };
    let mut routes = Route::new();
    for Entry { path, access, posting, handlers, allow } in table() {
        let handlers = handlers.around(move |handlers, req| async move {
            let refused = |error: poem::Error| {
                if error.is::<MethodNotAllowedError>() {
                    Problem::method_not_allowed(allow).into()
                } else {
                    error
                }
            };
            handlers.call(req).await.map_err(refused)
        });
        routes = routes.at(path, guarded(handlers.boxed(), access, posting));
    }
    if let Some(phone) = phone {
        let page = get(phone::phone).map_to_response().boxed();
        routes = routes
            .at("/phone", guarded(page, RouteAccess::Page, RouteAccess::Page))
            .nest_no_strip("/phone/calls", guarded(phone, RouteAccess::Calls, RouteAccess::Calls));
    }
    let limit = if has_phone { MAX_PHONE_BYTES } else { MAX_BYTES };
    Ok(routes
        .around(move |endpoint, req| body_limit::limit_body(limit, endpoint, req))
        .around(error_pages::error_pages)
        .around(move |endpoint, req| flash::clear_shown(secure, endpoint, req))
        .around(move |endpoint, req| path_prefix::prefix_redirects(prefix.clone(), endpoint, req))
        .data(state)
        .with(CookieJarManager::new())
        .around(compression::compress)
        .around(move |endpoint, req| security_headers::add_headers(secure, endpoint, req))
        .map_to_response())
}

/// The service's metrics, for a listener that only operators can reach.
pub fn metrics_routes(
    metrics: Arc<dyn Fn() -> String + Send + Sync>,
) -> impl Endpoint<Output = Response> + use<> {
    let page = poem::endpoint::make_sync(move |_| health::prometheus_text(&*metrics));
    Route::new().at("/metrics", get(page)).map_to_response()
}

/// Health and readiness, on every listener.
pub fn health_routes(readiness: Arc<dyn Readiness>) -> impl Endpoint<Output = Response> + use<> {
    Route::new()
        .at("/healthz", get(health::healthz))
        .at("/readyz", get(health::readyz))
        .data(readiness)
        .map_to_response()
}
