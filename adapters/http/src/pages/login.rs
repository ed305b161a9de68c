//! Signing in and out.

use std::collections::HashMap;
use std::sync::Arc;

use frontdesk_ports::SignInError;
use poem::http::{StatusCode, header};
use poem::web::Data;
use poem::{Body, Request, Response, handler};

use super::page;
use crate::State;
use crate::api::problem::{problem, store_problem};
use crate::language::Language;
use crate::query;
use crate::session::{same_origin, session_cookie, session_token};
use crate::viewer::language;
use crate::views::LoginPage;

/// Where to go after signing in: a path of ours, never another site.
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
pub(crate) fn form(Data(state): Data<&Arc<State>>, req: &Request) -> Response {
    let pairs = query::pairs(req.uri().query());
    let wanted = pairs.iter().find(|(name, _)| name == "next").map(|(_, value)| value.as_str());
    login_page(state, req, next(wanted), None)
}

/// The form, with what went wrong.
pub(crate) fn login_page(state: &State, req: &Request, next: String, error: Option<String>) -> Response {
    page(state.views.login(&empty(state, next, error), language(req)))
}

fn empty(state: &State, next: String, error: Option<String>) -> LoginPage {
    let provider = state.desk.elsewhere.provider.as_ref().map(|provider| provider.name());
    let to: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    let elsewhere = format!("/login/elsewhere?next={to}");
    LoginPage { next, error, name: String::new(), asks_code: false, provider, elsewhere }
}

#[handler]
pub(crate) async fn sign_in(Data(state): Data<&Arc<State>>, req: &Request, body: Body) -> Response {
    if !same_origin(req.headers()) {
        return problem(StatusCode::FORBIDDEN, "Not from our page", "open the sign-in page and try again");
    }
    let Ok(body) = body.into_bytes_limit(64 * 1024).await else {
        return problem(StatusCode::PAYLOAD_TOO_LARGE, "Form too large", "a name and a password are shorter");
    };
    let fields: HashMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    let (Some(name), Some(password)) = (fields.get("name"), fields.get("password")) else {
        return problem(
            StatusCode::BAD_REQUEST,
            "Form incomplete",
            "the form has the fields name and password",
        );
    };
    let wanted = fields.get("next").map(String::as_str);
    let code = fields.get("code").map_or("", String::as_str);
    let address = state.desk.elsewhere.client(req);
    match state.desk.access.sign_in(name, password, code, &address).await {
        Ok(token) => Response::builder()
            .status(StatusCode::SEE_OTHER)
            .header(header::LOCATION, next(wanted))
            .header(header::SET_COOKIE, session_cookie(&token, state.desk.secure))
            .finish(),
        Err(SignInError::Store(error)) => store_problem(&error),
        Err(error) => {
            let language = language(req);
            let told = refused(&error, language);
            let asks = matches!(error, SignInError::CodeNeeded | SignInError::CodeWrong);
            let view =
                LoginPage { name: name.clone(), asks_code: asks, ..empty(state, next(wanted), Some(told)) };
            let mut response = page(state.views.login(&view, language));
            if let SignInError::Throttled(wait) = error {
                response.set_status(StatusCode::TOO_MANY_REQUESTS);
                if let Ok(value) = wait.as_secs().max(1).to_string().parse() {
                    response.headers_mut().insert(header::RETRY_AFTER, value);
                }
            } else {
                response.set_status(StatusCode::UNAUTHORIZED);
            }
            response
        }
    }
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
pub(crate) async fn sign_out(Data(state): Data<&Arc<State>>, req: &Request) -> Response {
    if let Some(token) = session_token(req, state.desk.secure).await
        && let Err(error) = state.desk.access.sign_out(&token).await
    {
        return store_problem(&error);
    }
    signed_out(state.desk.secure)
}

#[handler]
pub(crate) async fn sign_out_everywhere(Data(state): Data<&Arc<State>>, req: &Request) -> Response {
    if let Some(token) = session_token(req, state.desk.secure).await
        && let Err(error) = state.desk.access.sign_out_everywhere(&token).await
    {
        return store_problem(&error);
    }
    signed_out(state.desk.secure)
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
        for elsewhere in [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/\n",
            "",
        ] {
            assert_eq!(super::next(Some(elsewhere)), "/", "{elsewhere}");
        }
    }
}
