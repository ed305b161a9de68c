//! Signing in at an identity provider: to it, and back from it.

use std::sync::Arc;
use std::time::Duration;

use frontdesk_ports::{IdentityError, SignInError, Voucher};
use poem::http::{StatusCode, header};
use poem::web::Data;
use poem::web::cookie::{Cookie, SameSite};
use poem::{Request, Response, handler};

use super::login::{login_page, next};
use super::page;
use crate::State;
use crate::api::problem::store_problem;
use crate::query;
use crate::session::{cookie, session_cookie};
use crate::viewer::language;

/// How long somebody may take to sign in there.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// Between what the provider is to bring back and where the person wants to go.
const PART: char = '~';

fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-signing-in" } else { "signing-in" }
}

/// What a browser keeps meanwhile. It comes back from another site, so the cookie is `Lax`.
fn kept(value: &str, secure: bool) -> String {
    let mut kept = Cookie::new_with_str(cookie_name(secure), value);
    kept.set_http_only(true);
    kept.set_secure(secure);
    kept.set_same_site(SameSite::Lax);
    kept.set_path("/");
    kept.set_max_age(if value.is_empty() { Duration::ZERO } else { PATIENCE });
    kept.to_string()
}

fn asked<'q>(pairs: &'q [(String, String)], wanted: &str) -> Option<&'q str> {
    pairs.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
}

#[handler]
pub(crate) async fn begin(Data(state): Data<&Arc<State>>, req: &Request) -> Response {
    let Some(provider) = &state.desk.elsewhere.provider else { return to_the_form() };
    let pairs = query::pairs(req.uri().query());
    let next = next(asked(&pairs, "next"));
    match provider.begin().await {
        Ok(begun) => {
            let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
            let secret = format!("{}{PART}{next}", begun.secret);
            Response::builder()
                .status(StatusCode::SEE_OTHER)
                .header(header::LOCATION, begun.address)
                .header(header::SET_COOKIE, kept(&secret, state.desk.secure))
                .finish()
        }
        Err(error) => refuse(state, req, &error, next),
    }
}

#[handler]
pub(crate) async fn back(Data(state): Data<&Arc<State>>, req: &Request) -> Response {
    let Some(provider) = &state.desk.elsewhere.provider else { return to_the_form() };
    let secure = state.desk.secure;
    let pairs = query::pairs(req.uri().query());
    let brought = cookie(req, cookie_name(secure)).await.unwrap_or_default();
    let (secret, wanted) = brought.split_once(PART).unwrap_or((&brought, ""));
    let wanted =
        form_urlencoded::parse(format!("next={wanted}").as_bytes()).next().map(|(_, next)| next.into_owned());
    let next = next(wanted.as_deref());
    let name = if let (Some(answered), Some(code)) = (asked(&pairs, "state"), asked(&pairs, "code")) {
        provider.finish(secret, answered, code).await
    } else {
        let word = asked(&pairs, "error").unwrap_or("no code").chars().take(40);
        let word: String = word.filter(char::is_ascii_graphic).collect();
        Err(IdentityError::Refused(format!("the provider answers {word:?}")))
    };
    let mut response = match name {
        Ok(name) => match state.desk.access.sign_in_vouched(&name, Voucher::Provider).await {
            Ok(token) => arrived(state, req, &token, &next),
            Err(SignInError::Store(error)) => store_problem(&error),
            Err(_) => {
                let told = language(req).say("sign-in-nobody");
                let mut response = login_page(state, req, next, Some(told));
                response.set_status(StatusCode::FORBIDDEN);
                response
            }
        },
        Err(error) => refuse(state, req, &error, next),
    };
    if let Ok(ended) = kept("", secure).parse() {
        response.headers_mut().append(header::SET_COOKIE, ended);
    }
    response
}

/// There is no provider: people sign in by password.
fn to_the_form() -> Response {
    Response::builder().status(StatusCode::SEE_OTHER).header(header::LOCATION, "/login").finish()
}

/// A page that leads on by itself. The session's cookie is `Strict`, so a browser that was led here by another site must
/// ask for the feed from a page of ours.
fn arrived(state: &State, req: &Request, token: &str, next: &str) -> Response {
    let mut response = page(state.views.arrived(next, language(req)));
    if let Ok(cookie) = session_cookie(token, state.desk.secure).parse() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn refuse(state: &State, req: &Request, error: &IdentityError, next: String) -> Response {
    let (status, word) = match error {
        IdentityError::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "sign-in-away"),
        IdentityError::Refused(_) => (StatusCode::UNAUTHORIZED, "sign-in-not-vouched"),
    };
    tracing::warn!("nobody was signed in: {error}");
    let mut response = login_page(state, req, next, Some(language(req).say(word)));
    response.set_status(status);
    response
}
