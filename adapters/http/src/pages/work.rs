//! What people do about a call: one form for all of it. A page's script gets the row back, a browser without scripts is
//! led to where it came from.

use std::sync::Arc;

use frontdesk_domain::CallId;
use frontdesk_ports::WorkError;
use frontdesk_ports::work::{WorkChange, WorkRefused};
use poem::http::{StatusCode, header};
use poem::web::{Data, Path};
use poem::{Body, Request, Response, handler};

use super::call::call_page;
use super::{Form, page};
use crate::State;
use crate::api::problem::{not_found, problem, store_problem};
use crate::pages::login::next;
use crate::session::Visitor;
use crate::viewer::Viewer;
use crate::views::CallRow;
use crate::words;

#[handler]
pub(crate) async fn work(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    Path(id): Path<String>,
    req: &Request,
    body: Body,
) -> Response {
    let Ok(id) = id.parse::<CallId>() else { return not_found() };
    let Some(form) = Form::read(body).await else {
        return problem(
            StatusCode::PAYLOAD_TOO_LARGE,
            "Form too large",
            "a note has at most 2000 characters",
        );
    };
    let field = |name: &str| form.get(name).to_owned();
    let change = match field("do").as_str() {
        "handle" => WorkChange::Handle,
        "reopen" => WorkChange::Reopen,
        "claim" => WorkChange::Claim,
        "release" => WorkChange::Release,
        "note" => WorkChange::Note(field("text")),
        "tag" => WorkChange::Tag(field("text")),
        "untag" => WorkChange::Untag(field("text")),
        "heard" => WorkChange::Heard,
        _ => {
            let known = "do: use handle, reopen, claim, release, note, tag, untag or heard";
            return problem(StatusCode::BAD_REQUEST, "Form not understood", known);
        }
    };
    let turn = field("turn").parse().unwrap_or(0);
    let viewer = Viewer::of(req, state);
    let by_script = req.header("hx-request").is_some();
    match state.desk.working.change(&visitor.actor(), id, turn, change).await {
        Ok(record) if by_script => {
            page(state.views.row(CallRow::new(&record, &viewer), (visitor, &viewer), &field("back"), None))
        }
        Ok(_) => Response::builder()
            .status(StatusCode::SEE_OTHER)
            .header(header::LOCATION, next(Some(form.get("back"))))
            .finish(),
        Err(WorkError::Refused(refused)) => {
            let status = match refused {
                WorkRefused::Stale => StatusCode::CONFLICT,
                WorkRefused::Empty(_) | WorkRefused::TooLong(..) | WorkRefused::TooMany(..) => {
                    StatusCode::UNPROCESSABLE_ENTITY
                }
            };
            let alert = Some(words::refused(&refused, viewer.language));
            let mut response = match state.desk.calls.call(id).await {
                Ok(Some(call)) if by_script => page(state.views.row(
                    CallRow::new(&call.record, &viewer),
                    (visitor, &viewer),
                    &field("back"),
                    alert,
                )),
                _ => call_page(state, visitor, &viewer, id, alert).await,
            };
            response.set_status(status);
            response
        }
        Err(WorkError::None) => not_found(),
        Err(WorkError::Store(error)) => store_problem(&error),
    }
}
