//! The settings: language, password and browsers for every user, people and tokens for admins. Call routing is not
//! changed here; it stays in the configuration.

pub(crate) mod view;
use std::sync::Arc;

use frontdesk_ports::access::{Role, Scope, Scopes};
use frontdesk_ports::{AccountError, SignedIn, StoreError};
use poem::http::{StatusCode, header};
use poem::web::Data;
use poem::{Body, IntoResponse, Request, Response, handler};

use super::{Form, html, redirect};
use crate::State;
use crate::auth::session::{describe, session_cookie, session_token};
use crate::auth::visitor::Visitor;
use crate::filter::Tab;
use crate::flash::Flash;
use crate::i18n::locale::Language;
use crate::i18n::messages;
use crate::i18n::viewer::{Viewer, chosen_language, language_cookie, start_cookie};
use crate::pages::confirm::{Question, ask};
use crate::pages::frame::Frame;
use crate::pages::settings::view::{
    BrowserLine, Health, LanguageChoice, SecondFactorCard, SettingsPage, StartChoice, TokenLine, rules,
    scopes,
};
use crate::problem::{Answer, Problem};

const UNKNOWN_FORM: &str = "send the form of the settings page";

/// The settings.
#[handler]
pub(crate) async fn settings(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
) -> Answer {
    show(state, visitor, req, None, None).await
}

/// Changes a person's own settings: language, password, second factor, sessions.
#[handler]
pub(crate) async fn own(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
    body: Body,
) -> Answer {
    let form = Form::read(body).await?;
    let person = visitor.person().ok_or_else(|| Problem::bad_form(UNKNOWN_FORM))?;
    let accounts = &state.services.accounts;
    let done = match form.get("do") {
        "language" => {
            let cookie = language_cookie(Language::of_code(form.get("language")), state.services.secure);
            return Ok(Flash::new("language").on(back_with(cookie), state.services.secure));
        }
        "start" => {
            let tab = Tab::of_name(form.get("start")).ok_or_else(|| Problem::bad_form(UNKNOWN_FORM))?;
            let cookie = start_cookie(tab, state.services.secure);
            return Ok(Flash::new("start").on(back_with(cookie), state.services.secure));
        }
        "password" => match accounts.change_password(person, form.get("old"), form.get("new")).await {
            // Every session has ended; this browser continues with a new one.
            Ok(()) => {
                let response = sign_in_again(state, req, person, form.get("new")).await;
                return Ok(Flash::new("password").on(response, state.services.secure));
            }
            Err(error) => Err(error),
        },
        "second-begin" => accounts.begin_second_factor(person, form.get("old")).await,
        "second-confirm" => accounts.confirm_second_factor(person, form.get("code")).await,
        "second-end" => accounts.end_second_factor(person, form.get("old")).await,
        "end" => {
            let of = (person.role != Role::Admin).then_some(person.user.as_str());
            accounts.end_browser(&visitor.actor(), of, form.get("id")).await
        }
        _ => return Err(Problem::bad_form(UNKNOWN_FORM)),
    };
    let said = match form.get("do") {
        "second-confirm" => Some(Flash::new("second-on")),
        "second-end" => Some(Flash::new("second-off")),
        "end" => Some(Flash::new("session-ended")),
        _ => None,
    };
    answer(state, visitor, req, done, said).await
}

/// Changes users.
#[handler]
pub(crate) async fn people(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
    body: Body,
) -> Answer {
    let form = Form::read(body).await?;
    let (by, name, accounts) = (visitor.actor(), form.get("name"), &state.services.accounts);
    if form.get("do") == "remove" {
        let question =
            Question { what: "remove-person", name, action: "/settings/people", cancel: "/settings" };
        if let Some(page) = ask(&question, &form, state, (visitor, &Viewer::of(req, state))) {
            return page;
        }
    }
    let said = match form.get("do") {
        "add" => "person-added",
        "role" => "role",
        "password" => "person-password",
        _ => "person-removed",
    };
    let done = match (form.get("do"), form.get("role").parse::<Role>()) {
        ("add", Ok(role)) => accounts.add_person(&by, name, role, form.get("password")).await,
        ("role", Ok(role)) => accounts.set_role(&by, name, role).await,
        ("password", _) => accounts.set_password(&by, name, form.get("password")).await,
        ("remove", _) => accounts.remove_person(&by, name).await,
        _ => return Err(Problem::bad_form(UNKNOWN_FORM)),
    };
    answer(state, visitor, req, done, Some(Flash::new(said).named(name))).await
}

