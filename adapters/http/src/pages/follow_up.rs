//! Changes a call's follow-up. A page's script gets the changed row back; a browser without scripts is redirected to the
//! page that it came from.
use std::sync::Arc;

use frontdesk_domain::CallId;
use frontdesk_ports::work::{BasedOn, WorkChange};
use frontdesk_ports::{CallRecord, WorkError};
use poem::web::{Data, Path};
use poem::{Body, Request, handler};

use super::call::call_page;
use super::{Form, html, redirect};
use crate::State;
use crate::auth::visitor::Visitor;
use crate::i18n::messages;
use crate::i18n::viewer::Viewer;
use crate::pages::feed::bulk::said;
use crate::pages::feed::row::CallRow;
use crate::pages::login::next;
use crate::problem::{Answer, Problem, refused_kind};

#[handler]
pub(crate) async fn work(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    Path(id): Path<String>,
    req: &Request,
    body: Body,
) -> Answer {
    let id = id.parse::<CallId>().map_err(|_| Problem::not_found())?;
    let form = Form::read(body).await?;
    let change = change(&form)?;
    let based_on = BasedOn::Decisions(form.get("decisions").parse().unwrap_or(0));
    let viewer = Viewer::of(req, state);
    let by_script = req.header("hx-request").is_some();
    let row = |record: &CallRecord, alert| {
        let row = CallRow::new(record, &viewer);
        html(state.templates.row(row, (visitor, &viewer), form.get("back"), alert))
    };
    match state.services.working.change(&visitor.actor(), id, based_on, change.clone()).await {
        Ok(record) if by_script => row(&record, None),
        Ok(record) => {
            let back = next(Some(form.get("back")));
            let said = said(&change, &[record], &back, visitor);
            Ok(said.on(redirect(back), state.services.secure))
        }
        Err(WorkError::Refused(refused)) => {
            let alert = Some(messages::refused(&refused, viewer.language));
            let mut response = match state.services.calls.call(id).await {
                Ok(Some(call)) if by_script => row(&call.record, alert)?,
                _ => call_page(state, visitor, &viewer, id, alert).await?,
            };
            response.set_status(refused_kind(&refused).status());
            Ok(response)
        }
        Err(error) => Err(error.into()),
    }
}

fn change(form: &Form) -> Result<WorkChange, Problem> {
    let text = || form.get("text").to_owned();
    Ok(match form.get("do") {
        "handle" => WorkChange::Handle,
        "reopen" => WorkChange::Reopen,
        "claim" => WorkChange::Claim,
        "assign" => WorkChange::Assign(text()),
        "release" => WorkChange::Release,
        "note" => WorkChange::Note(text()),
        "tag" => WorkChange::Tag(text()),
        "untag" => WorkChange::Untag(text()),
        "heard" => WorkChange::Played,
        _ => {
            let known = "do: use handle, reopen, claim, assign, release, note, tag, untag or heard";
            return Err(Problem::bad_form(known));
        }
    })
}
