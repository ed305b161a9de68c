//! Authenticates a request (a person by session cookie or trusted proxy, a program by bearer token) and checks that it
//! has the route's permission.
use std::sync::Arc;
use std::time::Duration;

use frontdesk_ports::access::user_key;
use frontdesk_ports::{Access, IdentitySource, SignInError, StoreError};
use poem::http::header;
use poem::{Endpoint, Request, Response};

use super::csrf::{from_our_page, is_safe};
use super::session::{describe, proxy_session_cookie, session_token};
use super::visitor::{Permission, Visitor};
use crate::middleware::api_rates::Rate;
use crate::problem::{Problem, ProblemKind};
use crate::services::{Services, State};

/// What a route requires of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guard {
    pub permission: Permission,
    /// Whether a person who is not signed in is redirected to the sign-in page, rather than refused with 401.
    pub redirects: bool,
}

/// What authenticated a visitor. Streams check it again while they are open.
#[derive(Debug, Clone)]
pub(crate) enum Credential {
    /// A person's session token.
    Session(String),
    /// A program's token, and the address it came from.
    Token(String, String),
}

impl Credential {
    /// Whether its holder may still read calls. `true` if the store is unavailable, so that streams stay open.
    pub async fn may_read_calls(&self, access: &dyn Access) -> bool {
        let visitor = match self {
            Self::Session(token) => match access.session(token, false).await {
                Ok(person) => person.map(Visitor::Person),
                Err(_) => return true,
            },
            Self::Token(token, address) => match access.program(token, address).await {
                Ok(program) => program.map(Visitor::Program),
                Err(SignInError::Store(_)) => return true,
                Err(_) => None,
            },
        };
        visitor.is_some_and(|visitor| visitor.may(Permission::Calls))
    }
}

/// A visitor who has been authenticated.
struct Authenticated {
    visitor: Visitor,
    credential: Credential,
    /// The cookie of a session that began with this request.
    cookie: Option<String>,
}

/// Why a visitor could not be authenticated.
enum AuthError {
    /// No valid credentials.
    Anonymous,
    /// The proxy names a person who has no access here.
    NotAdmitted,
    /// A request that changes something would start a proxy session. Another site may have made the browser send it.
    UnsafeFirstRequest,
    /// Too many wrong tokens from this network.
    Throttled(Duration),
    Store(StoreError),
}

impl From<StoreError> for AuthError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Anonymous => Self::anonymous(),
            AuthError::NotAdmitted => {
                let detail =
                    "the proxy names a person who has no access; an admin can add them in the settings";
                Self::new(ProblemKind::UnknownUser, detail)
            }
            AuthError::UnsafeFirstRequest => not_from_our_page(),
            AuthError::Throttled(wait) => Self::throttled(wait),
            AuthError::Store(error) => error.into(),
        }
    }
}

fn not_from_our_page() -> Problem {
    Problem::new(ProblemKind::CrossSiteRequest, "reload the page and try again")
}

/// Authenticates a request, checks its permission, and passes it on with its [`Visitor`] as data.
pub(crate) async fn guard<E: Endpoint>(
    required: Guard,
    endpoint: Arc<E>,
    mut req: Request,
) -> poem::Result<Response> {
    let state = req.data::<Arc<State>>().expect("the router provides the state").clone();
    let Authenticated { visitor, credential, cookie } = match authenticate(&state.services, &req).await {
        Ok(authenticated) => authenticated,
        Err(AuthError::Anonymous) if required.redirects && is_browser_navigation(&req) => {
            return Ok(to_sign_in(&req));
        }
        Err(error) => return Err(Problem::from(error).into()),
    };
    if let (Visitor::Person(person), false) = (&visitor, is_safe(req.method()))
        && !from_our_page(&mut req, person).await
    {
        return Err(not_from_our_page().into());
    }
    let rate = match &visitor {
        Visitor::Program(program) => Some(state.rates.count(&program.name)?),
        Visitor::Person(_) => None,
    };
    if !visitor.may(required.permission) {
        return Err(described(rate, Problem::not_allowed()).into());
    }
    // Streams and audio take long, so they do not count as concurrent requests of the visitor.
    let lasts = required.permission == Permission::Audio || req.uri().path().ends_with("/events");
    let actor = visitor.actor().0;
    let _turn = if lasts { None } else { state.limits.request(&actor).await };
    req.set_data(visitor);
    req.set_data(credential);
    let mut response = endpoint.call(req).await.map(poem::IntoResponse::into_response);
    if let (Some(cookie), Ok(response)) = (cookie.and_then(|cookie| cookie.parse().ok()), &mut response) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    match (rate, response) {
        (Some(rate), Ok(mut response)) => {
            rate.describe(response.headers_mut());
            Ok(response)
        }
        (Some(_), Err(error)) if error.is::<Problem>() => {
            let problem = error.downcast::<Problem>().expect("just checked");
            Err(described(rate, problem).into())
        }
        (_, response) => response,
    }
}

