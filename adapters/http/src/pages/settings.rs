//! The settings: language, password and browsers for everybody, people and tokens for those who manage. Nothing here
//! changes where calls go: that stays in the configuration.

use std::sync::Arc;

use frontdesk_ports::access::{Role, Scope, Scopes};
use frontdesk_ports::{AccountError, SignedIn, StoreError};
use poem::http::{StatusCode, header};
use poem::web::Data;
use poem::{Body, Request, Response, handler};

use super::{Form, page};
use crate::State;
use crate::api::problem::{problem, store_problem};
use crate::language::Language;
use crate::session::{Visitor, session_cookie, session_token};
use crate::viewer::{Viewer, chosen_language, language_cookie};
use crate::views::{
    BrowserLine, Frame, Health, LanguageChoice, SecondFactorCard, SettingsPage, TokenLine, rules, scopes,
};
use crate::words;

/// The settings, as they are.
#[handler]
pub(crate) async fn settings(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
) -> Response {
    show(state, visitor, req, None, None).await
}

/// What somebody changes about themselves: language, password, where they are signed in.
#[handler]
pub(crate) async fn own(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
    body: Body,
) -> Response {
    let (Some(form), Some(person)) = (Form::read(body).await, visitor.person()) else {
        return not_understood();
    };
    let by = visitor.actor();
    match form.get("do") {
        "language" => {
            let cookie = language_cookie(Language::of_code(form.get("language")), state.desk.secure);
            back(Some(cookie))
        }
        "password" => {
            match state.desk.accounts.change_password(person, form.get("old"), form.get("new")).await {
                // Every session has ended; this browser goes on with a new one.
                Ok(()) => signed_in_anew(state, req, person, form.get("new")).await,
                Err(error) => refuse(state, visitor, req, error).await,
            }
        }
        "second-begin" => {
            let done = state.desk.accounts.begin_second_factor(person, form.get("old")).await;
            answer(state, visitor, req, done).await
        }
        "second-confirm" => {
            let done = state.desk.accounts.confirm_second_factor(person, form.get("code")).await;
            answer(state, visitor, req, done).await
        }
        "second-end" => {
            let done = state.desk.accounts.end_second_factor(person, form.get("old")).await;
            answer(state, visitor, req, done).await
        }
        "end" => {
            let of = (person.role != Role::Admin).then_some(person.user.as_str());
            answer(state, visitor, req, state.desk.accounts.end_browser(&by, of, form.get("id")).await).await
        }
        _ => not_understood(),
    }
}

/// What those who manage change about people.
#[handler]
pub(crate) async fn people(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
    body: Body,
) -> Response {
    let Some(form) = Form::read(body).await else { return not_understood() };
    let (by, name) = (visitor.actor(), form.get("name"));
    let done = match (form.get("do"), form.get("role").parse::<Role>()) {
        ("add", Ok(role)) => state.desk.accounts.add_person(&by, name, role, form.get("password")).await,
        ("role", Ok(role)) => state.desk.accounts.set_role(&by, name, role).await,
        ("password", _) => state.desk.accounts.set_password(&by, name, form.get("password")).await,
        ("remove", _) => state.desk.accounts.remove_person(&by, name).await,
        _ => return not_understood(),
    };
    answer(state, visitor, req, done).await
}

/// What those who manage change about programs' tokens.
#[handler]
pub(crate) async fn tokens(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
    body: Body,
) -> Response {
    let Some(form) = Form::read(body).await else { return not_understood() };
    let (by, name) = (visitor.actor(), form.get("name"));
    match form.get("do") {
        "make" => {
            let scopes = Scopes(form.all("scope").filter_map(|word| word.parse::<Scope>().ok()).collect());
            match state.desk.accounts.create_token(&by, name, scopes).await {
                Ok(token) => show(state, visitor, req, None, Some((name.to_owned(), token))).await,
                Err(error) => refuse(state, visitor, req, error).await,
            }
        }
        "revoke" => answer(state, visitor, req, state.desk.accounts.revoke_token(&by, name).await).await,
        _ => not_understood(),
    }
}

fn not_understood() -> Response {
    problem(StatusCode::BAD_REQUEST, "Form not understood", "send the form of the settings page")
}

fn back(cookie: Option<String>) -> Response {
    let mut response =
        Response::builder().status(StatusCode::SEE_OTHER).header(header::LOCATION, "/settings");
    if let Some(cookie) = cookie {
        response = response.header(header::SET_COOKIE, cookie);
    }
    response.finish()
}

async fn signed_in_anew(state: &State, req: &Request, person: &SignedIn, password: &str) -> Response {
    let address = state.desk.elsewhere.client(req);
    match state.desk.access.sign_in(&person.user, password, "", &address).await {
        Ok(token) => back(Some(session_cookie(&token, state.desk.secure))),
        // Too many tries, or a code is wanted: the new password holds, and they sign in by the form.
        Err(_) => back(None),
    }
}

async fn answer(state: &State, visitor: &Visitor, req: &Request, done: Result<(), AccountError>) -> Response {
    match done {
        Ok(()) => back(None),
        Err(error) => refuse(state, visitor, req, error).await,
    }
}

async fn refuse(state: &State, visitor: &Visitor, req: &Request, error: AccountError) -> Response {
    let status = match &error {
        AccountError::Store(error) => return store_problem(error),
        AccountError::Taken | AccountError::LastAdmin | AccountError::TooManyViews => StatusCode::CONFLICT,
        AccountError::Nobody => StatusCode::NOT_FOUND,
        AccountError::Throttled(_) => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let alert = words::not_done(&error, Viewer::of(req, state).language);
    let mut response = show(state, visitor, req, Some(alert), None).await;
    response.set_status(status);
    response
}

async fn show(
    state: &State,
    visitor: &Visitor,
    req: &Request,
    alert: Option<String>,
    made: Option<(String, String)>,
) -> Response {
    let viewer = Viewer::of(req, state);
    match read(state, visitor, req, &viewer).await {
        Ok(view) => page(state.views.page(&SettingsPage { alert, made, ..view }, &viewer)),
        Err(error) => store_problem(&error),
    }
}

async fn read(
    state: &State,
    visitor: &Visitor,
    req: &Request,
    viewer: &Viewer,
) -> Result<SettingsPage, StoreError> {
    let frame = Frame::of(state, visitor, viewer, "nav-settings");
    let of = (!frame.manages).then_some(frame.user.as_str());
    let token = session_token(req, state.desk.secure).await.unwrap_or_default();
    let browsers = state.desk.accounts.browsers(of, &token).await?;
    let (everybody, programs) = if frame.manages {
        (state.desk.accounts.people().await?, state.desk.accounts.tokens().await?)
    } else {
        (Vec::new(), Vec::new())
    };
    let second = SecondFactorCard::new(state.desk.accounts.second_factor(&frame.user).await?);
    let examined = if frame.manages { state.desk.operations.examination().await? } else { None };
    let chosen = chosen_language(req);
    Ok(SettingsPage {
        alert: None,
        made: None,
        languages: LanguageChoice::all(chosen),
        second,
        browsers: browsers.into_iter().map(|browser| BrowserLine::new(browser, viewer)).collect(),
        people: everybody.into_iter().map(Into::into).collect(),
        tokens: programs.into_iter().map(|token| TokenLine::new(token, viewer)).collect(),
        scopes: scopes(),
        health: examined.map(|examination| Health::new(examination, viewer)),
        rules: rules(&state.desk.rules, viewer.language),
        frame,
    })
}
