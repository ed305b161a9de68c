//! Saving and forgetting views of the feed, each person's own.

use std::sync::Arc;

use frontdesk_ports::AccountError;
use frontdesk_ports::access::SavedView;
use poem::http::{StatusCode, header};
use poem::web::Data;
use poem::{Body, Request, Response, handler};

use super::Form;
use crate::State;
use crate::api::problem::{bad_parameter, problem, store_problem};
use crate::filter::Shown;
use crate::pages::login::next;
use crate::query;
use crate::session::Visitor;
use crate::viewer::Viewer;
use crate::words;

#[handler]
pub(crate) async fn change(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
    body: Body,
) -> Response {
    let not_understood = || problem(StatusCode::BAD_REQUEST, "Form not understood", "do: use save or forget");
    let (Some(form), Some(person)) = (Form::read(body).await, visitor.person()) else {
        return not_understood();
    };
    let here = next(Some(form.get("back")));
    let done = match form.get("do") {
        "save" => {
            // Kept in the form in which it was understood, so that it can be shown again.
            let pairs = query::pairs(here.split_once('?').map(|(_, query)| query));
            let viewer = Viewer::of(req, state);
            let shown = match Shown::read(&pairs, &viewer.zone, state.desk.clock.now()) {
                Ok(shown) => shown,
                Err(error) => return bad_parameter(&error),
            };
            let query = shown.address("", shown.tab, &[]).trim_start_matches('?').to_owned();
            state
                .desk
                .accounts
                .save_view(&person.user, SavedView { name: form.get("name").into(), query })
                .await
        }
        "forget" => state.desk.accounts.forget_view(&person.user, form.get("name")).await,
        _ => return not_understood(),
    };
    match done {
        // Forgotten twice is forgotten.
        Ok(()) | Err(AccountError::Nobody) => {
            Response::builder().status(StatusCode::SEE_OTHER).header(header::LOCATION, here).finish()
        }
        Err(AccountError::Store(error)) => store_problem(&error),
        Err(error) => {
            let told = words::not_done(&error, Viewer::of(req, state).language);
            problem(StatusCode::UNPROCESSABLE_ENTITY, "View not saved", &told)
        }
    }
}
