//! Asks for confirmation of an action that cannot be undone. The page sends the form again, with `confirm=yes`.
use serde::Serialize;

use super::{Form, html};
use crate::State;
use crate::auth::visitor::Visitor;
use crate::i18n::viewer::Viewer;
use crate::pages::frame::Frame;
use crate::problem::Answer;

/// The field that confirms the action.
const CONFIRM: &str = "confirm";

/// The question.
#[derive(Debug, Serialize)]
pub(crate) struct ConfirmPage {
    pub frame: Frame,
    pub question: String,
    pub detail: String,
    /// The label of the button.
    pub action_label: String,
    pub action: String,
    pub fields: Vec<(String, String)>,
    /// The page that the cancel link opens.
    pub cancel: String,
}

/// An action to confirm. Its texts are the messages `ask-WHAT`, `ask-WHAT-detail` and `ask-WHAT-do`.
pub(crate) struct Question<'a> {
    pub what: &'a str,
    pub name: &'a str,
    /// The path that the form is sent to, and that of the page it is on.
    pub action: &'a str,
    pub cancel: &'a str,
}

/// The page with the question; `None` if the form has confirmed it.
pub(crate) fn ask(
    question: &Question,
    form: &Form,
    state: &State,
    (visitor, viewer): (&Visitor, &Viewer),
) -> Option<Answer> {
    if form.get(CONFIRM) == "yes" {
        return None;
    }
    let Question { what, name, action, cancel } = *question;
    let say = |part: &str| viewer.language.say_with(&format!("ask-{what}{part}"), [("name", name.into())]);
    let page = ConfirmPage {
        frame: Frame::of(state, visitor, viewer, "page-confirm"),
        question: say(""),
        detail: say("-detail"),
        action_label: say("-do"),
        action: action.to_owned(),
        fields: form.fields().filter(|(field, _)| field != CONFIRM).cloned().collect(),
        cancel: cancel.to_owned(),
    };
    Some(html(state.templates.page(&page, viewer)))
}
