//! Signing in and out.
use std::sync::Arc;

use frontdesk_ports::SignInError;
use poem::http::{StatusCode, header};
use poem::web::Data;
use poem::{Body, IntoResponse, Request, Response, handler};

use super::{Form, html, redirect};
use crate::State;
use crate::auth::csrf::same_origin;
use crate::auth::session::{describe, session_cookie, session_token};
use crate::i18n::locale::Language;
use crate::i18n::viewer::language;
use crate::problem::{Answer, Problem, ProblemKind};
use crate::query;
use crate::templates::LoginPage;

/// The path to open after signing in. Always a path on this server, never another site.
pub(crate) fn next(wanted: Option<&str>) -> String {
    wanted
        .filter(|path| {
            path.starts_with('/')
                && !path.starts_with("//")
                && !path.contains('\\')
                && !path.contains(char::is_control)
        })
        .unwrap_or("/")
        .to_owned()
}

#[handler]
pub(crate) fn sign_in_page(Data(state): Data<&Arc<State>>, req: &Request) -> Answer {
    let pairs = query::pairs(req.uri().query());
    let wanted = pairs.iter().find(|(name, _)| name == "next").map(|(_, value)| value.as_str());
    login_page(state, req, next(wanted), None)
}

/// The sign-in form, with an error if there is one.
pub(crate) fn login_page(state: &State, req: &Request, next: String, error: Option<String>) -> Answer {
    html(state.templates.login(&empty(state, next, error), language(req)))
}

fn empty(state: &State, next: String, error: Option<String>) -> LoginPage {
    let provider = state.services.sign_in.provider.as_ref().map(|provider| provider.name());
    let to: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    let provider_address = format!("/login/provider?next={to}");
    LoginPage { next, error, name: String::new(), asks_code: false, provider, provider_address }
}

#[handler]
pub(crate) async fn sign_in(Data(state): Data<&Arc<State>>, req: &Request, body: Body) -> Answer {
    // The form has no CSRF token, but over HTTPS browsers name its origin.
    let hidden = req.header(header::ORIGIN) == Some("null") && !req.headers().contains_key("sec-fetch-site");
    if !same_origin(req.headers()) || hidden && state.services.secure {
        let detail = "open the sign-in page and try again";
        return Err(Problem::new(ProblemKind::CrossSiteRequest, detail));
    }
    let form = Form::read(body).await?;
    let (name, password, wanted) = (form.get("name"), form.get("password"), Some(form.get("next")));
    let address = state.services.sign_in.client(req);
    let error = match state.services.access.sign_in(name, password, form.get("code"), &address).await {
        Ok(token) => {
            describe(&state.services, req, &token).await;
            let cookie = session_cookie(&token, state.services.secure);
            return Ok(redirect(next(wanted)).with_header(header::SET_COOKIE, cookie).into_response());
        }
        Err(SignInError::Store(error)) => return Err(error.into()),
        Err(error) => error,
    };
    let language = language(req);
    let asks_code = matches!(error, SignInError::CodeNeeded | SignInError::CodeWrong);
    let shown = empty(state, next(wanted), Some(refused(&error, language)));
    let view = LoginPage { name: name.to_owned(), asks_code, ..shown };
    let mut response = html(state.templates.login(&view, language))?;
    if let SignInError::Throttled(wait) = error {
        response.set_status(StatusCode::TOO_MANY_REQUESTS);
        response.headers_mut().insert(header::RETRY_AFTER, wait.as_secs().max(1).into());
    } else {
        response.set_status(StatusCode::UNAUTHORIZED);
    }
    Ok(response)
}

fn refused(error: &SignInError, language: Language) -> String {
    match error {
        SignInError::Throttled(wait) => {
            language.say_with("sign-in-throttled", [("minutes", wait.as_secs().div_ceil(60).into())])
        }
        SignInError::CodeNeeded => language.say("sign-in-code-needed"),
        SignInError::CodeWrong => language.say("sign-in-code-wrong"),
        SignInError::Wrong | SignInError::Nobody | SignInError::Store(_) => language.say("sign-in-wrong"),
    }
}

#[handler]
pub(crate) async fn sign_out(Data(state): Data<&Arc<State>>, req: &Request) -> Answer {
    if let Some(token) = session_token(req, state.services.secure).await {
        state.services.access.sign_out(&token).await?;
    }
    Ok(signed_out(state.services.secure))
}

#[handler]
pub(crate) async fn sign_out_everywhere(Data(state): Data<&Arc<State>>, req: &Request) -> Answer {
    if let Some(token) = session_token(req, state.services.secure).await {
        state.services.access.sign_out_everywhere(&token).await?;
    }
    Ok(signed_out(state.services.secure))
}

fn signed_out(secure: bool) -> Response {
    Response::builder()
        .status(StatusCode::SEE_OTHER)
        .header(header::LOCATION, "/login")
        .header(header::SET_COOKIE, session_cookie("", secure))
        .header("clear-site-data", "\"cache\"")
        .finish()
}

#[cfg(test)]
mod tests {
    #[test]
    fn signing_in_never_leads_to_another_site() {
        assert_eq!(super::next(Some("/calls/1?x=2")), "/calls/1?x=2");
        for other_site in [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/\n",
            "",
        ] {
            assert_eq!(super::next(Some(other_site)), "/", "{other_site}");
        }
    }
}
