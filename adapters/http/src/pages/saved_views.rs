//! Saved views of the feed, each person's own.
use std::sync::Arc;

use frontdesk_ports::access::SavedView;
use frontdesk_ports::{AccountError, StoreError};
use poem::web::Data;
use poem::{Body, Request, handler};

use super::{Form, redirect};
use crate::State;
use crate::auth::visitor::Visitor;
use crate::filter::Shown;
use crate::flash::Flash;
use crate::i18n::messages;
use crate::i18n::viewer::Viewer;
use crate::pages::login::next;
use crate::problem::{Answer, Problem, ProblemKind};
use crate::query;

fn not_done(error: AccountError) -> Problem {
    match error {
        AccountError::Store(error) => error.into(),
        error => Problem::new(ProblemKind::NotChanged, error.to_string()),
    }
}

/// The person's view with that name.
async fn removed_view(state: &State, user: &str, name: &str) -> Result<Option<SavedView>, StoreError> {
    let views = state.services.accounts.views(user).await?;
    Ok(views.into_iter().find(|view| view.name == name))
}

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
            // Saved as it was parsed, so that the view can always be shown again.
            let pairs = query::pairs(here.split_once('?').map(|(_, query)| query));
            let shown = Shown::read(&pairs, &Viewer::of(req, state), state.services.clock.now())?;
            let query = shown.address("", &[]).trim_start_matches('?').to_owned();
            accounts.save_view(&person.user, SavedView { name: form.get("name").into(), query }).await
        }
        "forget" => match removed_view(state, &person.user, form.get("name")).await? {
            Some(view) => {
                accounts.forget_view(&person.user, &view.name).await.map_err(not_done)?;
                let address = format!("/?{}", view.query);
                let fields = [("do", "save"), ("back", &address), ("name", &view.name)];
                let fields = fields.map(|(field, value)| (field.to_owned(), value.to_owned()));
                let said = Flash::new("view-removed").named(&view.name).undone_by("/views", fields.into());
                return Ok(said.on(redirect(here), state.services.secure));
            }
            // Deleting a view twice is not an error.
            None => return Ok(redirect(here)),
        },
        _ => return Err(unknown_form()),
    };
    match done {
        Ok(()) => {
            let said = Flash::new("view-saved").named(form.get("name"));
            Ok(said.on(redirect(here), state.services.secure))
        }
        Err(AccountError::Store(error)) => Err(error.into()),
        Err(error) => {
            let detail = messages::account_error(&error, Viewer::of(req, state).language);
            Err(Problem::new(ProblemKind::NotChanged, detail))
        }
    }
}
