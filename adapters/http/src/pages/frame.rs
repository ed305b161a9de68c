//! The frame of every page for signed-in users.

use frontdesk_ports::access::Role;
use serde::Serialize;

use crate::State;
use crate::auth::visitor::Visitor;
use crate::i18n::messages;
use crate::i18n::viewer::Viewer;

/// The frame of every page for signed-in users.
#[derive(Debug, Serialize)]
pub(crate) struct Frame {
    pub title: String,
    pub user: String,
    pub csrf: String,
    pub has_phone: bool,
    /// Whether they may manage.
    pub manages: bool,
    /// What is wrong just now.
    pub notice: Option<String>,
    /// Calls that ask for attention, for the page's title.
    pub count: Option<String>,
}

impl Frame {
    /// The frame of a page; the title is the message with that key.
    pub fn of(state: &State, visitor: &Visitor, viewer: &Viewer, title: &str) -> Self {
        let person = visitor.person();
        Self {
            title: viewer.language.say(title),
            user: person.map(|p| p.user.clone()).unwrap_or_default(),
            csrf: person.map(|p| p.csrf.clone()).unwrap_or_default(),
            has_phone: state.has_phone,
            manages: person.is_some_and(|p| p.role == Role::Admin),
            notice: state
                .services
                .readiness
                .trouble()
                .map(|trouble| messages::trouble(trouble, viewer.language)),
            count: None,
        }
    }
}
