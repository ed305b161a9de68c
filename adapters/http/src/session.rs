//! Who is there, and whether they may: a person by session cookie and role, a program by bearer token and scope. A request
//! that changes something must also come from our own pages.

use std::sync::Arc;

use frontdesk_ports::access::{Role, Scope};
use frontdesk_ports::{Access, Actor, Program, SignInError, SignedIn, StoreError, Voucher};
use poem::http::{HeaderMap, Method, StatusCode, header};
use poem::web::cookie::{Cookie, CookieJar, SameSite};
use poem::{Endpoint, FromRequest, Middleware, Request, Response};
use subtle::ConstantTimeEq;

use crate::api::problem::{problem, store_problem};
use crate::elsewhere::TrustedProxy;

/// The most a form of ours takes.
const MOST_BYTES: usize = 64 * 1024;

/// Who sent a request.
#[derive(Debug, Clone)]
pub(crate) enum Visitor {
    Person(SignedIn),
    Program(Program),
}

impl Visitor {
    /// The person, if it is one.
    pub fn person(&self) -> Option<&SignedIn> {
        match self {
            Self::Person(person) => Some(person),
            Self::Program(_) => None,
        }
    }

    /// The token that their forms must carry; programs have none.
    pub fn csrf(&self) -> String {
        self.person().map(|person| person.csrf.clone()).unwrap_or_default()
    }

    /// Their name, for the audit trail.
    pub fn actor(&self) -> Actor {
        match self {
            Self::Person(person) => Actor(person.user.clone()),
            Self::Program(program) => Actor(format!("token {}", program.name)),
        }
    }

    /// Whether they may do that.
    pub fn may(&self, need: Need) -> bool {
        match self {
            Self::Person(person) => match need {
                Need::Calls | Need::Audio | Need::Work => true,
                Need::Metrics | Need::Admin => person.role == Role::Admin,
            },
            Self::Program(program) => match need {
                Need::Calls => program.scopes.0.contains(&Scope::Calls),
                Need::Audio => program.scopes.0.contains(&Scope::Audio),
                Need::Metrics => program.scopes.0.contains(&Scope::Metrics),
                Need::Work | Need::Admin => false,
            },
        }
    }
}

/// What somebody must be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Read calls and figures.
    Calls,
    /// Hear messages.
    Audio,
    /// Do something about calls.
    Work,
    /// Read metrics.
    Metrics,
    /// Manage.
    Admin,
}

/// What happens to a guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guest {
    /// Is led to the sign-in page.
    ToLogin,
    /// Gets 401.
    Refused,
}

/// Who knows who is there.
#[derive(Clone)]
pub(crate) struct Door {
    pub access: Arc<dyn Access>,
    /// A proxy whose word counts.
    pub proxy: Option<Arc<TrustedProxy>>,
    pub secure: bool,
}

/// Lets signed-in people and known programs through.
pub(crate) struct Gate {
    door: Door,
    guest: Guest,
    need: Need,
}

impl Gate {
    pub fn new(door: &Door, guest: Guest, need: Need) -> Self {
        Self { door: door.clone(), guest, need }
    }
}

impl<E: Endpoint> Middleware<E> for Gate {
    type Output = Gated<E>;
    fn transform(&self, inner: E) -> Gated<E> {
        Gated { inner, door: self.door.clone(), guest: self.guest, need: self.need }
    }
}

/// An endpoint behind the gate.
pub(crate) struct Gated<E> {
    inner: E,
    door: Door,
    guest: Guest,
    need: Need,
}

/// Whoever is let in.
struct LetIn {
    visitor: Visitor,
    /// A session that has begun just now.
    cookie: Option<String>,
}

/// Why somebody is not.
enum Outside {
    /// Nobody knows who they are.
    Guest,
    /// They are known, and not to us.
    Stranger,
    /// They change something before they have asked for a page.
    Unasked,
    Store(StoreError),
}

impl From<StoreError> for Outside {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl<E: Endpoint> Endpoint for Gated<E> {
    type Output = Response;

