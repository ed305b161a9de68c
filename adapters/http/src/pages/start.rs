//! The links that the server prints on the terminal at startup: one signs in, one creates the first user.
use std::sync::Arc;

use frontdesk_ports::{AccountError, CallQuery, SignInError};
use poem::http::StatusCode;
use poem::web::{Data, Path};
use poem::{Body, Request, handler};
use serde::Serialize;

use super::login::login_page;
use super::{Form, html};
use crate::State;
use crate::auth::oidc::signed_in;
use crate::auth::session::describe;
use crate::i18n::messages;
use crate::i18n::viewer::language;
use crate::problem::Answer;

/// The page that creates the first user.
#[derive(Debug, Serialize)]
pub(crate) struct SetupPage {
    action: String,
    name: String,
    error: Option<String>,
}

/// Answers HEAD, so that a link preview does not use up the link.
#[handler]
pub(crate) fn look_at_link() -> StatusCode {
    StatusCode::OK
}

/// Whether the browser prefetches a page that the user has not opened.
fn is_prefetch(req: &Request) -> bool {
    ["sec-purpose", "purpose"]
        .iter()
        .any(|name| req.header(*name).is_some_and(|purpose| purpose.contains("prefetch")))
}

#[handler]
pub(crate) async fn sign_in_by_link(
    Data(state): Data<&Arc<State>>,
    Path(secret): Path<String>,
    req: &Request,
) -> Answer {
    if is_prefetch(req) {
        return Ok(StatusCode::SERVICE_UNAVAILABLE.into());
    }
    let address = state.services.sign_in.client(req);
    match state.services.access.sign_in_by_link(&secret, &address).await {
        Ok(token) => {
            describe(&state.services, req, &token).await;
            let is_first_visit =
                state.has_phone && state.services.calls.list(&CallQuery::newest(1)).await?.calls.is_empty();
            signed_in(state, req, &token, if is_first_visit { "/phone" } else { "/" })
        }
        Err(SignInError::Store(error)) => Err(error.into()),
        Err(_) => no_longer(state, req, "sign-in-link-used"),
    }
}

/// The sign-in page, with the reason why the link is no longer valid.
fn no_longer(state: &State, req: &Request, why: &'static str) -> Answer {
    let mut response = login_page(state, req, "/".to_owned(), Some(language(req).say(why)))?;
    response.set_status(StatusCode::GONE);
    Ok(response)
}

fn page(state: &State, req: &Request, secret: &str, name: &str, error: Option<String>) -> Answer {
    let action = format!("/setup/{secret}");
    html(state.templates.setup(&SetupPage { action, name: name.to_owned(), error }, language(req)))
}

#[handler]
pub(crate) async fn setup_page(
    Data(state): Data<&Arc<State>>,
    Path(secret): Path<String>,
    req: &Request,
) -> Answer {
    if state.services.access.can_be_set_up(&secret).await? {
        page(state, req, &secret, "", None)
    } else {
        no_longer(state, req, "setup-used")
    }
}

/// Creates the first user. The secret in the URL takes the place of a CSRF token: other sites do not know it.
#[handler]
pub(crate) async fn set_up(
    Data(state): Data<&Arc<State>>,
    Path(secret): Path<String>,
    req: &Request,
    body: Body,
) -> Answer {
    let form = Form::read(body).await?;
    let (name, address) = (form.get("name"), state.services.sign_in.client(req));
    match state.services.access.set_up(&secret, name, form.get("password"), &address).await {
        Ok(token) => {
            describe(&state.services, req, &token).await;
            signed_in(state, req, &token, "/")
        }
        Err(AccountError::Store(error)) => Err(error.into()),
        Err(AccountError::Nobody) => no_longer(state, req, "setup-used"),
        Err(error) => {
            let why = messages::account_error(&error, language(req));
            let mut response = page(state, req, &secret, name, Some(why))?;
            response.set_status(StatusCode::UNPROCESSABLE_ENTITY);
            Ok(response)
        }
    }
}
