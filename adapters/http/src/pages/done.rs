//! The page behind the link in an e-mail that marks a call done. Opening the page changes nothing; its button works once. The
//! secret in the link is the credential; no sign-in is needed.
use std::sync::Arc;

use frontdesk_ports::WorkError;
use poem::web::{Data, Path};
use poem::{Request, handler};
use serde::Serialize;

use super::html;
use crate::State;
use crate::i18n::viewer::Viewer;
use crate::pages::feed::row::CallRow;
use crate::problem::{Answer, Problem};

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct DonePage {
    /// The call; `None` if the link has been used, has expired, or is wrong.
    pub row: Option<CallRow>,
    pub recipient: String,
    /// The path that the button's form is sent to.
    pub action: String,
    /// Whether the call is done.
    pub is_done: bool,
}

/// The longest secret that is looked up; longer ones are not ours.
const MAX_SECRET_LENGTH: usize = 128;

#[handler]
pub(crate) async fn look(
    Data(state): Data<&Arc<State>>,
    Path(secret): Path<String>,
    req: &Request,
) -> Answer {
    let viewer = Viewer::of(req, state);
    let found = match secret.len() {
        0..=MAX_SECRET_LENGTH => state.services.working.linked_call(&secret).await?,
        _ => None,
    };
    let view = DonePage {
        recipient: found.as_ref().map(|linked| linked.recipient.clone()).unwrap_or_default(),
        is_done: found.as_ref().is_some_and(|linked| linked.record.work.handled.is_some()),
        row: found.map(|linked| CallRow::new(&linked.record, &viewer)),
        action: format!("/done/{secret}"),
    };
    html(state.templates.done(&view, &viewer))
}

#[handler]
pub(crate) async fn done(
    Data(state): Data<&Arc<State>>,
    Path(secret): Path<String>,
    req: &Request,
) -> Answer {
    let viewer = Viewer::of(req, state);
    let record = match state.services.working.done_by_link(&secret).await {
        Ok(record) => Some(record),
        Err(WorkError::None) => None,
        Err(error) => return Err(Problem::from(error)),
    };
    let view = DonePage {
        recipient: String::new(),
        is_done: record.is_some(),
        row: record.map(|record| CallRow::new(&record, &viewer)),
        action: String::new(),
    };
    html(state.templates.done(&view, &viewer))
}
