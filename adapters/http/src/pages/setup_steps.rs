//! The remaining setup steps, shown in place of the calls while there are none. The page checks them every few seconds.
use std::sync::Arc;

use frontdesk_ports::{SetupState, SetupStep};
use poem::web::Data;
use poem::{Request, handler};
use serde::Serialize;

use super::html;
use crate::State;
use crate::auth::visitor::{Permission, Visitor};
use crate::i18n::viewer::Viewer;
use crate::problem::Answer;

/// The steps before the first call. The configuration is valid, or this server would not run.
#[derive(Debug, Default, Serialize)]
pub(crate) struct SetupSteps {
    public_url: Step,
    number: Step,
    voice_url: String,
    /// Whether the page checks the steps: only admins see what the server and the account lack.
    is_live: bool,
}

#[derive(Debug, Default, Serialize)]
struct Step {
    is_done: bool,
    /// What is missing, and what to do; empty until it has been checked.
    what: String,
    remedy: String,
}

impl From<Option<SetupStep>> for Step {
    fn from(step: Option<SetupStep>) -> Self {
        step.map_or_else(Self::default, |SetupStep { is_done, what, remedy }| Self {
            is_done,
            what,
            remedy: remedy.unwrap_or_default(),
        })
    }
}

impl SetupSteps {
    /// The steps as the page first shows them, before any check.
    pub fn not_checked(state: &State, visitor: &Visitor) -> Self {
        let (voice_url, is_live) = (state.services.voice_url.clone(), visitor.may(Permission::Admin));
        Self { voice_url, is_live, ..Self::default() }
    }
}

#[handler]
pub(crate) async fn setup_steps(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
) -> Answer {
    let mut steps = SetupSteps::not_checked(state, visitor);
    if steps.is_live {
        let SetupState { public_url, number } = state.services.operations.setup_state().await;
        (steps.public_url, steps.number) = (public_url.into(), number.into());
    }
    html(state.templates.setup_steps(&steps, &Viewer::of(req, state)))
}

/// Steps with the same text everywhere, for the test that renders every template.
#[cfg(test)]
pub(crate) fn hostile_steps(text: &str) -> SetupSteps {
    let open = || Step { is_done: false, what: text.to_owned(), remedy: text.to_owned() };
    SetupSteps { public_url: open(), number: open(), voice_url: text.to_owned(), is_live: true }
}
