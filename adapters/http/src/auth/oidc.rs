//! Sign-in at an identity provider (OpenID Connect): the redirect to it, and the return from it.
use std::sync::Arc;
use std::time::Duration;

use frontdesk_ports::{IdentityError, IdentitySource, SignInError};
use poem::http::{StatusCode, header};
use poem::web::Data;
use poem::web::cookie::SameSite;
use poem::{IntoResponse, Request, handler};

use super::session::{cookie, describe, http_only_cookie, session_cookie};
use crate::State;
use crate::i18n::viewer::language;
use crate::pages::login::{login_page, next};
use crate::pages::{html, redirect};
use crate::problem::Answer;
use crate::query;

/// How long a person may take to sign in at the provider.
const SIGN_IN_TIMEOUT: Duration = Duration::from_secs(15 * 60);
/// Separates the secret from the address to return to.
const SEPARATOR: char = '~';

fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-signing-in" } else { "signing-in" }
}

/// The cookie that carries the secret of a sign-in. The browser returns from another site, so it is `Lax`.
fn secret_cookie(value: &str, secure: bool) -> String {
    let max_age = if value.is_empty() { Duration::ZERO } else { SIGN_IN_TIMEOUT };
    http_only_cookie(cookie_name(secure), value, secure, SameSite::Lax, Some(max_age))
}

fn asked<'q>(pairs: &'q [(String, String)], wanted: &str) -> Option<&'q str> {
    pairs.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
}

#[handler]
pub(crate) async fn begin(Data(state): Data<&Arc<State>>, req: &Request) -> Answer {
    let Some(provider) = &state.services.sign_in.provider else { return Ok(redirect("/login")) };
    let pairs = query::pairs(req.uri().query());
    let next = next(asked(&pairs, "next"));
    match provider.begin().await {
        Ok(begun) => {
            let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
            let secret = format!("{}{SEPARATOR}{next}", begun.secret);
            let cookie = secret_cookie(&secret, state.services.secure);
            Ok(redirect(begun.address).with_header(header::SET_COOKIE, cookie).into_response())
        }
        Err(error) => refuse(state, req, &error, next),
    }
}

#[handler]
pub(crate) async fn finish(Data(state): Data<&Arc<State>>, req: &Request) -> Answer {
    let Some(provider) = &state.services.sign_in.provider else { return Ok(redirect("/login")) };
    let secure = state.services.secure;
    let pairs = query::pairs(req.uri().query());
    let brought = cookie(req, cookie_name(secure)).await.unwrap_or_default();
    let (secret, wanted) = brought.split_once(SEPARATOR).unwrap_or((&brought, ""));
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
        Ok(name) => match state.services.access.sign_in_federated(&name, IdentitySource::Provider).await {
            Ok(token) => {
                describe(&state.services, req, &token).await;
                signed_in(state, req, &token, &next)
            }
            Err(SignInError::Store(error)) => Err(error.into()),
            Err(_) => {
                let mut response =
                    login_page(state, req, next, Some(language(req).say("sign-in-no-access")))?;
                response.set_status(StatusCode::FORBIDDEN);
                Ok(response)
            }
        },
        Err(error) => refuse(state, req, &error, next),
    }?;
    if let Ok(ended) = secret_cookie("", secure).parse() {
        response.headers_mut().append(header::SET_COOKIE, ended);
    }
    Ok(response)
}

/// A page that redirects by itself. The session cookie is `Strict`, so a browser that arrives from another site must
/// request the feed from one of our pages.
pub(crate) fn signed_in(state: &State, req: &Request, token: &str, next: &str) -> Answer {
    let mut response = html(state.templates.signed_in(next, language(req)))?;
    if let Ok(cookie) = session_cookie(token, state.services.secure).parse() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

fn refuse(state: &State, req: &Request, error: &IdentityError, next: String) -> Answer {
    let (status, word) = match error {
        IdentityError::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "sign-in-unavailable"),
        IdentityError::Refused(_) => (StatusCode::UNAUTHORIZED, "sign-in-failed"),
    };
    tracing::warn!("sign-in at the identity provider failed: {error}");
    let mut response = login_page(state, req, next, Some(language(req).say(word)))?;
    response.set_status(status);
    Ok(response)
}