/// Changes API tokens.
#[handler]
pub(crate) async fn tokens(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
    body: Body,
) -> Answer {
    let form = Form::read(body).await?;
    let (by, name, accounts) = (visitor.actor(), form.get("name"), &state.services.accounts);
    match form.get("do") {
        "make" => {
            let scopes = Scopes(form.all("scope").filter_map(|word| word.parse::<Scope>().ok()).collect());
            match accounts.create_token(&by, name, scopes).await {
                Ok(token) => show(state, visitor, req, None, Some((name.to_owned(), token))).await,
                Err(error) => answer(state, visitor, req, Err(error), None).await,
            }
        }
        "revoke" => {
            let question =
                Question { what: "revoke-token", name, action: "/settings/tokens", cancel: "/settings" };
            if let Some(page) = ask(&question, &form, state, (visitor, &Viewer::of(req, state))) {
                return page;
            }
            let said = Flash::new("token-revoked").named(name);
            answer(state, visitor, req, accounts.revoke_token(&by, name).await, Some(said)).await
        }
        _ => Err(Problem::bad_form(UNKNOWN_FORM)),
    }
}

fn back_with(cookie: String) -> Response {
    redirect("/settings").with_header(header::SET_COOKIE, cookie).into_response()
}

async fn sign_in_again(state: &State, req: &Request, person: &SignedIn, password: &str) -> Response {
    let address = state.services.sign_in.client(req);
    match state.services.access.sign_in(&person.user, password, "", &address).await {
        Ok(token) => {
            describe(&state.services, req, &token).await;
            back_with(session_cookie(&token, state.services.secure))
        }
        // Throttled, or a code is required: the new password is set, and the person signs in with it.
        Err(_) => redirect("/settings"),
    }
}

/// Shows the settings again after a change, with what was done or an alert if it failed.
async fn answer(
    state: &State,
    visitor: &Visitor,
    req: &Request,
    done: Result<(), AccountError>,
    said: Option<Flash>,
) -> Answer {
    let Err(error) = done else {
        let response = redirect("/settings");
        return Ok(match said {
            Some(flash) => flash.on(response, state.services.secure),
            None => response,
        });
    };
    let status = match &error {
        AccountError::Store(error) => return Err(error.clone().into()),
        AccountError::Taken | AccountError::LastAdmin | AccountError::TooManyViews => StatusCode::CONFLICT,
        AccountError::Nobody => StatusCode::NOT_FOUND,
        AccountError::Throttled(_) => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let alert = messages::account_error(&error, Viewer::of(req, state).language);
    let mut response = show(state, visitor, req, Some(alert), None).await?;
    response.set_status(status);
    Ok(response)
}

async fn show(
    state: &State,
    visitor: &Visitor,
    req: &Request,
    alert: Option<String>,
    made: Option<(String, String)>,
) -> Answer {
    let viewer = Viewer::of(req, state);
    let view = SettingsPage { alert, made, ..read(state, visitor, req, &viewer).await? };
    html(state.templates.page(&view, &viewer))
}

async fn read(
    state: &State,
    visitor: &Visitor,
    req: &Request,
    viewer: &Viewer,
) -> Result<SettingsPage, StoreError> {
    let frame = Frame::of(state, visitor, viewer, "nav-settings");
    let of = (!frame.manages).then_some(frame.user.as_str());
    let token = session_token(req, state.services.secure).await.unwrap_or_default();
    let browsers = state.services.accounts.browsers(of, &token).await?;
    let (everybody, programs) = if frame.manages {
        (state.services.accounts.people().await?, state.services.accounts.tokens().await?)
    } else {
        (Vec::new(), Vec::new())
    };
    let second = SecondFactorCard::new(state.services.accounts.second_factor(&frame.user).await?);
    let examined = if frame.manages { state.services.operations.diagnostic_report().await? } else { None };
    let chosen = chosen_language(req);
    Ok(SettingsPage {
        alert: None,
        made: None,
        languages: LanguageChoice::all(chosen),
        starts: StartChoice::all(viewer),
        second,
        browsers: browsers.into_iter().map(|browser| BrowserLine::new(browser, viewer)).collect(),
        people: everybody.into_iter().map(Into::into).collect(),
        tokens: programs.into_iter().map(|token| TokenLine::new(token, viewer)).collect(),
        scopes: scopes(),
        health: examined.map(|diagnostic_report| Health::new(diagnostic_report, viewer)),
        rules: rules(&state.services.rules, viewer.language),
        frame,
    })
}
