//! People, programs and operators: the feed, the API, live updates, health.
//!
//! A request comes through `headers` (what every answer carries), then `session` (who is there), to a page or an API
//! handler of a few lines that asks a driving port and hands a view to a template or a wire struct to JSON.

mod api;
mod assets;
mod bodies;
mod compress;
mod errors;
pub mod export;
mod filter;
mod headers;
mod language;
mod live;
mod numbers;
mod ops;
mod pages;
mod query;
pub mod range;
mod session;
mod viewer;
mod views;
mod words;
mod zipped;

use std::sync::Arc;
use std::time::Duration;

use frontdesk_ports::{Access, Accounts, Clock, Operations, ReadCalls, Readiness, WorkOnCalls};
use jiff::tz::TimeZone;
use poem::endpoint::BoxEndpoint;
use poem::middleware::CookieJarManager;
use poem::{Endpoint, EndpointExt, Response, Route, RouteMethod, get, post};

use tokio::sync::watch;

use session::{Gate, Guest, Need};
use views::Views;

/// The most a request may carry: a message recorded on the demo's phone, or a form and nothing else.
const MOST_BYTES: usize = 64 * 1024;
const MOST_PHONE_BYTES: usize = 32 * 1024 * 1024;

/// What the routes need.
pub struct Desk {
    /// The log.
    pub calls: Arc<dyn ReadCalls>,
    /// Who may see it.
    pub access: Arc<dyn Access>,
    /// Looks after people.
    pub accounts: Arc<dyn Accounts>,
    /// What the configuration says of the log, to be shown.
    pub rules: Rules,
    /// Takes what people do about calls.
    pub working: Arc<dyn WorkOnCalls>,
    /// Looks after the desk.
    pub operations: Arc<dyn Operations>,
    /// Whether all is well.
    pub readiness: Arc<dyn Readiness>,
    /// The service's own figures, as Prometheus text.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// What the flow knows, for filters to offer.
    pub offers: Offers,
    /// Where the carrier asks what a caller hears: the address to set at the number, for whoever begins.
    pub voice_url: String,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The company's time zone.
    pub zone: TimeZone,
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

/// Names of the flow in force. Calls of an older flow may know others, which can be typed.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Offers {
    /// Numbers that calls are forwarded to.
    pub destinations: Vec<String>,
    /// Mailboxes.
    pub mailboxes: Vec<String>,
}

/// What handlers share.
pub(crate) struct State {
    calls: Arc<dyn ReadCalls>,
    access: Arc<dyn Access>,
    accounts: Arc<dyn Accounts>,
    rules: Rules,
    working: Arc<dyn WorkOnCalls>,
    operations: Arc<dyn Operations>,
    readiness: Arc<dyn Readiness>,
    metrics: Arc<dyn Fn() -> String + Send + Sync>,
    offers: Offers,
    voice_url: String,
    clock: Arc<dyn Clock>,
    zone: TimeZone,
    secure: bool,
    stop: watch::Receiver<bool>,
    has_phone: bool,
    views: Views,
}

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Everybody.
    Open,
    /// Whoever may read calls; guests are led to the sign-in page.
    Page,
    /// Whoever may read calls; guests are refused.
    Calls,
    /// Whoever may hear messages.
    Audio,
    /// People, who do something about calls.
    Work,
    /// Whoever may read metrics.
    Metrics,
    /// People who manage; guests are led to the sign-in page.
    Admin,
}

/// Every route and who may use it. The router is made of this table, so whoever goes through it goes through the router.
pub const ROUTES: [(&str, Reach); 31] = [
    ("/", Reach::Page),
    ("/calls/:id", Reach::Page),
    ("/calls/:id/voicemail", Reach::Audio),
    ("/calls/:id/voicemail/retry", Reach::Admin),
    ("/calls/:id/work", Reach::Work),
    ("/calls.csv", Reach::Calls),
    ("/calls.jsonl", Reach::Calls),
    ("/numbers", Reach::Page),
    ("/counts", Reach::Calls),
    ("/events", Reach::Calls),
    ("/voicemails.zip", Reach::Audio),
    ("/views", Reach::Work),
    ("/settings", Reach::Work),
    ("/settings/people", Reach::Admin),
    ("/settings/tokens", Reach::Admin),
    ("/outages", Reach::Page),
    ("/audit", Reach::Admin),
    ("/login", Reach::Open),
    ("/logout", Reach::Page),
    ("/logout/everywhere", Reach::Page),
    ("/static/:name", Reach::Open),
    ("/metrics", Reach::Metrics),
    ("/api/openapi.json", Reach::Open),
    ("/api/docs", Reach::Open),
    ("/api/v1/calls", Reach::Calls),
    ("/api/v1/calls/:id", Reach::Calls),
    ("/api/v1/calls/:id/voicemail", Reach::Audio),
    ("/api/v1/calls/:id/voicemail/retry", Reach::Admin),
    ("/api/v1/outages", Reach::Calls),
    ("/api/v1/stats", Reach::Calls),
    ("/api/v1/events", Reach::Calls),
];

