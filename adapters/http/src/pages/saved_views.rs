//! Saved views of the feed, each person's own.
use std::sync::Arc;

use frontdesk_ports::AccountError;
use frontdesk_ports::access::SavedView;
use poem::http::StatusCode;
use poem::web::Data;
use poem::{Body, Request, handler};

use super::{Form, redirect};
use crate::State;
use crate::auth::visitor::Visitor;
use crate::filter::Shown;
use crate::i18n::messages;
use crate::i18n::viewer::Viewer;
use crate::pages::login::next;
use crate::problem::{Answer, Problem};
use crate::query;

#[handler]
pub(crate) async fn change(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
    body: Body,
) -> Answer {
    let unknown_form = || Problem::bad_form("do: use save or forget");
    let form = Form::read(body).await?;
    let person = visitor.person().ok_or_else(unknown_form)?;
    let here = next(Some(form.get("back")));
    let accounts = &state.services.accounts;
    let done = match form.get("do") {
        "save" => {
            // In the form in which it was understood, so that it can be shown again.
            let pairs = query::pairs(here.split_once('?').map(|(_, query)| query));
            let shown = Shown::read(&pairs, &Viewer::of(req, state).zone, state.services.clock.now())?;
            let query = shown.address("", shown.tab, &[]).trim_start_matches('?').to_owned();
            accounts.save_view(&person.user, SavedView { name: form.get("name").into(), query }).await
        }
        "forget" => accounts.forget_view(&person.user, form.get("name")).await,
        _ => return Err(unknown_form()),
    };
    match done {
        // Deleting a view twice is not an error.
        Ok(()) | Err(AccountError::Nobody) => Ok(redirect(here)),
        Err(AccountError::Store(error)) => Err(error.into()),
        Err(error) => {
            let detail = messages::account_error(&error, Viewer::of(req, state).language);
            Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "View not saved", detail))
        }
    }
}