/// Adds the token's rate limit headers to a problem.
fn described(rate: Option<Rate>, problem: Problem) -> Problem {
    let headers = rate.into_iter().flat_map(Rate::headers);
    headers.fold(problem, |problem, (name, value)| problem.with_header(name, value))
}

/// Whether a person made this request, and not an open page in the background.
fn is_use(req: &Request) -> bool {
    let path = req.uri().path();
    !path.ends_with("/events") && !path.ends_with("/counts")
}

async fn authenticate(services: &Services, req: &Request) -> Result<Authenticated, AuthError> {
    let access = &services.access;
    let authenticated = |visitor, credential| Authenticated { visitor, credential, cookie: None };
    let credential = req.header(header::AUTHORIZATION).and_then(|value| value.split_once(' '));
    if let Some((_, token)) = credential.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) {
        let (token, address) = (token.trim().to_owned(), services.sign_in.client(req));
        let program = match access.program(&token, &address).await {
            Ok(program) => program,
            Err(SignInError::Store(error)) => return Err(error.into()),
            Err(SignInError::Throttled(wait)) => return Err(AuthError::Throttled(wait)),
            Err(_) => None,
        };
        let program = program.ok_or(AuthError::Anonymous)?;
        return Ok(authenticated(Visitor::Program(program), Credential::Token(token, address)));
    }
    let session = match session_token(req, services.secure).await {
        Some(token) => access.session(&token, is_use(req)).await?.map(|session| (session, token)),
        None => None,
    };
    let Some(name) = services.sign_in.proxy.as_ref().and_then(|proxy| proxy.person(req)) else {
        let (session, token) = session.ok_or(AuthError::Anonymous)?;
        return Ok(authenticated(Visitor::Person(session), Credential::Session(token)));
    };
    if let Some((session, token)) = session.filter(|(session, _)| user_key(&session.user) == user_key(name)) {
        return Ok(authenticated(Visitor::Person(session), Credential::Session(token)));
    }
    if !is_safe(req.method()) {
        return Err(AuthError::UnsafeFirstRequest);
    }
    let token = match access.sign_in_federated(name, IdentitySource::Proxy).await {
        Ok(token) => token,
        Err(SignInError::Store(error)) => return Err(error.into()),
        Err(_) => return Err(AuthError::NotAdmitted),
    };
    describe(services, req, &token).await;
    let person = access.session(&token, true).await?.ok_or(AuthError::Anonymous)?;
    let cookie = Some(proxy_session_cookie(&token, services.secure));
    Ok(Authenticated { visitor: Visitor::Person(person), credential: Credential::Session(token), cookie })
}

fn is_browser_navigation(req: &Request) -> bool {
    is_safe(req.method()) && req.header(header::AUTHORIZATION).is_none()
}

/// Redirects to the sign-in page, which returns to this request's path.
fn to_sign_in(req: &Request) -> Response {
    let target = req.uri().path_and_query().map_or("/", |target| target.as_str());
    let next: String = form_urlencoded::byte_serialize(target.as_bytes()).collect();
    crate::pages::redirect(format!("/login?next={next}"))
}
