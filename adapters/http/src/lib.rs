//! People, programs and operators: the feed, the API, live updates, health.
//!
//! A request comes through `headers` (what every answer carries), then `session` (who is there), to a page or an API
//! handler of a few lines that asks a driving port and hands a view to a template or a wire struct to JSON.

mod api;
mod assets;
mod bodies;
mod compress;
mod desk;
mod elsewhere;
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

use frontdesk_ports::Readiness;
use poem::endpoint::BoxEndpoint;
use poem::middleware::CookieJarManager;
use poem::{Endpoint, EndpointExt, Response, Route, RouteMethod, get, post};

use desk::State;
pub use desk::{Desk, Rules};
pub use elsewhere::{Elsewhere, TrustedProxy};
use session::{Door, Gate, Guest, Need};
use views::Views;

/// The most a request may carry: a message recorded on the demo's phone, or a form and nothing else.
const MOST_BYTES: usize = 64 * 1024;
const MOST_PHONE_BYTES: usize = 32 * 1024 * 1024;

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
pub const ROUTES: [(&str, Reach); 36] = [
    ("/", Reach::Page),
    ("/calls/:id", Reach::Page),
    ("/calls/:id/voicemail", Reach::Audio),
    ("/calls/:id/voicemail/retry", Reach::Admin),
    ("/calls/:id/work", Reach::Work),
    ("/calls.csv", Reach::Calls),
    ("/calls.jsonl", Reach::Calls),
    ("/numbers", Reach::Page),
    ("/flow", Reach::Page),
    ("/flow/closure", Reach::Work),
    ("/flow/callers", Reach::Work),
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
    ("/login/elsewhere", Reach::Open),
    ("/login/return", Reach::Open),
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
        "/flow" => get(pages::flow::in_force),
        "/flow/closure" => post(pages::flow::closure),
        "/flow/callers" => post(pages::flow::callers),
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
        "/login/elsewhere" => get(pages::elsewhere::begin),
        "/login/return" => get(pages::elsewhere::back),
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
        "/logout" | "/logout/everywhere" | "/views" | "/settings/people" | "/settings/tokens"
        | "/flow/closure" | "/flow/callers" => "POST",
        path if path.ends_with("/retry") || path.ends_with("/work") => "POST",
        _ => "GET, HEAD",
    }
}

/// The people's, programs' and operators' routes. Fails if a template does not parse, which a test excludes.
pub fn routes(mut desk: Desk) -> Result<impl Endpoint<Output = Response> + use<>, tera::Error> {
    let phone = desk.phone.take();
    let (has_phone, secure) = (phone.is_some(), desk.secure);
    let door = Door { access: desk.access.clone(), proxy: desk.elsewhere.proxy.clone(), secure };
    let state = Arc::new(State { desk, has_phone, views: Views::new()? });
    let gated = |endpoint: BoxEndpoint<'static, Response>, guest: Guest, need: Need| {
        endpoint.with(Gate::new(&door, guest, need)).boxed()
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
        let phone = phone.with(Gate::new(&door, Guest::Refused, Need::Calls));
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

/// The service's own figures, for a listener that only those reach who may read them.
pub fn figures_routes(
    figures: Arc<dyn Fn() -> String + Send + Sync>,
) -> impl Endpoint<Output = Response> + use<> {
    let told = poem::endpoint::make_sync(move |_| ops::figures(&*figures));
    Route::new().at("/metrics", get(told)).map_to_response()
}

/// The operators' routes, which stand on every listener.
pub fn health_routes(readiness: Arc<dyn Readiness>) -> impl Endpoint<Output = Response> + use<> {
    Route::new()
        .at("/healthz", get(ops::healthz))
        .at("/readyz", get(ops::readyz))
        .data(readiness)
        .map_to_response()
}
