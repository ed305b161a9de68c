//! The data that the layout of every page for signed-in users needs.

use frontdesk_ports::access::Role;
use serde::Serialize;

use crate::State;
use crate::auth::visitor::{Permission, Visitor};
use crate::flash::FlashLine;
use crate::i18n::messages;
use crate::i18n::viewer::Viewer;
use crate::pages::feed::row::Moment;

/// The frame of every page for signed-in users.
#[derive(Debug, Serialize)]
pub(crate) struct Frame {
    pub title: String,
    /// The entry of the navigation that the page belongs to.
    pub current: String,
    pub user: String,
    pub csrf: String,
    pub has_phone: bool,
    /// Whether the user is an admin.
    pub manages: bool,
    /// Whether the user may close the company.
    pub closes: bool,
    /// The temporary closure in effect.
    pub closed_until: Option<Moment>,
    /// The message about the user's last change.
    pub flash: Option<FlashLine>,
    /// The notice about a current problem of the server.
    pub notice: Option<String>,
    /// The number of calls that need attention, for the page's title.
    pub count: Option<String>,
}

impl Frame {
    /// The frame of a page; the title is the message with that key.
    pub fn of(state: &State, visitor: &Visitor, viewer: &Viewer, title: &str) -> Self {
        let person = visitor.person();
        Self {
            title: viewer.language.say(title),
            current: title.to_owned(),
            user: person.map(|p| p.user.clone()).unwrap_or_default(),
            csrf: person.map(|p| p.csrf.clone()).unwrap_or_default(),
            has_phone: state.has_phone,
            manages: person.is_some_and(|p| p.role == Role::Admin),
            closes: visitor.may(Permission::Close),
            closed_until: state
                .services
                .overrides
                .closure_now()
                .map(|closure| Moment::new(closure.until, viewer)),
            flash: viewer.flash.clone().and_then(|flash| flash.line(viewer.language)),
            notice: state
                .services
                .readiness
                .trouble()
                .map(|trouble| messages::trouble(trouble, viewer.language)),
            count: None,
        }
    }
}