/// What stands at a path of the table.
fn endpoint(path: &str) -> RouteMethod {
    match path {
        "/" => get(pages::feed::feed),
        "/calls/:id" => get(pages::call::call),
        "/calls/:id/voicemail" | "/api/v1/calls/:id/voicemail" => get(api::voicemail::voicemail),
        "/calls/:id/voicemail/retry" => post(pages::call::retry),
        "/calls/:id/work" => post(pages::work::work),
        "/calls.csv" => get(export::calls_csv),
        "/calls.jsonl" => get(export::calls_jsonl),
        "/numbers" => get(pages::figures::figures),
        "/counts" => get(live::counts),
        "/events" => get(live::rows),
        "/voicemails.zip" => get(zipped::voicemails_zip),
        "/views" => post(pages::views::change),
        "/settings" => get(pages::settings::settings).post(pages::settings::own),
        "/settings/people" => post(pages::settings::people),
        "/settings/tokens" => post(pages::settings::tokens),
        "/outages" => get(pages::outages::outages),
        "/audit" => get(pages::audit::audit),
        "/login" => get(pages::login::form).post(pages::login::sign_in),
        "/logout" => post(pages::login::sign_out),
        "/logout/everywhere" => post(pages::login::sign_out_everywhere),
        "/static/:name" => get(assets::asset),
        "/metrics" => get(ops::metrics),
        "/api/openapi.json" => get(assets::openapi),
        "/api/docs" => get(assets::api_docs),
        "/api/v1/calls" => get(api::calls::list),
        "/api/v1/calls/:id" => get(api::calls::one),
        "/api/v1/calls/:id/voicemail/retry" => post(api::voicemail::retry),
        "/api/v1/outages" => get(api::outages::outages),
        "/api/v1/stats" => get(api::stats::stats),
        "/api/v1/events" => get(live::calls),
        // A test asks every path of the table.
        _ => get(api::problem::nothing_here),
    }
}

/// The methods that such a path takes, for whoever uses another.
fn allowed(path: &str) -> &'static str {
    match path {
        "/login" | "/settings" => "GET, HEAD, POST",
        "/logout" | "/logout/everywhere" | "/views" | "/settings/people" | "/settings/tokens" => "POST",
        path if path.ends_with("/retry") || path.ends_with("/work") => "POST",
        _ => "GET, HEAD",
    }
}

/// The people's, programs' and operators' routes. Fails if a template does not parse, which a test excludes.
pub fn routes(desk: Desk) -> Result<impl Endpoint<Output = Response> + use<>, tera::Error> {
    let Desk {
        calls,
        access,
        accounts,
        rules,
        working,
        operations,
        readiness,
        metrics,
        offers,
        voice_url,
        clock,
        zone,
        secure,
        stop,
        phone,
    } = desk;
    let has_phone = phone.is_some();
    let state = Arc::new(State {
        calls,
        access: access.clone(),
        accounts,
        rules,
        working,
        operations,
        readiness,
        metrics,
        offers,
        voice_url,
        clock,
        zone,
        secure,
        stop,
        has_phone,
        views: Views::new()?,
    });
    let gated = |endpoint: BoxEndpoint<'static, Response>, guest: Guest, need: Need| {
        endpoint.with(Gate::new(&access, guest, need, secure)).boxed()
    };
    let mut routes = Route::new();
    for (path, reach) in ROUTES {
        let allowed = allowed(path);
        let refused = move |_: poem::error::MethodNotAllowedError| async move {
            api::problem::method_not_allowed(allowed)
        };
        let endpoint = endpoint(path).catch_error(refused).boxed();
        let guarded = match reach {
            Reach::Open => endpoint,
            Reach::Page => {
                gated(endpoint, Guest::ToLogin, Need::Calls).with(errors::ForPeople(state.clone())).boxed()
            }
            Reach::Calls => gated(endpoint, Guest::Refused, Need::Calls),
            Reach::Audio => gated(endpoint, Guest::Refused, Need::Audio),
            Reach::Work => {
                gated(endpoint, Guest::ToLogin, Need::Work).with(errors::ForPeople(state.clone())).boxed()
            }
            Reach::Metrics => gated(endpoint, Guest::Refused, Need::Metrics),
            Reach::Admin => {
                gated(endpoint, Guest::ToLogin, Need::Admin).with(errors::ForPeople(state.clone())).boxed()
            }
        };
        routes = routes.at(path, guarded);
    }
    if let Some(phone) = phone {
        let phone = phone.with(Gate::new(&access, Guest::Refused, Need::Calls, secure));
        let page = gated(get(pages::phone::phone).map_to_response().boxed(), Guest::ToLogin, Need::Calls);
        routes = routes.at("/phone", page).nest_no_strip("/phone/calls", phone);
    }
    let routes = routes.catch_error(|_: poem::error::NotFoundError| async { api::problem::not_found() });
    Ok(routes
        .data(state)
        .with(bodies::Bodies { limit: if has_phone { MOST_PHONE_BYTES } else { MOST_BYTES } })
        .with(CookieJarManager::new())
        .with(compress::Compress)
        .with(headers::Headers { secure })
        .map_to_response())
}

/// The operators' routes, which stand on every listener.
pub fn health_routes(readiness: Arc<dyn Readiness>) -> impl Endpoint<Output = Response> + use<> {
    Route::new()
        .at("/healthz", get(ops::healthz))
        .at("/readyz", get(ops::readyz))
        .data(readiness)
        .map_to_response()
}