    async fn call(&self, mut req: Request) -> poem::Result<Response> {
        let LetIn { visitor, cookie } = match self.visitor(&req).await {
            Ok(let_in) => let_in,
            Err(Outside::Guest) => return Ok(self.turn_away(&req)),
            Err(Outside::Stranger) => return Ok(stranger()),
            Err(Outside::Unasked) => {
                let told = "reload the page and try again";
                return Ok(problem(StatusCode::FORBIDDEN, "Not from our page", told));
            }
            Err(Outside::Store(error)) => return Ok(store_problem(&error)),
        };
        if let (Visitor::Person(person), false) = (&visitor, is_safe(req.method()))
            && !from_our_page(&mut req, person).await
        {
            return Ok(problem(StatusCode::FORBIDDEN, "Not from our page", "reload the page and try again"));
        }
        if !visitor.may(self.need) {
            return Ok(problem(
                StatusCode::FORBIDDEN,
                "Not allowed",
                "your role or token does not cover this",
            ));
        }
        req.set_data(visitor);
        let mut response = self.inner.get_response(req).await;
        if let Some(cookie) = cookie.and_then(|cookie| cookie.parse().ok()) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        Ok(response)
    }
}

impl<E> Gated<E> {
    async fn visitor(&self, req: &Request) -> Result<LetIn, Outside> {
        let access = &self.door.access;
        let let_in = |visitor| LetIn { visitor, cookie: None };
        let credential = req.header(header::AUTHORIZATION).and_then(|value| value.split_once(' '));
        if let Some((_, token)) = credential.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) {
            let program = access.program(token.trim()).await?;
            return program.map(Visitor::Program).map(let_in).ok_or(Outside::Guest);
        }
        let known = match session_token(req, self.door.secure).await {
            Some(token) => access.session(&token).await?,
            None => None,
        };
        let Some(vouched) = self.door.proxy.as_ref().and_then(|proxy| proxy.vouched(req)) else {
            return known.map(Visitor::Person).map(let_in).ok_or(Outside::Guest);
        };
        if let Some(known) = known.filter(|known| known.user == vouched) {
            return Ok(let_in(Visitor::Person(known)));
        }
        // Somebody new, or another than before. Not by what another site may have had the browser send.
        if !is_safe(req.method()) {
            return Err(Outside::Unasked);
        }
        let token = match access.sign_in_vouched(vouched, Voucher::Proxy).await {
            Ok(token) => token,
            Err(SignInError::Store(error)) => return Err(error.into()),
            Err(_) => return Err(Outside::Stranger),
        };
        let person = access.session(&token).await?.ok_or(Outside::Guest)?;
        let cookie = Some(vouched_cookie(&token, self.door.secure));
        Ok(LetIn { visitor: Visitor::Person(person), cookie })
    }

    fn turn_away(&self, req: &Request) -> Response {
        let wants_page = self.guest == Guest::ToLogin && req.header(header::AUTHORIZATION).is_none();
        if wants_page && is_safe(req.method()) {
            let target = req.uri().path_and_query().map_or("/", |target| target.as_str());
            let next: String = form_urlencoded::byte_serialize(target.as_bytes()).collect();
            let to = format!("/login?next={next}");
            return Response::builder().status(StatusCode::SEE_OTHER).header(header::LOCATION, to).finish();
        }
        let mut response =
            problem(StatusCode::UNAUTHORIZED, "Not signed in", "sign in, or send a valid API token");
        let challenge = poem::http::HeaderValue::from_static("Bearer");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        response
    }
}

/// The proxy vouches for somebody whom nobody has let in here.
fn stranger() -> Response {
    let detail =
        "nobody of the name that the proxy tells may read this log; an admin can add them in the settings";
    problem(StatusCode::FORBIDDEN, "Not known here", detail)
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Whether the browser says that the request comes from our own origin. Programs say nothing; they have no cookies.
pub(crate) fn same_origin(headers: &HeaderMap) -> bool {
    let get = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok()) {
        return matches!(site, "same-origin" | "none");
    }
    match (get(header::ORIGIN), get(header::HOST)) {
        (Some(origin), Some(host)) => {
            origin.split_once("://").is_some_and(|(_, authority)| authority == host)
        }
        (Some(_), None) => false,
        (None, _) => true,
    }
}

/// Same origin, and the session's own token in a header or in the form.
async fn from_our_page(req: &mut Request, person: &SignedIn) -> bool {
    if !same_origin(req.headers()) {
        return false;
    }
    let matches = |token: &str| bool::from(token.as_bytes().ct_eq(person.csrf.as_bytes()));
    if let Some(token) = req.header("x-csrf-token") {
        return matches(token);
    }
    let is_form =
        req.content_type().is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if !is_form {
        return false;
    }
    let Ok(body) = req.take_body().into_bytes_limit(MOST_BYTES).await else { return false };
    let token =
        form_urlencoded::parse(&body).find(|(name, _)| name == "csrf").map(|(_, value)| value.into_owned());
    req.set_body(body);
    token.is_some_and(|token| matches(&token))
}

/// `__Host-` cookies are for HTTPS alone; browsers then hold them to this very host.
fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-frontdesk" } else { "frontdesk" }
}

/// The session token of a request, if it has one.
pub(crate) async fn session_token(req: &Request, secure: bool) -> Option<String> {
    cookie(req, cookie_name(secure)).await
}

/// What a cookie of a request holds.
pub(crate) async fn cookie(req: &Request, name: &str) -> Option<String> {
    let jar = <&CookieJar>::from_request_without_body(req).await.ok()?;
    Some(jar.get(name)?.value_str().to_owned())
}

/// The cookie that holds a session token; an empty one ends it.
pub(crate) fn session_cookie(token: &str, secure: bool) -> String {
    cookie_with(token, secure, SameSite::Strict)
}

/// The same for somebody whom the proxy vouches for: also sent by a browser that comes from a letter or the proxy's own page,
/// for otherwise each such way would begin another session. Forms carry a token of their own.
fn vouched_cookie(token: &str, secure: bool) -> String {
    cookie_with(token, secure, SameSite::Lax)
}

fn cookie_with(token: &str, secure: bool, same_site: SameSite) -> String {
    let mut cookie = Cookie::new_with_str(cookie_name(secure), token);
    cookie.set_http_only(true);
    cookie.set_secure(secure);
    cookie.set_same_site(same_site);
    cookie.set_path("/");
    if token.is_empty() {
        cookie.set_max_age(std::time::Duration::ZERO);
    }
    cookie.to_string()
}
