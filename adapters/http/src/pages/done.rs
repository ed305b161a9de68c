//! The page of an e-mail's link that marks a call done: reading it changes nothing, its button does, once. The secret in the
//! link is the permission; nobody signs in.
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
    /// The call; none if the link is used up, too old, or wrong.
    pub row: Option<CallRow>,
    pub recipient: String,
    /// Where the button sends its form.
    pub action: String,
    /// Whether it was just marked done.
    pub is_done: bool,
}

/// Longer ones are not secrets of this server.
const LONGEST: usize = 128;

#[handler]
pub(crate) async fn look(
    Data(state): Data<&Arc<State>>,
    Path(secret): Path<String>,
    req: &Request,
) -> Answer {
    let viewer = Viewer::of(req, state);
    let found = match secret.len() {
        0..=LONGEST => state.services.working.linked_call(&secret).await?,
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
