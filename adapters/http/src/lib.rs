//! People, programs and operators: the feed, the API, live updates, health.
//!
//! A request comes through `headers` (what every answer carries), then `session` (who is there), to a page or an API
//! handler of a few lines that asks a driving port and hands a view to a template or a wire struct to JSON.

mod api;
mod assets;
mod bodies;
mod headers;
mod live;
mod ops;
mod pages;
mod query;
mod range;
mod session;
mod views;
mod words;

use std::sync::Arc;

use frontdesk_ports::{Access, ReadCalls, Readiness};
use jiff::tz::TimeZone;
use poem::endpoint::BoxEndpoint;
use poem::middleware::CookieJarManager;
use poem::{Endpoint, EndpointExt, Response, Route, get, post};

use tokio::sync::watch;

use session::{Gate, Guest};
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
    /// The company's time zone.
    pub zone: TimeZone,
    /// Whether people reach us by HTTPS: cookies are then for HTTPS only.
    pub secure: bool,
    /// Turns true when the server stops: live updates then end, for readers to take them up again.
    pub stop: watch::Receiver<bool>,
    /// The demo's phone, if there is one: its routes, which only people who are signed in reach.
    pub phone: Option<BoxEndpoint<'static, Response>>,
}

/// What handlers share.
pub(crate) struct State {
    calls: Arc<dyn ReadCalls>,
    access: Arc<dyn Access>,
    zone: TimeZone,
    secure: bool,
    stop: watch::Receiver<bool>,
    has_phone: bool,
    views: Views,
}

/// The people's, programs' and operators' routes. Fails if a template does not parse, which a test excludes.
pub fn routes(desk: Desk) -> Result<impl Endpoint<Output = Response> + use<>, tera::Error> {
    let Desk { calls, access, zone, secure, stop, phone } = desk;
    let has_phone = phone.is_some();
    let state = Arc::new(State {
        calls,
        access: access.clone(),
        zone,
        secure,
        stop,
        has_phone,
        views: Views::new()?,
    });
    let people = |endpoint: poem::RouteMethod| endpoint.with(Gate::new(&access, Guest::ToLogin, secure));
    let programs = |endpoint: poem::RouteMethod| endpoint.with(Gate::new(&access, Guest::Refused, secure));
    let mut routes = Route::new()
        .at("/", people(get(pages::feed::feed)))
        .at("/calls/:id", people(get(pages::call::call)))
        .at("/calls/:id/voicemail", programs(get(api::voicemail::voicemail)))
        .at("/events", programs(get(live::rows)))
        .at("/login", get(pages::login::form).post(pages::login::sign_in))
        .at("/logout", people(post(pages::login::sign_out)))
        .at("/static/:name", get(assets::asset))
        .at("/api/v1/calls", programs(get(api::calls::list)))
        .at("/api/v1/calls/:id", programs(get(api::calls::one)))
        .at("/api/v1/calls/:id/voicemail", programs(get(api::voicemail::voicemail)))
        .at("/api/v1/stats", programs(get(api::stats::stats)))
        .at("/api/v1/events", programs(get(live::calls)));
    if let Some(phone) = phone {
        let phone = phone.with(Gate::new(&access, Guest::Refused, secure));
        routes = routes.at("/phone", people(get(pages::phone::phone))).nest_no_strip("/phone/calls", phone);
    }
    let routes = routes.catch_error(|_: poem::error::NotFoundError| async { api::problem::not_found() });
    Ok(routes
        .catch_error(|_: poem::error::MethodNotAllowedError| async { api::problem::method_not_allowed() })
        .data(state)
        .with(bodies::Bodies { limit: if has_phone { MOST_PHONE_BYTES } else { MOST_BYTES } })
        .with(CookieJarManager::new())
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
