//! The audit log: who played, exported, deleted or changed something.

pub(crate) mod view;
use std::sync::Arc;

use frontdesk_ports::AuditQuery;
use poem::web::Data;
use poem::{Request, handler};

use super::html;
use crate::State;
use crate::auth::visitor::Visitor;
use crate::i18n::viewer::Viewer;
use crate::pages::audit::view::{ActionChoice, AuditLine, AuditPage};
use crate::pages::frame::Frame;
use crate::problem::Answer;
use crate::query;

/// Entries per page.
const PAGE: u16 = 100;

#[handler]
pub(crate) async fn audit(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
) -> Answer {
    let viewer = Viewer::of(req, state);
    let pairs = query::pairs(req.uri().query());
    let value = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let wanted = AuditQuery {
        actor: value("actor").map(|actor| actor.trim().to_owned()).filter(|actor| !actor.is_empty()),
        action: value("action").and_then(|action| action.parse().ok()),
        before: value("before").and_then(|before| before.parse().ok()),
        limit: PAGE,
    };
    let page = state.services.operations.trail(&wanted).await?;
    let view = AuditPage {
        frame: Frame::of(state, visitor, &viewer, "nav-audit"),
        actor: wanted.actor.clone().unwrap_or_default(),
        actions: ActionChoice::all(wanted.action, viewer.language),
        is_newest: wanted.before.is_none(),
        older: page.next.map(|next| older(&wanted, next)),
        lines: page.entries.iter().map(|entry| AuditLine::new(entry, &viewer)).collect(),
    };
    html(state.templates.page(&view, &viewer))
}

/// The address of the next page.
fn older(query: &AuditQuery, next: u64) -> String {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    if let Some(actor) = &query.actor {
        pairs.append_pair("actor", actor);
    }
    if let Some(action) = query.action {
        pairs.append_pair("action", action.as_str());
    }
    format!("/audit?{}", pairs.append_pair("before", &next.to_string()).finish())
}
