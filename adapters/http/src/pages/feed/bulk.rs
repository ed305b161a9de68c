//! Changes to several calls at once.
use std::sync::Arc;

use frontdesk_domain::CallId;
use frontdesk_ports::work::{BasedOn, WorkChange};
use frontdesk_ports::{CallRecord, WorkError};
use poem::web::Data;
use poem::{Body, handler};

use crate::State;
use crate::auth::visitor::Visitor;
use crate::flash::Flash;
use crate::pages::login::next;
use crate::pages::{Form, redirect};
use crate::problem::{Answer, Problem, ProblemKind};

/// The most calls at once.
const MAX_CALLS: usize = 200;

/// Changes the selected calls. Each checkbox holds the call and the number of decisions that the page showed. Calls that
/// someone else has changed since stay as they are.
#[handler]
pub(crate) async fn bulk(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    body: Body,
) -> Answer {
    let form = Form::read(body).await?;
    let back = next(Some(form.get("back")));
    let bad_call = || Problem::bad_form("call: send the checkboxes of the page, ID.DECISIONS");
    let mut calls = Vec::new();
    for text in form.all("call") {
        let (id, decisions) = text.split_once('.').ok_or_else(bad_call)?;
        let id: CallId = id.parse().map_err(|_| bad_call())?;
        calls.push((id, decisions.parse::<u64>().map_err(|_| bad_call())?));
    }
    if calls.len() > MAX_CALLS {
        let detail = format!("at most {MAX_CALLS} calls at once; select fewer");
        return Err(Problem::new(ProblemKind::NotChanged, detail));
    }
    let change = match form.get("do") {
        "handle" => WorkChange::Handle,
        "reopen" => WorkChange::Reopen,
        "assign" => WorkChange::Assign(form.get("to").to_owned()),
        "release" => WorkChange::Release,
        _ => return Err(Problem::bad_form("do: use handle, reopen, assign or release")),
    };
    let mut changed: Vec<CallRecord> = Vec::new();
    for (id, decisions) in &calls {
        match state
            .services
            .working
            .change(&visitor.actor(), *id, BasedOn::Decisions(*decisions), change.clone())
            .await
        {
            Ok(record) => changed.push(record),
            Err(WorkError::Store(error)) if changed.is_empty() => return Err(error.into()),
            Err(_) => {}
        }
    }
    let said = if calls.is_empty() {
        Flash::new("none-selected")
    } else if changed.is_empty() {
        Flash::new("none-changed")
    } else {
        said(&change, &changed, &back, visitor).but_not(calls.len() - changed.len())
    };
    Ok(said.on(redirect(&back), state.services.secure))
}

/// The message about a change to calls, and the form that undoes it.
pub(crate) fn said(change: &WorkChange, changed: &[CallRecord], back: &str, visitor: &Visitor) -> Flash {
    let (said, undo) = match change {
        WorkChange::Handle => ("handle", "reopen"),
        WorkChange::Reopen => ("reopen", "handle"),
        WorkChange::Claim | WorkChange::Assign(_) => ("assign", "release"),
        WorkChange::Release => return Flash::new("release").of(changed.len()),
        WorkChange::Note(_) => return Flash::new("note"),
        WorkChange::Tag(tag) => return Flash::new("tag").named(tag),
        WorkChange::Untag(tag) => {
            let fields = [("do", "tag"), ("text", tag), ("back", back)]
                .map(|(name, value)| (name.into(), value.into()));
            let action =
                changed.first().map(|record| format!("/calls/{}/work", record.id)).unwrap_or_default();
            return Flash::new("untag").named(tag).undone_by(&action, fields.into());
        }
        WorkChange::Played => return Flash::new("played"),
    };
    let mut fields = vec![("do".to_owned(), undo.to_owned()), ("back".to_owned(), back.to_owned())];
    fields.extend(
        changed.iter().map(|record| ("call".to_owned(), format!("{}.{}", record.id, record.work.decisions))),
    );
    let to = match change {
        WorkChange::Assign(to) => to.clone(),
        _ => visitor.actor().0,
    };
    Flash::new(said).of(changed.len()).named(&to).undone_by("/calls/bulk", fields)
}
